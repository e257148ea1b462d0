public import Behaviours
public import Evidence
import KernelTimers

/// Two runs side by side: what differs, at the level of verdicts, variants, packets and calls.
///
/// Nothing here says which of the two is right; the findings do.
public struct RunComparison: Codable, Sendable, Hashable {
    /// The version of this format.
    public static let currentFormat = 1

    /// The version of the format in which this was written.
    public var format: Int
    /// One kernel.
    public var first: KernelIdentity
    /// The other.
    public var second: KernelIdentity
    /// How many trials both were asked.
    public var compared: Int
    /// What only the one was asked, and cannot be compared.
    public var onlyFirst: [TrialID]
    /// What only the other was asked.
    public var onlySecond: [TrialID]
    /// The trials that differ, in their order.
    public var differences: [TrialDifference]

    /// One run: a kernel and what it was asked.
    public struct Side: Sendable {
        /// Which kernel.
        public var kernel: KernelIdentity
        /// What was found, with what was witnessed where that is known.
        public var trials: [(finding: Finding, observation: Observation?)]

        /// A run.
        public init(
            kernel: KernelIdentity, trials: [(finding: Finding, observation: Observation?)]
        ) {
            self.kernel = kernel
            self.trials = trials
        }
    }

    /// Compares two runs.
    public init(_ first: Side, _ second: Side, catalogue: [Behaviour] = Catalogue.behaviours) {
        let behaviours = Dictionary(
            catalogue.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let others = Dictionary(
            second.trials.map { ($0.finding.trial, $0) }, uniquingKeysWith: { first, _ in first })
        let own = Set(first.trials.map(\.finding.trial))
        format = Self.currentFormat
        self.first = first.kernel
        self.second = second.kernel
        onlyFirst = own.filter { others[$0] == nil }.sorted()
        onlySecond = others.keys.filter { !own.contains($0) }.sorted()
        var compared = 0
        var differences: [TrialDifference] = []
        for one in first.trials {
            guard let other = others[one.finding.trial] else { continue }
            compared += 1
            let behaviour = behaviours[one.finding.trial.behaviour]
            let difference = TrialDifference(one, other, behaviour)
            if !difference.isEmpty { differences.append(difference) }
        }
        self.compared = compared
        self.differences = differences.sorted { $0.trial < $1.trial }
    }

    /// Whether nothing differs in what could be compared.
    public var isSame: Bool { differences.isEmpty }

    /// 1 if anything differs, else 2 if there was nothing to compare, else 0.
    public var exitCode: Int32 { isSame ? (compared == 0 ? 2 : 0) : 1 }
}

/// How two performances of a trial differ; what is nil is the same.
public struct TrialDifference: Codable, Sendable, Hashable {
    /// Which trial.
    public var trial: TrialID
    /// Another verdict.
    public var verdicts: Pair<String>?
    /// No variant in common. Sets that overlap may be one and the same answer.
    public var variants: Pair<[String]>?
    /// Another error at the end.
    public var errnos: Pair<String>?
    /// Why these are what they are, where a verdict has a reason and the other one is another.
    public var reasons: Pair<String?>?
    /// The first event in which the two part, and in how many events after each other.
    public var packets: Parting?
    /// Intervals between events that differ by more than their windows together allow.
    public var intervals: [Interval]
    /// Calls of the application that returned something else.
    public var calls: [Call]

    /// What both showed.
    public struct Pair<Value: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
        /// The one.
        public var first: Value
        /// The other.
        public var second: Value

        init?(_ first: Value, _ second: Value) {
            guard first != second else { return nil }
            self.first = first
            self.second = second
        }
    }

    /// Where two sequences of events part.
    public struct Parting: Codable, Sendable, Hashable {
        /// The place, from 0.
        public var index: Int
        /// What the one shows there; nil where it ends before.
        public var first: String?
        /// What the other shows there.
        public var second: String?
        /// How many events there are in all.
        public var counts: Pair<Int>?
    }

    /// An interval before an event.
    public struct Interval: Codable, Sendable, Hashable {
        /// The event's place, from 0.
        public var index: Int
        /// What happens at its end.
        public var event: String
        /// How long it is in the one, nanoseconds.
        public var firstNanoseconds: Int64
        /// How long it is in the other.
        public var secondNanoseconds: Int64
        /// What may lie between them: the widths of both windows.
        public var allowedNanoseconds: Int64

        /// Whether it is more than may be.
        var isDifference: Bool {
            abs(firstNanoseconds - secondNanoseconds) > allowedNanoseconds
        }
    }

    /// A call of the subject's application.
    public struct Call: Codable, Sendable, Hashable {
        /// The step.
        public var step: String
        /// What it returned in the one; nil where it was not made.
        public var first: String?
        /// What it returned in the other.
        public var second: String?
    }

    /// Whether nothing differs.
    public var isEmpty: Bool {
        verdicts == nil && variants == nil && errnos == nil && packets == nil
            && intervals.isEmpty && calls.isEmpty
    }

    init(
        _ first: (finding: Finding, observation: Observation?),
        _ second: (finding: Finding, observation: Observation?), _ behaviour: Behaviour?
    ) {
        let (one, other) = (first.finding, second.finding)
        trial = one.trial
        verdicts = Pair(one.verdict.name, other.verdict.name)
        reasons = verdicts == nil ? nil : Pair(one.verdict.reason, other.verdict.reason)
        errnos = Pair(one.errno?.name ?? "none", other.errno?.name ?? "none")
        let isDisjoint = Set(one.variants).isDisjoint(with: other.variants)
        variants = isDisjoint ? Pair(one.variants, other.variants) : nil
        intervals = []
        calls = []
        guard let mine = first.observation, let theirs = second.observation else { return }
        calls = Self.calls(mine, theirs)
        guard let behaviour else { return }
        let left = Judge.events(of: mine, as: behaviour)
        let right = Judge.events(of: theirs, as: behaviour)
        packets = Self.parting(left, right)
        // Where the events are others, intervals between them say nothing more.
        if packets == nil {
            intervals = Self.intervals(
                (left, one), (right, other),
                jiffyNanoseconds: 1_000_000_000 / Int64(max(1, min(mine.hz, theirs.hz))))
        }
    }
}

extension TrialDifference {
    private static func parting(_ left: [ObservedEvent], _ right: [ObservedEvent]) -> Parting? {
        let length = max(left.count, right.count)
        for index in 0..<length {
            let mine = index < left.count ? left[index].what : nil
            let theirs = index < right.count ? right[index].what : nil
            guard mine.map(comparable) != theirs.map(comparable) else { continue }
            return Parting(
                index: index, first: mine.map { "\($0)" }, second: theirs.map { "\($0)" },
                counts: Pair(left.count, right.count))
        }
        return nil
    }

    /// The event as far as it says something of the subject. How large a window the peer offers
    /// follows from its buffers, of which kernels think differently; that it is shut does not. The
    /// number of a segment that an ICMP error quotes begins anywhere, for each connection anew
    /// (RFC 6528).
    static func comparable(_ what: ObservedEvent.What) -> ObservedEvent.What {
        switch what {
        case .answer(let upTo, let window): .answer(upTo: upTo, window: min(window, 1))
        case .complaint(let words): .complaint(words.replacing(#/ seq \d+/#, with: ""))
        case .other(let words): .other(words.replacing(#/ seq \d+/#, with: ""))
        case .data, .windowProbe, .opening, .finish, .reset, .failedProbe, .failedRetransmission,
            .error, .hungUp, .returned, .vanished:
            what
        }
    }

    /// Compares the intervals before each event, since the end of one is where the next timer is
    /// armed. Two of them may differ by as much as both windows are wide: that is what the timer
    /// wheel and the witnesses leave open. The end of a connection is due either at T after its
    /// clock started, however late the event before it was, or when its last timer fires, however
    /// late that was armed: it differs only if both intervals do. What the peer does is due when
    /// the script says, however long ago the subject last sent something: it differs only if it
    /// does so counted from the first event, too. What differs by less than a jiffy is no timer's
    /// doing, but that of two kernels that take more or fewer instructions for the same.
    /// What no variant expects has no window, and only its place in the order is compared.
    private static func intervals(
        _ left: (events: [ObservedEvent], finding: Finding),
        _ right: (events: [ObservedEvent], finding: Finding), jiffyNanoseconds: Int64
    ) -> [Interval] {
        let (mine, theirs) = (expected(left.finding), expected(right.finding))
        var result: [Interval] = []
        for index in left.events.indices.dropFirst() {
            let (event, other) = (left.events[index], right.events[index])
            guard let own = mine[event], let foreign = theirs[other] else { continue }
            let begins = zip(
                starts(of: own, after: left.events[..<index]),
                starts(of: foreign, after: right.events[..<index]))
            let intervals = begins.map { begin, otherBegin in
                // What a witness saw only within bounds is uncertain by these.
                let allowed = [
                    own.window, foreign.window, event.window, other.window, begin, otherBegin,
                ].map { max(0, $0.width.wholeNanoseconds) }.reduce(jiffyNanoseconds, +)
                return Interval(
                    index: index, event: "\(event.what)",
                    firstNanoseconds: (event.window.latest - begin.latest).wholeNanoseconds,
                    secondNanoseconds: (other.window.latest - otherBegin.latest).wholeNanoseconds,
                    allowedNanoseconds: allowed)
            }
            if intervals.allSatisfy(\.isDifference) { result += intervals.suffix(1) }
        }
        return result
    }

    /// Where an interval began: at the event before; where the clock started of a connection that
    /// ends; at the first event, for what the peer does.
    private static func starts(
        of expected: Expected, after events: ArraySlice<ObservedEvent>
    ) -> [Window] {
        var starts = events.suffix(1).map(\.window)
        if expected.kind.isAbort { starts += expected.anchors.suffix(1) }
        if expected.kind == .answered { starts += events.prefix(1).map(\.window) }
        return starts
    }

    /// The expectation that each observed event meets.
    private static func expected(_ finding: Finding) -> [ObservedEvent: Expected] {
        var expected: [ObservedEvent: Expected] = [:]
        for comparison in finding.comparisons {
            if let observed = comparison.observed { expected[observed] = comparison.expected }
        }
        return expected
    }

    /// The subject's calls by their steps. How much fits into a buffer (`fill`) is no promise.
    private static func calls(_ first: Observation, _ second: Observation) -> [Call] {
        let (left, right) = (results(first), results(second))
        var steps: [String] = []
        for (step, _) in left + right where !steps.contains(step) { steps.append(step) }
        return steps.compactMap { step in
            let mine = left.filter { $0.step == step }.map(\.text)
            let theirs = right.filter { $0.step == step }.map(\.text)
            guard mine != theirs else { return nil }
            return Call(
                step: step, first: mine.isEmpty ? nil : mine.joined(separator: "; "),
                second: theirs.isEmpty ? nil : theirs.joined(separator: "; "))
        }
    }

    private static func results(_ observation: Observation) -> [(step: String, text: String)] {
        var fills: Set<String> = []
        for step in observation.script.lanes.flatMap(\.steps) {
            if case .fill = step.action { fills.insert(step.label) }
        }
        return observation.steps.filter { $0.actor == .subject && !fills.contains($0.label) }
            .flatMap { step in step.calls.map { (step.label, text($0)) } }
    }

    private static func text(_ call: CallRecord) -> String {
        var words = ["\(call.name) \(call.result)"]
        if let errno = call.errno { words.append(errno.name) }
        if let value = call.value { words.append("value \(value)") }
        if let events = call.events { words.append(events.joined(separator: "|")) }
        return words.joined(separator: " ")
    }
}
