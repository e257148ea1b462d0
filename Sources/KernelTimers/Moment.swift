/// A point in time on a trial's own clock: nanoseconds since the trial's zero.
///
/// The zero is where the performer says it is (CLOCK_MONOTONIC at the start of the trial); nothing
/// in the pure half reads a clock. Range: ±292 years.
public struct Moment: Hashable, Comparable, Sendable {
    /// Nanoseconds since the trial's zero; negative before it.
    public var nanoseconds: Int64

    /// A moment that many nanoseconds after the trial's zero.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// The trial's zero.
    public static let zero = Moment(nanoseconds: 0)

    /// A moment that many milliseconds after the trial's zero.
    public static func milliseconds(_ count: Int) -> Moment {
        Moment(nanoseconds: Int64(count) * 1_000_000)
    }

    /// Seconds since the trial's zero, for printing only.
    public var seconds: Double { Double(nanoseconds) / 1e9 }

    /// Earlier comes first.
    public static func < (left: Moment, right: Moment) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The moment that much later; saturates instead of overflowing.
    public static func + (moment: Moment, delay: Duration) -> Moment {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(delay.wholeNanoseconds)
        guard overflow else { return Moment(nanoseconds: sum) }
        return Moment(nanoseconds: delay < .zero ? .min : .max)
    }

    /// The moment that much earlier.
    public static func - (moment: Moment, delay: Duration) -> Moment { moment + (.zero - delay) }

    /// The time from one moment to a later one.
    public static func - (later: Moment, earlier: Moment) -> Duration {
        .nanoseconds(later.nanoseconds &- earlier.nanoseconds)
    }
}

extension Moment: Codable {
    /// A moment is coded as its nanoseconds, one integer.
    public init(from decoder: any Decoder) throws {
        nanoseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    /// A moment is coded as its nanoseconds, one integer.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanoseconds)
    }
}

extension Duration {
    /// The duration in nanoseconds, rounded towards zero and saturated at the bounds of `Int64`.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }

    /// Seconds, for printing only.
    public var inSeconds: Double { Double(wholeNanoseconds) / 1e9 }
}

/// Where something lies in time: nowhere before `earliest`, nowhere after `latest`.
///
/// What was seen exactly has both ends equal; what no witness saw keeps the model's whole window.
public struct Window: Hashable, Codable, Sendable {
    /// The first moment that is possible.
    public var earliest: Moment
    /// The last moment that is possible.
    public var latest: Moment

    /// A window from one moment to another; a reversed pair is an empty window.
    public init(_ earliest: Moment, _ latest: Moment) {
        self.earliest = earliest
        self.latest = latest
    }

    /// The window of something that was seen at one moment.
    public init(at moment: Moment) { self.init(moment, moment) }

    /// Whether no moment lies inside.
    public var isEmpty: Bool { earliest > latest }

    /// How much time lies between the ends.
    public var width: Duration { latest - earliest }

    /// The window in seconds, such as `3.400…3.432 s`, or `0.204 s` where the ends print alike.
    public var text: String {
        let first = Duration.fixed(earliest.nanoseconds, digits: 3)
        let last = Duration.fixed(latest.nanoseconds, digits: 3)
        return first == last ? "\(first) s" : "\(first)…\(last) s"
    }

    /// What both windows allow.
    public func intersection(_ other: Window) -> Window {
        Window(max(earliest, other.earliest), min(latest, other.latest))
    }

    /// Whether both windows have a moment in common.
    public func overlaps(_ other: Window) -> Bool { !intersection(other).isEmpty }

    /// The window moved by a delay whose own bounds are given.
    public func after(_ shortest: Duration, _ longest: Duration) -> Window {
        Window(earliest + shortest, latest + longest)
    }
}

/// A value that changes at known (or nearly known) moments, such as an option set on the way.
public struct Timeline<Value: Sendable & Equatable>: Sendable, Equatable {
    /// What holds before the first change.
    public var initial: Value
    /// The changes in order, each with the window in which it took place.
    public var changes: [Change]

    /// One change of a timeline.
    public struct Change: Sendable, Equatable {
        /// When the change took place: the call's beginning and end.
        public var when: Window
        /// What holds afterwards.
        public var value: Value

        /// A change to `value` somewhere in the window `when`.
        public init(when: Window, value: Value) {
            self.when = when
            self.value = value
        }
    }

    /// A timeline; `changes` must be in the order of their windows.
    public init(_ initial: Value, changes: [Change] = []) {
        self.initial = initial
        self.changes = changes
    }

    /// Each value that may hold somewhere in `window`, with the part of the window in which it may.
    ///
    /// Where a change overlaps the window both the old and the new value are possible, and a model
    /// follows both: a guess here would be a wrong verdict later.
    public func values(during window: Window) -> [(value: Value, window: Window)] {
        var result: [(value: Value, window: Window)] = []
        for index in 0...changes.count {
            let value = index == 0 ? initial : changes[index - 1].value
            let from = index == 0 ? window.earliest : changes[index - 1].when.earliest
            let until = index == changes.count ? window.latest : changes[index].when.latest
            let part = window.intersection(Window(from, until))
            if !part.isEmpty { result.append((value, part)) }
        }
        return result
    }
}
