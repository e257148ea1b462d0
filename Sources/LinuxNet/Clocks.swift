internal import CLinux
internal import SystemPackage

/// CLOCK_MONOTONIC, on which kernel timers and all deadlines here run.
public enum MonotonicClock {
    /// Nanoseconds since some moment near the boot.
    ///
    /// The corresponding C function is `clock_gettime` with `CLOCK_MONOTONIC`.
    public static func nowNanoseconds() -> Int64 { clinux_monotonic_nanoseconds() }

    /// The length of a jiffy in nanoseconds: the resolution of CLOCK_MONOTONIC_COARSE.
    ///
    /// The corresponding C function is `clock_getres`.
    public static func jiffyNanoseconds() throws(LinuxError) -> Int64 {
        try check(clinux_jiffy_nanoseconds(), "clock_getres CLOCK_MONOTONIC_COARSE")
    }

    /// The kernel's HZ, jiffies a second, by the rounding of `jiffyNanoseconds()`: 100, 250, 300,
    /// 1000.
    public static func jiffiesPerSecond() throws(LinuxError) -> Int {
        let jiffy = try jiffyNanoseconds()
        guard jiffy > 0 else {
            throw LinuxError(operation: "clock_getres: \(jiffy) ns", errno: .invalidArgument)
        }
        return Int((1_000_000_000 + jiffy / 2) / jiffy)
    }
}

/// CLOCK_REALTIME, with which captures stamp their packets.
public enum RealtimeClock {
    /// Nanoseconds since 1970. The corresponding C function is `clock_gettime` with
    /// `CLOCK_REALTIME`.
    public static func nowNanoseconds() -> Int64 { clinux_realtime_nanoseconds() }
}

/// One moment on both clocks: the wall clock was read between two readings of the monotonic one.
public struct ClockPair: Hashable, Sendable {
    /// CLOCK_MONOTONIC before.
    public let monotonicBeforeNanoseconds: Int64
    /// CLOCK_REALTIME between.
    public let realtimeNanoseconds: Int64
    /// CLOCK_MONOTONIC after.
    public let monotonicAfterNanoseconds: Int64

    /// Creates a pair from three readings.
    public init(
        monotonicBeforeNanoseconds: Int64, realtimeNanoseconds: Int64,
        monotonicAfterNanoseconds: Int64
    ) {
        self.monotonicBeforeNanoseconds = monotonicBeforeNanoseconds
        self.realtimeNanoseconds = realtimeNanoseconds
        self.monotonicAfterNanoseconds = monotonicAfterNanoseconds
    }

    /// How far apart the two monotonic readings are: the pair's uncertainty.
    public var widthNanoseconds: Int64 { monotonicAfterNanoseconds - monotonicBeforeNanoseconds }

    /// What to add to monotonic times to get wall clock times, right to half the width.
    public var offsetNanoseconds: Int64 {
        realtimeNanoseconds - (monotonicBeforeNanoseconds + widthNanoseconds / 2)
    }

    /// Reads both clocks `tries` times, and keeps the tightest pair: a thread that's interrupted
    /// between the readings tells little. Usually some 50 ns wide, and costs a few microseconds.
    public static func now(tries: Int = 16) -> ClockPair {
        var best = read()
        for _ in 1..<max(tries, 2) {
            let next = read()
            if next.widthNanoseconds < best.widthNanoseconds { best = next }
        }
        return best
    }

    private static func read() -> ClockPair {
        ClockPair(
            monotonicBeforeNanoseconds: clinux_monotonic_nanoseconds(),
            realtimeNanoseconds: clinux_realtime_nanoseconds(),
            monotonicAfterNanoseconds: clinux_monotonic_nanoseconds())
    }
}
