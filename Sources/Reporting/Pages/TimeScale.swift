public import KernelTimers

/// Where a moment stands on a plot: a scale on which 200 ms and 900 s can both be read.
///
/// A place is log(1 + t/τ): linear near zero, logarithmic beyond, defined at zero, where every
/// outage begins. τ is TCP_RTO_MIN, 200 ms, the shortest interval of any schedule; with it each
/// doubling of the RTO moves about as far as the one before. A pure logarithm has no place for
/// zero, a linear scale none for the first five retransmissions of a quarter of an hour.
public struct TimeScale: Sendable, Hashable {
    /// τ.
    public static let knee = Duration.milliseconds(200)

    /// The last moment that has a place.
    public let end: Moment
    /// Where zero stands.
    public let left: Double
    /// Where the end stands.
    public let right: Double

    /// A scale from zero to `end`, which is at least τ.
    public init(end: Moment, left: Double, right: Double) {
        self.end = max(end, .zero + Self.knee)
        self.left = left
        self.right = right
    }

    /// The place of a moment; what lies outside is put at the edge.
    public func place(_ moment: Moment) -> Double {
        let inside = min(max(moment, .zero), end)
        return left + (right - left) * Self.compressed(inside) / Self.compressed(end)
    }

    private static func compressed(_ moment: Moment) -> Double {
        logarithm(1 + Double(moment.nanoseconds) / Double(knee.wholeNanoseconds))
    }

    /// The natural logarithm of a number from 1 on: the same bits on every machine, which no
    /// mathematical library promises. ln m is 2 artanh((m − 1)/(m + 1)), of which twelve terms are
    /// right to 10⁻¹² for m below 2.
    static func logarithm(_ value: Double) -> Double {
        let part = (value.significand - 1) / (value.significand + 1)
        var power = part
        var sum = 0.0
        for odd in stride(from: 1.0, through: 23.0, by: 2.0) {
            sum += power / odd
            power *= part * part
        }
        return Double(value.exponent) * 0.693_147_180_559_945_3 + 2 * sum
    }

    /// A mark on the axis.
    public struct Tick: Sendable, Hashable {
        /// When.
        public var moment: Moment
        /// Where.
        public var place: Double
        /// What is written there, such as `200 ms` or `2 min`.
        public var label: String
    }

    /// Round moments with at least `gap` between them, the roundest first: 0, and then as they fit.
    public func ticks(gap: Double) -> [Tick] {
        var chosen: [Tick] = []
        for rank in Self.round {
            for (milliseconds, label) in rank {
                let moment = Moment.milliseconds(milliseconds)
                guard moment <= end else { continue }
                let tick = Tick(moment: moment, place: place(moment), label: label)
                let isFree = chosen.allSatisfy { abs($0.place - tick.place) >= gap }
                if isFree { chosen.append(tick) }
            }
        }
        return chosen.sorted { $0.moment < $1.moment }
    }

    /// Round moments, in ranks of roundness, milliseconds.
    private static let round: [[(Int, String)]] = [
        [(0, "0")],
        [
            (1000, "1 s"), (10_000, "10 s"), (60_000, "1 min"), (600_000, "10 min"),
            (3_600_000, "1 h"), (86_400_000, "1 d"),
        ],
        [(200, "200 ms"), (3000, "3 s"), (30_000, "30 s"), (7_200_000, "2 h")],
        [
            (500, "500 ms"), (5000, "5 s"), (2000, "2 s"), (20_000, "20 s"), (120_000, "2 min"),
            (300_000, "5 min"), (900_000, "15 min"), (1_800_000, "30 min"), (14_400_000, "4 h"),
            (43_200_000, "12 h"),
        ],
        [(100, "100 ms"), (1500, "1.5 s"), (7000, "7 s"), (4000, "4 s"), (50, "50 ms")],
    ]
}
