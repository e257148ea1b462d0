internal import Evidence
internal import LinuxNet
internal import Synchronization

/// The thread that reads TCP_INFO of all subjects' connections, and ends trials that are overdue.
///
/// Each trial has its own moments, which no other trial moves. They come once a period while
/// something happens and for some time after it, then ever more seldom: a schedule whose intervals
/// double needs no more, and the number of readings grows with the logarithm of time, not with
/// time.
final class Sampler: Sendable {
    private let timer: TimerDescriptor
    private let end: EventDescriptor
    private let trials = Mutex<[(trial: Trial, due: Int64)]>([])
    private let periodNanoseconds: Int64
    private let isPreferred: Bool

    /// For so long after a step the period stays what it is. In real time all trials that are not
    /// long; in virtual time each reading is what a guest lives for.
    private let busyNanoseconds: Int64
    /// A table of sockets is read no more often.
    private static let tableNanoseconds: Int64 = 100_000_000
    /// Later it is this part of the time since then.
    private static let divisor: Int64 = 32

    init(periodMilliseconds: Int, time: TrialTime) throws(LinuxError) {
        isPreferred = time == .real
        busyNanoseconds = time == .real ? 16_000_000_000 : 0
        timer = try TimerDescriptor()
        end = try EventDescriptor()
        periodNanoseconds = Int64(max(1, periodMilliseconds)) * 1_000_000
    }

    /// Starts the thread.
    func start() throws(LinuxError) -> WorkerThread {
        try WorkerThread(name: "sampler") { [isPreferred] in
            // When hundreds of trials begin at once, they keep all processors for most of a second.
            if isPreferred { _ = CurrentThread.raisePriority() }
            self.run()
        }
    }

    /// Samples a trial's connection from now on, as soon as there is one.
    func add(_ trial: Trial) {
        trial.stir()
        trial.onActivity { [weak self, unowned trial] in self?.stir(trial) }
        trials.withLock { trials in
            trials.append((trial, MonotonicClock.nowNanoseconds() + periodNanoseconds))
            arm(trials)
        }
    }

    /// No longer samples it.
    func remove(_ trial: Trial) { trials.withLock { $0.removeAll { $0.trial === trial } } }

    /// Ends the thread.
    func stop() { try? end.signal() }

    /// Something happens in a trial: it is looked at a period from now at the latest.
    private func stir(_ trial: Trial) {
        let soon = MonotonicClock.nowNanoseconds() + periodNanoseconds
        trials.withLock { trials in
            guard let place = trials.firstIndex(where: { $0.trial === trial }),
                trials[place].due > soon
            else { return }
            trials[place].due = soon
            arm(trials)
        }
    }

    private func arm(_ trials: [(trial: Trial, due: Int64)]) {
        guard let next = trials.map({ $0.due }).min() else { return }
        try? timer.arm(atNanoseconds: next)
    }

    private func run() {
        let waited: [(descriptor: Descriptor, events: PollEvents)] = [
            (timer.descriptor, .input), (end.descriptor, .input),
        ]
        while let ready = try? Poll.wait(waited, until: nil), ready[1].isEmpty {
            guard (try? timer.takeExpirations()) ?? 0 > 0 else { continue }
            let now = MonotonicClock.nowNanoseconds()
            for (trial, due) in trials.withLock({ $0 }) where due <= now {
                trial.sample()
                trial.endIfOverdue()
                let next = due + period(trial, at: now)
                trials.withLock { trials in
                    guard let place = trials.firstIndex(where: { $0.trial === trial }) else {
                        return
                    }
                    trials[place].due = max(next, now + 1)
                }
            }
            trials.withLock { arm($0) }
        }
    }

    private func period(_ trial: Trial, at now: Int64) -> Int64 {
        let calm = now - trial.lastActivity
        // Of an orphan's end there is no other witness: it is to be known better than the timer
        // wheel fires, whose slack is an eighth of an interval to a sixty-fourth.
        // A table takes milliseconds to read: every 20 ms of each of thirty trials, nobody would be
        // read in time.
        if trial.isOrphan {
            return max(periodNanoseconds, Self.tableNanoseconds, min(250_000_000, calm / 128))
        }
        return max(periodNanoseconds, (calm - busyNanoseconds) / Self.divisor)
    }
}
