internal import Evidence
internal import Glibc
internal import KernelTimers
internal import LinuxNet
internal import Synchronization

/// Lateness over time: what the watchdogs saw.
///
/// Pure: the clock is an argument. The longest lateness is kept for each tenth of a second, so that
/// a long run needs little memory and a trial gets the longest of its own time.
struct StallLog: Sendable {
    /// A thread was due, and ran only then; CLOCK_MONOTONIC, nanoseconds.
    struct Late: Sendable, Hashable {
        var due: Int64
        var ran: Int64
    }

    private static let bucketNanoseconds: Int64 = 100_000_000

    /// More than this is a stall.
    let limitNanoseconds: Int64
    private var stalls: [Late] = []
    private var longest: [Int64: Int64] = [:]

    init(limitNanoseconds: Int64) { self.limitNanoseconds = limitNanoseconds }

    /// Notes a wake-up.
    mutating func note(_ late: Late) {
        let lateness = late.ran - late.due
        let bucket = late.due / Self.bucketNanoseconds
        longest[bucket] = max(longest[bucket] ?? 0, lateness)
        if lateness > limitNanoseconds { stalls.append(late) }
    }

    /// The stalls that overlap a time, in the order of their beginnings.
    func stalls(from: Int64, until: Int64) -> [Late] {
        stalls.filter { $0.ran >= from && $0.due <= until }.sorted { $0.due < $1.due }
    }

    /// The longest lateness in a time, to a tenth of a second at its ends.
    func longestNanoseconds(from: Int64, until: Int64) -> Int64 {
        let listed = stalls(from: from, until: until).map { $0.ran - $0.due }.max() ?? 0
        guard until >= from else { return listed }
        let buckets = (from / Self.bucketNanoseconds)...(until / Self.bucketNanoseconds)
        return max(listed, buckets.compactMap { longest[$0] }.max() ?? 0)
    }
}

/// Threads, one pinned to each CPU, that are due twice a jiffy and note when they ran late by more
/// than half a jiffy.
///
/// Twice, since a standstill may begin just after a thread has run: what is shorter than a period
/// and the limit together goes unseen, and that must be no more than the one jiffy which the model
/// allows for it (`Conditions.reach`).
///
/// They have the highest priority that the process may give: what delays them delays any thread
/// of the testbed. A wake-up costs one system call.
final class Watchdogs: Sendable {
    private let log: Mutex<StallLog>
    private let isStopping = Atomic(false)
    private let periodNanoseconds: Int64

    init(jiffyNanoseconds: Int64) {
        periodNanoseconds = max(jiffyNanoseconds, 1_000_000) / 2
        log = Mutex(StallLog(limitNanoseconds: periodNanoseconds))
    }

    /// Starts a thread on each CPU that the process may use.
    func start() throws(LinuxError) -> [WorkerThread] {
        var threads: [WorkerThread] = []
        for cpu in try CurrentThread.allowedCPUs() {
            threads.append(try WorkerThread(name: "watchdog \(cpu)") { self.run(cpu: cpu) })
        }
        return threads
    }

    /// Ends the threads within half a jiffy.
    func stop() { isStopping.store(true, ordering: .relaxed) }

    /// What was seen in a trial's time, on its clock.
    func seen(
        zero: Int64, end: Moment
    ) -> (stalls: [Stall], longestGapNanoseconds: Int64) {
        let until = zero + end.nanoseconds
        return log.withLock { log in
            let stalls = log.stalls(from: zero, until: until).map {
                Stall(
                    from: Moment(nanoseconds: $0.due - zero),
                    until: Moment(nanoseconds: $0.ran - zero))
            }
            return (stalls, log.longestNanoseconds(from: zero, until: until))
        }
    }

    private func run(cpu: Int) {
        // A CPU that was taken away meanwhile leaves an unpinned watchdog, which does no harm.
        try? CurrentThread.pin(toCPU: cpu)
        Rank.watchdog.take(in: .real)
        var due = MonotonicClock.nowNanoseconds() + periodNanoseconds
        while !isStopping.load(ordering: .relaxed) {
            // clock_nanosleep(TIMER_ABSTIME) is a timerfd's wait in one call instead of two; here
            // time itself is what is waited for.
            var time = timespec(
                tv_sec: Int(due / 1_000_000_000), tv_nsec: Int(due % 1_000_000_000))
            if clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR { continue }
            let now = MonotonicClock.nowNanoseconds()
            log.withLock { $0.note(StallLog.Late(due: due, ran: now)) }
            due = max(due + periodNanoseconds, now)
        }
    }
}
