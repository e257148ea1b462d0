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
    /// In the order of the plan, as those are looked at that are due at the same moment.
    private let trials = Mutex<[Trial]>([])
    private let periodNanoseconds: Int64
    private let time: TrialTime

    /// For so long after a step the period stays what it is. In real time all trials that are not
    /// long; in virtual time each reading is what a guest lives for.
    private let busyNanoseconds: Int64
    /// A table of sockets is read no more often.
    private static let tableNanoseconds: Int64 = 100_000_000
    /// Later it is this part of the time since then: where attempts may fail to be sent, of which
    /// only the kernel tells, a part that is finer than the timer wheel; else the wire tells.
    private static let divisor: Int64 = 32
    private let coarseDivisor: Int64

    init(periodMilliseconds: Int, time: TrialTime) throws(LinuxError) {
        self.time = time
        busyNanoseconds = time == .real ? 16_000_000_000 : 0
        // Each reading wakes a guest.
        coarseDivisor = time == .real ? Self.divisor : 8
        timer = try TimerDescriptor()
        end = try EventDescriptor()
        periodNanoseconds = Int64(max(1, periodMilliseconds)) * 1_000_000
    }

    /// Starts the thread.
    func start() throws(LinuxError) -> WorkerThread {
        try WorkerThread(name: "sampler") { [time] in
            Rank.worker.take(in: time)
            self.run()
        }
    }

    /// Samples a trial's connection from now on, as soon as there is one.
    func add(_ trial: Trial) {
        trial.stir()
        trial.onActivity { [weak self, unowned trial] in self?.stir(trial) }
        let due = MonotonicClock.nowNanoseconds() + periodNanoseconds
        trial.nextReading.store(due, ordering: .relaxed)
        trials.withLock { trials in
            let place = trials.firstIndex { $0.index > trial.index } ?? trials.endIndex
            trials.insert(trial, at: place)
            arm(trials)
        }
    }

    /// No longer samples it.
    func remove(_ trial: Trial) { trials.withLock { $0.removeAll { $0 === trial } } }

    /// Ends the thread.
    func stop() { try? end.signal() }

    /// Something happens in a trial: it is looked at a period from now at the latest. While that is
    /// so anyway, nobody takes a lock for which the sampler might have to wait.
    private func stir(_ trial: Trial) {
        let soon = MonotonicClock.nowNanoseconds() + periodNanoseconds
        guard trial.nextReading.load(ordering: .relaxed) > soon else { return }
        trial.nextReading.store(soon, ordering: .relaxed)
        trials.withLock { arm($0) }
    }

    private func arm(_ trials: [Trial]) {
        guard let next = trials.lazy.map({ $0.nextReading.load(ordering: .relaxed) }).min() else {
            return
        }
        try? timer.arm(atNanoseconds: next)
    }

    private func run() {
        let waited: [(descriptor: Descriptor, events: PollEvents)] = [
            (timer.descriptor, .input), (end.descriptor, .input),
        ]
        while let ready = try? Poll.wait(waited, until: nil), ready[1].isEmpty {
            guard (try? timer.takeExpirations()) ?? 0 > 0 else { continue }
            let now = MonotonicClock.nowNanoseconds()
            for trial in trials.withLock({ $0 }) {
                let due = trial.nextReading.load(ordering: .relaxed)
                guard due <= now else { continue }
                trial.sampleUnlessBusy()
                trial.endIfOverdue()
                // Whoever stirs meanwhile finds that it is due, and leaves it at that.
                var seen: Int64
                repeat {
                    seen = trial.lastActivity
                    let next = max(due + period(trial, at: now), now + 1)
                    trial.nextReading.store(next, ordering: .relaxed)
                } while trial.lastActivity != seen
            }
            trials.withLock { arm($0) }
        }
    }

    private func period(_ trial: Trial, at now: Int64) -> Int64 {
        let calm = now - trial.lastActivity
        // Of an orphan's end there is no other witness: it is to be known better than the timer
        // wheel fires, whose slack is an eighth of an interval to a sixty-fourth.
        if trial.isOrphan {
            return max(periodNanoseconds, Self.tableNanoseconds, min(250_000_000, calm / 128))
        }
        let divisor = trial.mayFailToSend ? Self.divisor : coarseDivisor
        return max(periodNanoseconds, (calm - busyNanoseconds) / divisor)
    }
}
