import Evidence

/// A verdict as pages show it: a shape and a word; the colour only repeats them.
struct VerdictView: Hashable {
    /// The name, as in `Verdict`.
    var name: String
    /// A shape.
    var symbol: String
    /// The word that people read.
    var word: String
    /// Why, where it has a reason of its own.
    var reason: String?

    init(_ verdict: Verdict) {
        name = verdict.name
        reason = verdict.reason
        (symbol, word) =
            switch verdict {
            case .conforms: ("✓", "conforms")
            case .deviates: ("✗", "deviates")
            case .inconclusive: ("?", "inconclusive")
            case .notApplicable: ("–", "not applicable")
            }
    }

    /// The outcome of a failover cell, which may be a mere measurement.
    init(_ finding: FailoverFinding) {
        self.init(finding.verdict)
        if finding.outcome != name { (name, symbol, word) = ("measured", "○", "measured") }
    }

    /// Shape and word in a box.
    var badge: HTML {
        "<span class=\"v v-\(name)\"><b aria-hidden=\"true\">\(symbol)</b> \(word)</span>"
    }

    /// All verdicts, in the order in which they matter.
    static let all: [Verdict] = [
        .deviates, .inconclusive(cause: ""), .conforms, .notApplicable(reason: ""),
    ]
}
