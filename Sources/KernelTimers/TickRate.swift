/// The rate of a kernel's timer tick (CONFIG_HZ) and the conversions that the kernel does with it.
public struct TickRate: Hashable, Codable, Sendable {
    /// Ticks a second: 100, 250, 300 or 1000 on the kernels that people run.
    public let hz: Int

    /// A tick rate; nil unless 24 ≤ hz ≤ 10,000, outside of which no Linux architecture runs.
    public init?(hz: Int) {
        guard (24...10_000).contains(hz) else { return nil }
        self.hz = hz
    }

    private init(known hz: Int) { self.hz = hz }

    /// HZ=100, the server default of older distributions and of User-Mode Linux.
    public static let hz100 = TickRate(known: 100)
    /// HZ=250, what Debian and Ubuntu ship.
    public static let hz250 = TickRate(known: 250)
    /// HZ=1000, what Fedora and RHEL ship.
    public static let hz1000 = TickRate(known: 1000)

    /// The length of one jiffy (TICK_NSEC).
    public var jiffy: Duration { .nanoseconds(1_000_000_000 / Int64(hz)) }

    /// That many jiffies as time.
    public func duration(jiffies: Int) -> Duration {
        .nanoseconds(Int64(jiffies) * (1_000_000_000 / Int64(hz)))
    }

    /// The jiffies that cover a duration, rounded up, never negative.
    ///
    /// The corresponding C functions are `usecs_to_jiffies` and `msecs_to_jiffies`.
    public func jiffies(covering duration: Duration) -> Int {
        let microseconds = duration.wholeNanoseconds / 1000
        guard microseconds > 0 else { return 0 }
        let (product, overflow) = microseconds.multipliedReportingOverflow(by: Int64(hz))
        guard !overflow else { return Int(Int32.max) }
        return Int(min((product + 999_999) / 1_000_000, Int64(Int32.max)))
    }
}
