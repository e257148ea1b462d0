import Behaviours
import Evidence
import KernelTimers

/// What the section of a trial shows.
struct TrialView {
    /// One event, expected beside observed.
    struct Event: Hashable {
        var number: String
        var name: String
        var expected: String
        var observed: String
        /// Where in its window it lay, percent.
        var place: Int?
        var witness: String
        var derivation: String
        var isParting = false
    }

    /// Where another trial is found.
    struct Place: Hashable {
        var anchor: String
        var words: String
    }

    /// A script that is another trial's but for some lines.
    struct Likeness: Hashable {
        var place: Place
        var lines: [String]
    }

    /// A name and what it is.
    struct Pair: Hashable {
        var name: String
        var value: String
    }

    /// A call of the application.
    struct Call: Hashable {
        var time: String
        var who: String
        var step: String
        var call: String
        var result: String
    }

    /// A counter that went up or down.
    struct Counter: Hashable {
        var name: String
        var before: String
        var after: String
        var change: String
        var isModelled: Bool
    }

    var trial: TrialID
    var anchor: String
    var verdict: VerdictView
    var variant: String
    /// What is known of this kernel in advance, and whether it was found.
    var known: String?
    var expected: String?
    var observed: String?
    var errno: String?
    var partings: [Pair] = []
    var notes: [String] = []
    var events: [Event] = []
    var ladder: Ladder?
    var silence: [String] = []
    var calls: [Call] = []
    var wire: [Pair] = []
    var kernel: [Pair] = []
    var options: [Pair] = []
    var counters: [Counter] = []
    /// Counters of the model that stayed what they were.
    var unchanged: [String] = []
    var sysctls: [Pair] = []
    var script: [String] = []
    /// The trial of the same behaviour whose script is told, and in what this one's differs.
    var likeScript: Likeness?
    var capture: String?
    var observation: String?
    var again: String
    var clockZero: String?

    /// A trial; sysctls that the page tells once for all trials are left out.
    init(
        _ reported: ReportedTrial, _ behaviour: Behaviour?, _ identity: KernelIdentity,
        toldAlready: [String: String] = [:]
    ) {
        let finding = reported.finding
        trial = finding.trial
        anchor = Self.anchor(finding.trial)
        verdict = VerdictView(finding.verdict)
        variant = Self.variant(finding)
        known = finding.known.map(Self.words)
        if let window = finding.expectedAbort {
            expected = Words.seconds(finding.sinceOutage(window))
        }
        observed = finding.observedAbort.map { Words.seconds(finding.sinceOutage($0)) }
        errno = finding.errno?.name
        let frames = reported.judged.frames
        partings = finding.partings.map {
            Pair(name: $0.aspect.rawValue, value: frames.renumbered($0.text))
        }
        notes = finding.notes.map(frames.renumbered)
        events = Self.events(finding, frames)
        ladder = Ladder(reported, behaviour)
        clockZero = finding.outageBegan.map { Duration.fixed($0.nanoseconds, digits: 6) }
        capture = reported.judged.capturePath
        observation = reported.observationPath
        again = Reproduction.line(finding.trial, identity)
        if let observation = reported.observation {
            witness(observation, finding)
            sysctls.removeAll { toldAlready[$0.name] == $0.value }
        }
    }

    /// The name under which the section is found.
    static func anchor(_ trial: TrialID) -> String { "t-" + VisibleText.slug("\(trial)") }

    /// The variants that match, or the nearest, marked so.
    static func variant(_ finding: Finding) -> String {
        if !finding.variants.isEmpty { return finding.variants.joined(separator: " or ") }
        switch finding.verdict {
        case .deviates, .conforms: return finding.nearest.map { "nearest: \($0)" } ?? "unknown"
        case .inconclusive, .notApplicable: return ""
        }
    }

    private static func words(_ known: KnownDeviation) -> String {
        let outcome =
            switch known.outcome {
            case .shown: "known"
            case .vanished: "was known, and has vanished"
            case .other: "another deviation is known"
            case .untold: "a deviation is known, and could not be looked at"
            }
        return "\(outcome): \(known.reference)"
    }

    private static func events(_ finding: Finding, _ frames: FrameMap) -> [Event] {
        let parted = Set(finding.partings.compactMap(\.eventIndex))
        let events = finding.comparisons.enumerated().map { index, comparison in
            let window = finding.sinceOutage(comparison.expected.window)
            var event = Event(
                number: String(index + 1), name: "\(comparison.expected.kind)",
                expected: Words.seconds(window), observed: "", witness: "no witness",
                derivation: comparison.expected.derivation)
            if let observed = comparison.observed {
                let seen = finding.sinceOutage(observed.window)
                event.observed = Words.seconds(seen)
                event.witness = frames.renumbered(observed.source)
                event.place = place(of: seen, in: window)
            }
            event.isParting = parted.contains(index)
            if comparison.excusedNanoseconds > 0 {
                let excused = Duration.fixed(comparison.excusedNanoseconds, digits: 3)
                event.derivation += "; excused by a stall: \(excused) s"
            }
            return event
        }
        return events + [end(finding, events.count, parted)].compactMap { $0 }
    }

    /// The end of the connection where it is not among the events that were met: it came at another
    /// time than expected, as another error, or never.
    private static func end(_ finding: Finding, _ count: Int, _ parted: Set<Int>) -> Event? {
        guard let expected = finding.expectedAbort,
            !finding.comparisons.contains(where: { $0.expected.kind.isAbort })
        else { return nil }
        let observed = finding.observedAbort.map { Words.seconds(finding.sinceOutage($0)) }
        return Event(
            number: String(count + 1), name: "the end of the connection",
            expected: Words.seconds(finding.sinceOutage(expected)), observed: observed ?? "",
            witness: finding.errno?.name ?? "none heard",
            derivation: parted.contains(count) ? "see above, where it parts" : "",
            isParting: true)
    }

    /// Where in its window an event that was seen at one moment lay, percent; nil where its own
    /// window is as wide as a tenth of that, so that no place can be named.
    private static func place(of seen: Window, in window: Window) -> Int? {
        let width = window.width.wholeNanoseconds
        guard width > 0, seen.width.wholeNanoseconds * 10 <= width else { return nil }
        let middle = seen.earliest.nanoseconds + seen.width.wholeNanoseconds / 2
        let share = Double(middle - window.earliest.nanoseconds) / Double(width)
        return Int((min(1, max(0, share)) * 100).rounded())
    }
}
