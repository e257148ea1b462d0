public import Evidence
internal import LinuxNet
internal import Synchronization

/// Performs a plan: all trials at once, each in namespaces of its own.
///
/// The process must have private namespaces already, and CAP_NET_ADMIN in them.
public final class Performance: Sendable {
    /// What the one who asked hears.
    public enum Event: Sendable {
        /// A trial has got so far.
        case progress(Progress)
        /// The trial at that place in the plan has ended, or could not be performed: its
        /// observation says which.
        case observation(Int, Observation)
    }

    private let plan: Plan
    private let captures: CaptureService
    private let sampler: Sampler
    private let watchdogs: Watchdogs
    private let hz: Int
    private let events = EventQueue()
    private let pool: TestbedPool?
    /// All trials stay as long as this: to take a namespace down costs a kernel millions of
    /// instructions. Whoever ends the machine first has none of that.
    private let kept = Mutex<[Trial]>([])

    /// Readies the witnesses.
    /// - Parameter pool: networks for trials that were made beforehand.
    /// - Throws: `LinuxError`.
    public init(_ plan: Plan, _ pool: TestbedPool? = nil) throws {
        self.plan = plan
        self.pool = pool
        hz = try MonotonicClock.jiffiesPerSecond()
        watchdogs = Watchdogs(jiffyNanoseconds: try MonotonicClock.jiffyNanoseconds())
        captures = try CaptureService()
        sampler = try Sampler(
            periodMilliseconds: plan.samplePeriodMilliseconds, time: plan.time)
    }

    /// Performs all trials, once, and returns when all observations were reported.
    ///
    /// - Parameter report: called on this thread, one event at a time. It may block: nothing that
    ///   is being witnessed waits for it.
    /// - Throws: `LinuxError` if the witnesses can't be started.
    public func perform(report: (Event) -> Void) throws {
        // Namespaces, captures and files in /proc, sockets: some twenty a trial.
        try ResourceLimits.raiseOpenFiles(to: Self.openFiles(trials: plan.trials.count))
        var threads = try [captures.start(in: plan.time), sampler.start()]
        // In virtual time a thread that wakes each jiffy would see no stall, and would keep the
        // guest from idling, which is what makes its time pass.
        if plan.time == .real { threads += try watchdogs.start() }
        defer {
            captures.stop()
            sampler.stop()
            watchdogs.stop()
            for thread in threads { try? thread.join() }
        }
        let trials = makeTrials { index, error in
            let request = plan.trials[index]
            var observation = Observation(
                trial: request.trial, script: request.script, attempt: request.attempt, hz: hz,
                processors: Host.onlineProcessors)
            observation.time = plan.time
            observation.failure = Observation.Failure(error, during: "setting up")
            report(.observation(index, observation))
        }
        threads.append(try beginOneAfterAnother(trials))
        // A guest has one processor: nothing that is witnessed shall wait for reports of what has
        // ended.
        if plan.time == .virtual { CurrentThread.yieldToAll() }
        var left = trials.count
        while left > 0 {
            for event in events.take() {
                switch event {
                case .progress(let index, let label):
                    report(.progress(Progress(index: index, label: label)))
                case .ended(let trial):
                    sampler.remove(trial)
                    let observation = trial.observation(
                        hz: hz, time: plan.time, watchdogs: watchdogs)
                    report(.observation(trial.index, observation))
                    release(trial)
                    left -= 1
                }
            }
        }
    }

    /// How many files so many trials keep open at most.
    static func openFiles(trials: Int) -> Int { 256 + 40 * trials }

    private func begin(_ trial: Trial) {
        do {
            try sampler.add(trial)
        } catch {
            trial.fail(Observation.Failure(error, during: "setting a timer for the sampler"))
        }
        trial.start()
    }

    private func beginOneAfterAnother(_ trials: [Trial]) throws(LinuxError) -> WorkerThread {
        let timer = try TimerDescriptor()
        return try WorkerThread(name: "starter") { [self] in
            Rank.worker.take(in: plan.time)
            for (trial, moment) in zip(startOrder(trials), startMoments()) {
                do {
                    try timer.arm(atNanoseconds: moment, everyNanoseconds: 0)
                    _ = try Poll.wait(for: .input, on: timer.descriptor, until: nil)
                    _ = try timer.takeExpirations()
                } catch {
                    trial.fail(Observation.Failure(error, during: "waiting for the trial's turn"))
                }
                begin(trial)
            }
        }
    }

    /// In real time the longest come first, so that the run takes no longer for the distance
    /// between them. In virtual time the plan's order is part of the evidence.
    private func startOrder(_ trials: [Trial]) -> [Trial] {
        guard plan.time == .real else { return trials }
        return trials.sorted { $0.script.waitingMilliseconds > $1.script.waitingMilliseconds }
    }

    /// When the trials begin: one after another.
    ///
    /// In real time a beginning (a handshake, an exchange, options, the proof) takes a processor
    /// some 2 ms. Hundreds of them at the same moment keep all processors for most of a second, in
    /// which no socket would be read.
    ///
    /// In virtual time waiting costs nothing: no two trials want the processor in the same jiffy,
    /// and each begins at the same phase of the timer wheel, so that a trial comes to the same
    /// moments alone and among others, and on each kernel. 512 jiffies is the granularity of the
    /// wheel's level 3, on which timers of up to 2 minutes lie at HZ=250, as long as an RTO gets
    /// (kernel/time/timer.c, `LVL_GRAN`).
    private func startMoments() -> some Sequence<Int64> {
        let now = MonotonicClock.nowNanoseconds()
        let distance: Int64
        let first: Int64
        switch plan.time {
        case .real:
            distance = 2_000_000
            first = now
        case .virtual:
            distance = 512 * 1_000_000_000 / Int64(hz)
            first = (now / distance + 1) * distance
        }
        return (0...).lazy.map { first + Int64($0) * distance }
    }

    /// Closes all captures, so that the process can end at once. The trials are lost.
    public func abandon() { captures.closeAll() }

    /// Closes what an ended trial held. In real time on a thread of its own: closing a capture
    /// waits for grace periods of the kernel, some 50 ms each, which trials that end together
    /// share. Nobody waits for the last ones: the process ends with them.
    private func release(_ trial: Trial) {
        guard plan.time == .real else {
            trial.release(captures, closingCaptures: false)
            return
        }
        _ = try? WorkerThread(name: "closer") { [captures] in
            trial.release(captures, closingCaptures: true)
        }
    }

    /// Makes all testbeds, on two threads: most of the time goes into waiting for the kernel's
    /// locks, and more threads only make the waiting longer.
    private func makeTrials(failed: (Int, any Error) -> Void) -> [Trial] {
        let next = Atomic(0)
        let made = Mutex<[Int: Result<Trial, any Error>]>([:])
        let openers = Mutex<[WorkerThread]>([])
        let work: @Sendable () -> Void = { [plan, events, captures, pool] in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < plan.trials.count else { return }
                let result = Result {
                    let trial = try Trial(
                        index: index, request: plan.trials[index],
                        maximumPackets: plan.maximumPackets, events: events, time: plan.time,
                        pool: pool)
                    let opening = try trial.prepare(captures)
                    openers.withLock { $0 += opening }
                    return trial
                }
                made.withLock { $0[index] = result }
            }
        }
        let helper = try? WorkerThread(name: "set-up", work)
        work()
        try? helper?.join()
        for opener in openers.withLock({ $0 }) { try? opener.join() }
        var trials: [Trial] = []
        defer { kept.withLock { [trials] in $0 = trials } }
        for (index, result) in made.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            switch result {
            case .success(let trial): trials.append(trial)
            case .failure(let error): failed(index, error)
            }
        }
        return trials
    }
}
