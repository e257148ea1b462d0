import Evidence

/// A run as KTAP, the kernel's test protocol (Documentation/dev-tools/ktap.rst), version 1.
///
/// A behaviour is a test, its trials are the subtests. `notApplicable` is a SKIP, `inconclusive`
/// is `not ok` with the directive ERROR.
public enum KTAP {
    /// The document.
    public static func text(_ trials: [JudgedTrial], kernel: String) -> String {
        let groups = Dictionary(grouping: trials, by: \.finding.trial.behaviour)
            .mapValues { $0.sorted { $0.finding.trial < $1.finding.trial } }
            .sorted { $0.key < $1.key }
        var lines = ["KTAP version 1", "# \(safe(kernel))", "1..\(groups.count)"]
        for (index, (behaviour, trials)) in groups.enumerated() {
            lines += subtests(behaviour, trials).map { "  " + $0 }
            lines.append(
                result(index + 1, behaviour, combined(trials.map(\.finding.verdictAsExpected))))
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func subtests(_ behaviour: String, _ trials: [JudgedTrial]) -> [String] {
        var lines = ["KTAP version 1", "# Subtest: \(safe(behaviour))", "1..\(trials.count)"]
        for (index, trial) in trials.enumerated() {
            switch trial.finding.verdict {
            case .conforms, .notApplicable:
                break
            case .deviates, .inconclusive:
                for line in JUnit.details(trial).split(separator: "\n") {
                    lines.append("# \(safe(String(line)))")
                }
            }
            let isShown = trial.finding.known?.outcome == .shown
            let verdict = isShown ? trial.finding.verdict : trial.finding.verdictAsExpected
            if verdict == .deviates, trial.finding.verdict == .conforms {
                let reference = trial.finding.known?.reference ?? ""
                lines.append("# no longer deviates as is known: \(safe(reference))")
            }
            lines.append(
                result(index + 1, trial.finding.trial.parameters.summary, verdict)
                    + todo(trial.finding))
        }
        return lines
    }

    /// A deviation that is known is one that is known not to pass.
    private static func todo(_ finding: Finding) -> String {
        guard let known = finding.known, known.outcome == .shown else { return "" }
        return " # TODO known: \(safe(known.reference))"
    }

    /// What a behaviour's trials come to: a failure before an error before a success; a skip only
    /// if nothing else is there.
    private static func combined(_ verdicts: [Verdict]) -> Verdict {
        if verdicts.contains(.deviates) { return .deviates }
        let isInconclusive = verdicts.contains { $0.name == "inconclusive" }
        if isInconclusive { return .inconclusive(cause: "some trials are inconclusive") }
        if verdicts.contains(.conforms) { return .conforms }
        return verdicts.first ?? .inconclusive(cause: "no trial was performed")
    }

    private static func result(_ number: Int, _ name: String, _ verdict: Verdict) -> String {
        let name = safe(name)
        switch verdict {
        case .conforms: return "ok \(number) \(name)"
        case .deviates: return "not ok \(number) \(name)"
        case .notApplicable(let reason): return "ok \(number) \(name) # SKIP \(safe(reason))"
        case .inconclusive(let cause): return "not ok \(number) \(name) # ERROR \(safe(cause))"
        }
    }

    /// One line that holds no `#`, which would begin a directive.
    private static func safe(_ text: String) -> String {
        String(PlainText.line(text).map { $0 == "#" ? "%" : $0 })
    }
}
