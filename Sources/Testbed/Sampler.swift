internal import LinuxNet
internal import Synchronization

/// The thread that reads TCP_INFO of all subjects' connections, once a period, and ends trials that
/// are overdue.
final class Sampler: Sendable {
    private let timer: TimerDescriptor
    private let end: EventDescriptor
    private let trials = Mutex<[Trial]>([])
    private let periodNanoseconds: Int64

    init(periodMilliseconds: Int) throws(LinuxError) {
        timer = try TimerDescriptor()
        end = try EventDescriptor()
        periodNanoseconds = Int64(max(1, periodMilliseconds)) * 1_000_000
    }

    /// Starts the thread.
    func start() throws(LinuxError) -> WorkerThread {
        let first = MonotonicClock.nowNanoseconds() + periodNanoseconds
        try timer.arm(atNanoseconds: first, everyNanoseconds: periodNanoseconds)
        return try WorkerThread(name: "sampler") { self.run() }
    }

    /// Samples a trial's connection from now on, as soon as there is one.
    func add(_ trial: Trial) { trials.withLock { $0.append(trial) } }

    /// No longer samples it.
    func remove(_ trial: Trial) { trials.withLock { $0.removeAll { $0 === trial } } }

    /// Ends the thread.
    func stop() { try? end.signal() }

    private func run() {
        let waited: [(descriptor: Descriptor, events: PollEvents)] = [
            (timer.descriptor, .input), (end.descriptor, .input),
        ]
        while let ready = try? Poll.wait(waited, until: nil), ready[1].isEmpty {
            guard (try? timer.takeExpirations()) ?? 0 > 0 else { continue }
            for trial in trials.withLock({ $0 }) {
                trial.sample()
                trial.endIfOverdue()
            }
        }
    }
}
