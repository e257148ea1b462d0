/// How exactly a kernel's timers fire.
///
/// Before 4.8 a timer armed for d jiffies fires in the d-th tick from now. Since then
/// (500462a9de65, "timers: Switch to a non-cascading wheel") a timer's bucket is rounded up to the
/// granularity of its level, so that it fires late by up to an eighth of its delay, never early.
public enum TimerWheel: String, Hashable, Codable, Sendable, CaseIterable {
    /// Exact to the jiffy (before 4.8).
    case cascading
    /// Rounded up to the level's granularity (4.8 and later).
    case nonCascading

    /// The granularity, in jiffies, at which a timer of that delay is filed.
    ///
    /// Level n ≥ 1 starts at 63·8^(n−1) jiffies and has a granularity of 8^n (kernel/time/timer.c,
    /// LVL_START, LVL_GRAN). The level is chosen by the distance to the wheel's own clock, which
    /// may trail `jiffies`, by a tick if nothing else, so that a delay that is as little short of a
    /// level counts as that level.
    public func granularity(jiffies delay: Int, trail: Int = 1) -> Int {
        guard self == .nonCascading else { return 0 }
        var granularity = 1
        var start = 63
        while delay + trail >= start, granularity < 1 << 24 {
            granularity *= 8
            start *= 8
        }
        return granularity
    }

    /// When a timer fires that was armed somewhere in `armed` for a delay in `delays` jiffies.
    ///
    /// With n the tick in which it was armed, n·J ∈ (armed − J, armed]. It fires in tick n + d
    /// (cascading) or (((n + d) >> s) + 1) << s, which lies 1 … 2^s ticks after n + d. `reach` is
    /// what the firing may take from there to a witness, `lag` how much older than the tick n may
    /// be (`Conditions.reach`, `Conditions.lag`).
    public func firing(
        armed: Window, jiffies delays: ClosedRange<Int>, tick: TickRate, reach: Duration,
        lag: Duration, trail: Int = 1
    ) -> Window {
        switch self {
        case .cascading:
            return armed.after(
                max(.zero, tick.duration(jiffies: delays.lowerBound - 1) - lag),
                tick.duration(jiffies: delays.upperBound) + reach)
        case .nonCascading:
            return armed.after(
                max(.zero, tick.duration(jiffies: delays.lowerBound) - lag),
                tick.duration(
                    jiffies: delays.upperBound
                        + granularity(jiffies: delays.upperBound, trail: trail)) + reach)
        }
    }

    /// The arithmetic of `firing` in words, for failures and tables.
    public func explanation(jiffies delay: Int, tick: TickRate, reach: Duration) -> String {
        let nominal = "\(delay) jiffies = \(tick.duration(jiffies: delay).formattedSeconds)"
        switch self {
        case .cascading:
            return "\(nominal), exact to the jiffy, witness +\(reach.formattedSeconds)"
        case .nonCascading:
            let slack = tick.duration(jiffies: granularity(jiffies: delay))
            return "\(nominal), wheel +\(slack.formattedSeconds), "
                + "witness +\(reach.formattedSeconds)"
        }
    }
}

extension Duration {
    /// Seconds with three digits and the unit, such as `0.204 s`; for people.
    public var formattedSeconds: String { Self.fixed(wholeNanoseconds, digits: 3) + " s" }

    /// A decimal number of `digits` places from nanoseconds, rounded half up, without Foundation.
    public static func fixed(_ nanoseconds: Int64, digits: Int) -> String {
        var unit: Int64 = 1
        for _ in 0..<max(0, 9 - digits) { unit *= 10 }
        let magnitude = nanoseconds.magnitude
        let roundsUp = unit > 1 && magnitude % UInt64(unit) >= UInt64(unit) / 2
        let rounded = magnitude / UInt64(unit) + (roundsUp ? 1 : 0)
        var scale: UInt64 = 1
        for _ in 0..<digits { scale *= 10 }
        let fraction = String(rounded % scale)
        let padded = String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
        let sign = nanoseconds < 0 && rounded > 0 ? "-" : ""
        return digits == 0 ? "\(sign)\(rounded)" : "\(sign)\(rounded / scale).\(padded)"
    }
}
