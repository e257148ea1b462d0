public import Evidence
import KernelTimers

/// How long a trial takes on a kernel that keeps the promise: what decides whether it is asked in
/// real time. It follows from the schedule, not from a list.
public enum TrialLength: String, Codable, Sendable, CaseIterable, Comparable {
    /// A quarter of a minute at most.
    case short
    /// Half an hour at most: the default of tcp_retries2 takes 16 minutes.
    case long
    /// Longer: keepalive at its default takes more than two hours.
    case hours

    /// Of a trial that takes so many milliseconds.
    public init(milliseconds: Int) {
        switch milliseconds {
        case ...15_000: self = .short
        case ...1_800_000: self = .long
        default: self = .hours
        }
    }

    /// A shorter one comes first.
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Behaviour {
    /// Nothing that any kernel known does on its own takes longer: keepalive at its default, two
    /// hours idle and nine probes 75 s apart, and the coarsest wheel's slack.
    static let longestKnown = Moment.milliseconds(9_500_000)

    /// How long to wait for an error before "never" may be said: the latest moment of every variant
    /// that ends within a minute, plus one backoff interval.
    ///
    /// Worked out for the coarsest and the finest tick that is common and for round-trip times of 0
    /// to 20 ms, more than any calm link between namespaces has: a longer RTO can bring the first
    /// timer that is due after T nearer, so no single choice is the worst. A variant that takes
    /// longer than a minute (tcp_retries2=15 takes a quarter of an hour) is waited for only where
    /// the promise itself takes as long, or is that the connection lives for ever.
    public func horizonMilliseconds(_ parameters: Parameters) -> Int {
        let limit = patience(parameters)
        var latest = Moment.milliseconds(2000)
        for tick in [TickRate.hz100, .hz1000] {
            for milliseconds in stride(from: 0, through: 20, by: 10) {
                let conditions = assumedConditions(
                    parameters, tick: tick, roundTrip: .milliseconds(milliseconds))
                for variant in variants(for: parameters) {
                    latest = max(latest, silence(after: variant, conditions, parameters, limit))
                }
            }
        }
        return Int(latest.nanoseconds / 1_000_000) + 500
    }

    /// How long the trial takes on a kernel that keeps the promise, milliseconds: until the latest
    /// moment at which the connection may end, or as long as the trial listens where it lives.
    public func expectedMilliseconds(_ parameters: Parameters) -> Int {
        guard outage != .none else { return 0 }
        let aborts = promisedAborts(parameters)
        guard let latest = aborts.compactMap(\.?.window.latest).max(),
            aborts.allSatisfy({ $0 != nil })
        else { return horizonMilliseconds(parameters) }
        return Int(latest.nanoseconds / 1_000_000)
    }

    /// How long the trial takes, roughly.
    public func length(_ parameters: Parameters) -> TrialLength {
        TrialLength(milliseconds: expectedMilliseconds(parameters))
    }

    /// Whether every variant in the contract lets the connection live for these values.
    public func expectsSurvival(_ parameters: Parameters) -> Bool {
        promisedAborts(parameters).allSatisfy { $0 == nil }
    }

    /// When each variant in the contract ends the connection; nil for one that lets it live.
    private func promisedAborts(_ parameters: Parameters) -> [Expected?] {
        let conditions = assumedConditions(parameters)
        return variants(for: parameters).filter { contract.variants.contains($0.name) }.map {
            abort(of: $0, conditions, parameters, within: Self.longestKnown)
        }
    }

    private func abort(
        of variant: Variant, _ conditions: Conditions, _ parameters: Parameters,
        within horizon: Moment
    ) -> Expected? {
        Schedule(predicting: variant.prospects(conditions, parameters), horizon: horizon).abort
    }

    /// Up to when a variant's end is waited for.
    private func patience(_ parameters: Parameters) -> Moment {
        let minute = Moment.milliseconds(60_000)
        let aborts = promisedAborts(parameters).compactMap { $0?.window.latest }
        guard let promised = aborts.max() else { return Self.longestKnown }
        return promised < minute ? minute : promised + .seconds(240)
    }

    private func silence(
        after variant: Variant, _ conditions: Conditions, _ parameters: Parameters,
        _ limit: Moment
    ) -> Moment {
        let schedule = Schedule(
            predicting: variant.prospects(conditions, parameters), horizon: limit)
        guard let abort = schedule.abort, abort.window.latest < limit else { return .zero }
        let before = schedule.events.prefix { !$0.kind.isAbort }.last?.window.earliest ?? .zero
        return abort.window.latest + (abort.window.earliest - before)
    }
}
