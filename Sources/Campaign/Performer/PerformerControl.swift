import Evidence
import Subprocess
import Synchronization

/// The way in which a performer is told to stop, from whichever task.
final class PerformerControl: Sendable {
    private struct State {
        var isStopped = false
        var stop: (@Sendable () async -> Void)?
    }

    private let state = Mutex(State())

    var isStopped: Bool { state.withLock(\.isStopped) }

    /// The performer runs, and this is how it is told to stop.
    func begin(_ stop: @escaping @Sendable () async -> Void) {
        let isLate = state.withLock { state in
            state.stop = stop
            return state.isStopped
        }
        if isLate { Task { await stop() } }
    }

    /// Tells it to stop; again and again does no harm.
    func stop() {
        let stop = state.withLock { state in
            defer { state.isStopped = true }
            return state.isStopped ? nil : state.stop
        }
        if let stop { Task { await stop() } }
    }
}

/// When the performer was last heard of, and for how long it may be silent.
final class Pulse: Sendable {
    private struct State {
        var last = ContinuousClock.now
        var patience: Duration
        var stopSince: ContinuousClock.Instant?
        var lapsed: Duration?
        var hasLapsed = false
        var isOver = false
    }

    private let state: Mutex<State>

    init(patience: Duration) { state = Mutex(State(patience: patience)) }

    /// Something was heard.
    func beat() { state.withLock { $0.last = .now } }

    /// From now on it may be silent for so long.
    func set(patience: Duration) {
        state.withLock {
            $0.patience = patience
            $0.last = .now
        }
    }

    /// How much of the patience is left; nil once nobody needs to watch any more.
    func rest(isStopping: Bool, grace: Duration) -> Duration? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            if isStopping {
                let since = state.stopSince ?? .now
                state.stopSince = since
                return grace - since.duration(to: .now)
            }
            return state.patience - state.last.duration(to: .now)
        }
    }

    /// The patience is over.
    func lapse(isSilence: Bool) {
        state.withLock {
            $0.hasLapsed = true
            if isSilence { $0.lapsed = $0.patience }
        }
    }

    /// Nobody needs to watch any more.
    func stop() { state.withLock { $0.isOver = true } }

    /// Whether the performer was killed for its silence, or for not going.
    var hasLapsed: Bool { state.withLock(\.hasLapsed) }

    /// The patience that the performer outlasted by silence.
    var lapsed: Duration? { state.withLock(\.lapsed) }
}

/// What came of a conversation with a performer.
struct Conversation: Sendable {
    /// It said that all is done.
    var isDone = false
    /// Its own fault, where it had one.
    var fault: PerformerError?
    /// What the one who listened threw.
    var thrown: (any Error)?
    /// The patience that it outlasted.
    var silence: Duration?
    /// The last line of its standard error.
    var lastLine: String?
    /// Bytes of a frame that was never ended.
    var cutOffBytes = 0

    /// The end that it came to, by all of this and its exit status.
    func end(status: TerminationStatus, isStopped: Bool) throws -> PerformanceEnd {
        if let thrown { throw thrown }
        if let fault { return .failed(fault) }
        if isDone { return .done }
        if isStopped { return .stopped }
        if let silence {
            return .failed(.silent(seconds: Int(silence.components.seconds)))
        }
        let how =
            switch status {
            case .exited(0) where cutOffBytes > 0: "it ended inside a frame"
            case .exited(0): "it ended before all was done"
            case .exited(let code): "exit status \(code)"
            case .signaled(let signal): "signal \(signal)"
            }
        return .failed(.ended(how: how, lastLine: lastLine))
    }
}
