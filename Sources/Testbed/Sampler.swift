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
    private let poll: EventPoll
    private let end: EventDescriptor
    /// By their places in the plan.
    private let trials = Mutex<[Int: SampledTrial]>([:])
    private let pace: SamplingPace
    private let time: TrialTime

    private static let endToken = UInt64.max

    init(periodMilliseconds: Int, time: TrialTime) throws(LinuxError) {
        self.time = time
        pace = SamplingPace(periodMilliseconds: periodMilliseconds, time: time)
        end = try EventDescriptor()
        poll = try EventPoll()
        try poll.add(end.descriptor, for: .input, token: Self.endToken)
    }

    /// Starts the thread.
    func start() throws(LinuxError) -> WorkerThread {
        try WorkerThread(name: "sampler") { [time] in
            Rank.worker.take(in: time)
            self.run()
        }
    }

    /// Samples a trial's connection from now on, as soon as there is one.
    func add(_ trial: Trial) throws(LinuxError) {
        trial.stir()
        let sampled = try SampledTrial(trial, pace)
        trials.withLock { $0[trial.index] = sampled }
        // A timer that is armed again has not expired: nothing has to be read from it.
        try poll.add(
            sampled.timer.descriptor, for: [.input, .edgeTriggered], token: UInt64(trial.index))
        trial.onActivity { [weak sampled] in sampled?.stir() }
        sampled.begin()
    }

    /// No longer samples it.
    func remove(_ trial: Trial) {
        guard let sampled = trials.withLock({ $0.removeValue(forKey: trial.index) }) else { return }
        try? poll.remove(sampled.timer.descriptor)
    }

    /// Ends the thread.
    func stop() { try? end.signal() }

    private func run() {
        while let events = try? poll.wait(timeoutMilliseconds: nil) {
            for event in events {
                if event.token == Self.endToken { return }
                trials.withLock { $0[Int(event.token)] }?.read()
            }
        }
    }
}

/// A trial that is sampled, and the timer that says when: many hundred trials have no more to do
/// with each other's readings than the kernel's tree of timers.
private final class SampledTrial: Sendable {
    let timer: TimerDescriptor
    private let trial: Trial
    private let pace: SamplingPace
    /// When it is looked at next; CLOCK_MONOTONIC, nanoseconds.
    private let due = Atomic(Int64.max)

    init(_ trial: Trial, _ pace: SamplingPace) throws(LinuxError) {
        self.trial = trial
        self.pace = pace
        timer = try TimerDescriptor()
    }

    /// Has it looked at a period from now.
    func begin() { set(MonotonicClock.nowNanoseconds() + pace.periodNanoseconds) }

    /// Something happens in the trial: it is looked at a period from now at the latest.
    func stir() {
        let soon = MonotonicClock.nowNanoseconds() + pace.periodNanoseconds
        if due.load(ordering: .relaxed) > soon { set(soon) }
    }

    /// It is due: looks at it, and sees when to do so again.
    func read() {
        trial.sampleUnlessBusy()
        trial.endIfOverdue()
        let last = due.load(ordering: .relaxed)
        let now = MonotonicClock.nowNanoseconds()
        // Whoever stirs meanwhile may find that it is due anyway, or set a time that is lost.
        var seen: Int64
        repeat {
            seen = trial.lastActivity
            let calm = now - seen
            let period = pace.period(
                calm: calm, isOrphan: trial.isOrphan, mayFailToSend: trial.mayFailToSend)
            set(max(last + period, now + 1))
        } while trial.lastActivity != seen
    }

    private func set(_ moment: Int64) {
        due.store(moment, ordering: .relaxed)
        try? timer.arm(atNanoseconds: moment)
    }
}

/// How often a trial's connection is looked at.
struct SamplingPace: Sendable {
    /// While something happens.
    let periodNanoseconds: Int64
    /// For so long after a step the period stays what it is. In real time all trials that are not
    /// long; in virtual time each reading is what a guest lives for.
    private let busyNanoseconds: Int64
    /// Later it is this part of the time since then: where attempts may fail to be sent, of which
    /// only the kernel tells, a part that is finer than the timer wheel; else the wire tells.
    private static let divisor: Int64 = 32
    private let coarseDivisor: Int64
    /// A table of sockets is read no more often.
    private static let tableNanoseconds: Int64 = 100_000_000

    init(periodMilliseconds: Int, time: TrialTime) {
        periodNanoseconds = Int64(max(1, periodMilliseconds)) * 1_000_000
        busyNanoseconds = time == .real ? 16_000_000_000 : 0
        // Each reading wakes a guest.
        coarseDivisor = time == .real ? Self.divisor : 4
    }

    /// From one reading to the next, nanoseconds.
    /// - Parameter calm: for how long nothing has happened, nanoseconds.
    func period(calm: Int64, isOrphan: Bool, mayFailToSend: Bool) -> Int64 {
        // Of an orphan's end there is no other witness: it is to be known better than the timer
        // wheel fires, whose slack is an eighth of an interval to a sixty-fourth.
        if isOrphan {
            return max(periodNanoseconds, Self.tableNanoseconds, min(250_000_000, calm / 128))
        }
        let divisor = mayFailToSend ? Self.divisor : coarseDivisor
        return max(periodNanoseconds, (calm - busyNanoseconds) / divisor)
    }
}
