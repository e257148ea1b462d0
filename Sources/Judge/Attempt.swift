import Behaviours
import Evidence
import KernelTimers

/// What came of comparing an observation with one variant.
struct Attempt {
    /// The variant.
    var name: String
    /// The events so far, expected beside observed.
    var comparisons: [Comparison] = []
    /// Where they part, in the order of time; none is a match.
    var partings: [Parting] = []
    /// Whether watching ended before the schedule did.
    var isOpen = false
    /// When the variant's abort was due, given what was observed up to where it parts.
    var expectedAbort: Window?
    /// What the match allows for.
    var notes: [String] = []

    /// Whether nothing parts.
    var matches: Bool { partings.isEmpty }

    /// Whether a calm machine would have told this schedule from the other: somewhere one expects
    /// another event, or the same event at another time.
    func canBeTold(from other: Attempt) -> Bool {
        comparisons.count != other.comparisons.count
            || zip(comparisons, other.comparisons).contains { mine, theirs in
                mine.expected.kind != theirs.expected.kind
                    || !mine.expected.window.overlaps(theirs.expected.window)
            }
    }

    /// Whether the other follows the observation farther than this one.
    ///
    /// What counts is what was seen: an event that no witness sees is no step forward, and the
    /// shortest explanation comes first.
    func isOutdone(by other: Attempt) -> Bool {
        (other.matches ? 1 : 0, other.seen, -other.comparisons.count, -other.partings.count)
            > (matches ? 1 : 0, seen, -comparisons.count, -partings.count)
    }

    private var seen: Int { comparisons.count { $0.observed != nil } }
}

/// Compares one observation with variants.
struct Trying {
    private let observation: Observation
    private let behaviour: Behaviour
    private let reading: Reading
    private let stalls: [Stall]

    /// A comparison; `excusing` allows for the machine's stalls.
    init(
        _ observation: Observation, _ behaviour: Behaviour, _ reading: Reading, excusing: Bool
    ) {
        self.observation = observation
        self.behaviour = behaviour
        self.reading = reading
        stalls = excusing ? observation.stalls : []
    }

    /// Compares with each variant.
    func attempts(_ variants: [Variant]) -> [Attempt] { variants.map(attempt) }

    /// Compares with one variant: its schedule, its counters, its return values.
    func attempt(_ variant: Variant) -> Attempt {
        let parameters = observation.trial.parameters
        var attempt = schedule(variant)
        let expectations =
            behaviour.values(parameters) + variant.values(parameters, reading.conditions)
        let early = expectations.filter { happensBeforeOutage($0) }
        let late = expectations.filter { !happensBeforeOutage($0) && !dependsOnTheError($0) }
        let counters = attempt.partings.filter { $0.aspect == .counter }
        attempt.partings =
            Values.partings(early, in: observation)
            + (reading.stateParting.map { [$0] } ?? [])
            + attempt.partings.filter { $0.aspect != .counter }
            + Values.partings(late, in: observation)
            + counters
        return attempt
    }

    private func happensBeforeOutage(_ expectation: ValueExpectation) -> Bool {
        guard let step = observation.step(expectation.label) else { return true }
        return behaviour.outage == .none || step.end <= reading.begin
    }

    /// Whether it speaks of what follows an error that was never heard: then the schedule has said
    /// so already, and the calls prove nothing.
    private func dependsOnTheError(_ expectation: ValueExpectation) -> Bool {
        guard reading.heard == nil, let step = observation.step(expectation.label),
            let waited
        else { return false }
        return step.actor == .subject && step.begin >= waited.begin
    }

    /// Until when the application listened: what ends later is not heard.
    private var hearingEnd: Moment { waited?.end ?? observation.end }

    /// The subject's wait for the error, as performed.
    private var waited: StepRecord? {
        let waiting = observation.script.lanes.filter { $0.actor == .subject }.flatMap(\.steps)
            .first { $0.action.isAwaitingEnd }
        return waiting.flatMap { observation.step($0.label) }
    }

    private func schedule(_ variant: Variant) -> Attempt {
        var conditions = reading.conditions
        conditions.stalls = stalls.map { Window($0.from, $0.until) }
        let roots = variant.prospects(conditions, observation.trial.parameters)
        guard behaviour.outage != .none else { return Attempt(name: variant.name) }
        var search = Search(
            events: reading.events, end: observation.end, hearingEnd: hearingEnd, stalls: stalls,
            tick: reading.conditions.tick, counters: observation.counters)
        search.follow(roots, path: Search.Path())
        var attempt = search.best
        attempt.name = variant.name
        return attempt
    }
}
