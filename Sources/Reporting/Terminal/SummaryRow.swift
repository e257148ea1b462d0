import Evidence
import KernelTimers

/// Trials of one behaviour with the same T that came to the same answer, on one line.
///
/// Trials are folded when verdict, reason, variants and errno are equal: then they differ in the
/// address family and the link only, which the column ON lists, and in times, shown as a range.
struct SummaryRow {
    var trials: [JudgedTrial]
    /// What all trials of the behaviour were asked with alike.
    var common: Set<AskedWords.Part> = []

    /// The rows of all trials, in the order of behaviours and values.
    static func fold(_ trials: [JudgedTrial]) -> [SummaryRow] {
        struct Key: Hashable {
            var behaviour: String, timeout: Int, retries2: Int?, settings: [String: Int]?
            var verdict: Verdict, variants: [String], nearest: String?, errno: String?
            var known: KnownDeviation?
        }
        var places: [Key: Int] = [:]
        var rows: [SummaryRow] = []
        for trial in trials.sorted(by: Self.precedes) {
            let finding = trial.finding
            let key = Key(
                behaviour: finding.trial.behaviour,
                timeout: finding.trial.parameters.userTimeoutMilliseconds,
                retries2: finding.trial.parameters.retries2,
                settings: finding.trial.parameters.settings, verdict: finding.verdict,
                variants: finding.variants,
                nearest: finding.nearest, errno: finding.errno?.name, known: finding.known)
            if let place = places[key] {
                rows[place].trials.append(trial)
            } else {
                places[key] = rows.count
                rows.append(SummaryRow(trials: [trial]))
            }
        }
        let asked = Dictionary(grouping: trials, by: \.finding.trial.behaviour)
            .mapValues { AskedWords.common($0.map(\.finding.trial.parameters)) }
        for index in rows.indices {
            rows[index].common =
                rows[index].trials.first
                .flatMap { asked[$0.finding.trial.behaviour] } ?? []
        }
        return rows
    }

    /// By behaviour, then by what is asked: T first, those without T by their retries last.
    private static func precedes(_ left: JudgedTrial, _ right: JudgedTrial) -> Bool {
        let (one, other) = (left.finding.trial, right.finding.trial)
        if one.behaviour != other.behaviour { return one.behaviour < other.behaviour }
        let (mine, theirs) = (one.parameters, other.parameters)
        let key = (
            mine.userTimeoutMilliseconds == 0 ? 1 : 0, mine.retries2 ?? 0,
            mine.userTimeoutMilliseconds
        )
        let otherKey = (
            theirs.userTimeoutMilliseconds == 0 ? 1 : 0, theirs.retries2 ?? 0,
            theirs.userTimeoutMilliseconds
        )
        return key == otherKey ? one < other : key < otherKey
    }

    var verdict: Verdict { trials.first?.finding.verdict ?? .inconclusive(cause: "") }
    var behaviour: String { PlainText.line(trials.first?.finding.trial.behaviour ?? "") }

    /// The behaviour, and what all its trials were asked with alike.
    var heading: String {
        let parts = common.map(\.short).sorted().map { " " + PlainText.line($0) }
        return behaviour + (parts.isEmpty ? "" : "," + parts.joined())
    }

    /// What these trials were asked with, short; of all it, or without what all have in common.
    func asked(isWhole: Bool) -> String {
        let parameters = trials.first?.finding.trial.parameters ?? Parameters()
        return PlainText.line(AskedWords.short(parameters, leavingOut: isWhole ? [] : common))
    }

    /// `4` IPv4, `6` IPv6, `v` veth, `l` loopback: `46v`; `all` for all of these.
    var on: String {
        let parameters = trials.map(\.finding.trial.parameters)
        let families = parameters.map(\.family)
        let links = parameters.map(\.link)
        let letters =
            (families.contains(.ipv4) ? "4" : "") + (families.contains(.ipv6) ? "6" : "")
            + (links.contains(.veth) ? "v" : "") + (links.contains(.loopback) ? "l" : "")
        return letters.count == 4 ? "all" : letters
    }

    /// The first variant, and how many more match; where none does, `~` and the nearest.
    var variant: String {
        guard let finding = trials.first?.finding else { return "" }
        guard let first = finding.variants.first else {
            return PlainText.line(finding.nearest.map { "~\($0)" } ?? "unknown")
        }
        let more = finding.variants.count - 1
        return PlainText.line(more > 0 ? "\(first)+\(more)" : first)
    }

    /// From the earliest to the latest moment at which any of the trials was to end, seconds.
    func expected(isShort: Bool) -> String {
        let windows = trials.compactMap { trial in
            trial.finding.expectedAbort.map {
                Window(trial.finding.sinceOutage($0.earliest), trial.finding.sinceOutage($0.latest))
            }
        }
        return Self.range(windows.map(\.earliest), windows.map(\.latest), isShort: isShort)
    }

    /// From the earliest to the latest moment at which one ended.
    func observed(isShort: Bool) -> String {
        let moments = trials.compactMap { trial in
            trial.finding.observedAbort.map(trial.finding.sinceOutage)
        }
        return Self.range(moments, moments, isShort: isShort)
    }

    /// What is expected of this kernel other than promised, in words; nil where nothing is.
    var known: String? {
        guard let known = trials.first?.finding.known else { return nil }
        switch known.outcome {
        case .shown: return "(known: \(known.reference)) \(variant)"
        case .vanished: return "(no longer deviates: \(known.reference)) \(variant)"
        case .other: return "(other than known: \(known.reference)) \(variant)"
        case .untold: return nil
        }
    }

    var errno: String { PlainText.line(trials.first?.finding.errno?.name ?? "-") }

    /// `3.41-3.45`, one number where both are the same. Three digits that count are enough beside
    /// windows of an eighth of their interval. Short it is `3.41-.45`, and where the seconds differ
    /// by more than the last digit says, `6.7-7.0`.
    static func range(_ earliest: [Moment], _ latest: [Moment], isShort: Bool) -> String {
        guard let first = earliest.min(), let last = latest.max() else { return "-" }
        func text(_ digits: Int) -> (String, String) {
            (
                Duration.fixed(first.nanoseconds, digits: digits),
                Duration.fixed(last.nanoseconds, digits: digits)
            )
        }
        let (left, right) = text(last.nanoseconds < 10_000_000_000 ? 2 : 1)
        if left == right { return left }
        guard isShort else { return "\(left)-\(right)" }
        if left.prefix(while: { $0 != "." }) == right.prefix(while: { $0 != "." }) {
            return "\(left)-\(right.drop { $0 != "." })"
        }
        guard last - first >= .milliseconds(150) else { return "\(left)-\(right)" }
        let (rough, end) = text(1)
        return "\(rough)-\(end)"
    }
}
