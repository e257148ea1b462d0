import Dispatch
import Foundation
import Synchronization

/// Runs work that SIGINT and SIGTERM cancel. A second signal ends the program at once; the
/// performer then sees the end of its input and stops too. What was to come after work that was
/// interrupted is not begun.
func interruptible<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task { try await work() }
    Interrupts.shared.begin { task.cancel() }
    defer { Interrupts.shared.end() }
    return try await task.value
}

/// The signals that ask the program to end.
///
/// They are listened to once and for good: a source that is made anew after another of the same
/// signal was cancelled hears nothing on Linux.
final class Interrupts: Sendable {
    static let shared = Interrupts()

    private struct State {
        var raised: ContinuousClock.Instant?
        /// What cancels the work that is going on.
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    // Only kept: what is not kept hears nothing.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    /// Whether somebody wants the program to end.
    var isRaised: Bool { state.withLock { $0.raised != nil } }

    /// timeout(1) signals the process, and then its group: that is one wish.
    private static let echo = Duration.milliseconds(500)

    private init() {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(
                signal: number, queue: .global(qos: .userInitiated))
        }
        for source in sources {
            source.setEventHandler { [weak self] in self?.raise() }
            source.resume()
        }
    }

    private func raise() {
        let cancel: (@Sendable () -> Void)? = state.withLock { state in
            if let raised = state.raised {
                if raised.duration(to: .now) > Self.echo { exit(2) }
                return nil
            }
            // Nothing goes on that could be cancelled.
            guard let cancel = state.cancel else { exit(2) }
            state.raised = .now
            return cancel
        }
        cancel?()
    }

    fileprivate func begin(_ cancel: @escaping @Sendable () -> Void) {
        let isRaised = state.withLock { state in
            state.cancel = cancel
            return state.raised != nil
        }
        if isRaised { cancel() }
    }

    fileprivate func end() { state.withLock { $0.cancel = nil } }
}
