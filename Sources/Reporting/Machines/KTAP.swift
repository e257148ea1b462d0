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
        let tests = groups.map { behaviour, trials in
            Test(
                name: behaviour, verdict: combined(trials.map(\.finding.verdictAsExpected)),
                subtests: trials.map(subtest))
        }
        return text(tests, kernel: kernel)
    }

    /// A test as it is written.
    struct Test {
        /// Its name.
        var name: String
        /// What its subtests come to.
        var verdict: Verdict
        /// Its subtests, in order.
        var subtests: [Subtest]
    }

    /// A subtest as it is written.
    struct Subtest {
        /// Its name.
        var name: String
        /// What it comes to.
        var verdict: Verdict
        /// What is said before its result, a line each.
        var notes: [String]
        /// A directive behind its result.
        var directive = ""
    }

    /// The document of some tests.
    static func text(_ tests: [Test], kernel: String) -> String {
        var lines = ["KTAP version 1", "# \(safe(kernel))", "1..\(tests.count)"]
        for (index, test) in tests.enumerated() {
            lines += subtests(test).map { "  " + $0 }
            lines.append(result(index + 1, test.name, test.verdict))
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func subtests(_ test: Test) -> [String] {
        var lines = [
            "KTAP version 1", "# Subtest: \(safe(test.name))", "1..\(test.subtests.count)",
        ]
        for (index, subtest) in test.subtests.enumerated() {
            lines += subtest.notes.map { "# \(safe($0))" }
            lines.append(result(index + 1, subtest.name, subtest.verdict) + subtest.directive)
        }
        return lines
    }

    private static func subtest(_ trial: JudgedTrial) -> Subtest {
        var notes: [String] = []
        switch trial.finding.verdict {
        case .conforms, .notApplicable:
            break
        case .deviates, .inconclusive:
            notes = JUnit.details(trial).split(separator: "\n").map(String.init)
        }
        let isShown = trial.finding.known?.outcome == .shown
        let verdict = isShown ? trial.finding.verdict : trial.finding.verdictAsExpected
        if verdict == .deviates, trial.finding.verdict == .conforms {
            notes.append(
                "no longer deviates as is known: \(trial.finding.known?.reference ?? "")")
        }
        return Subtest(
            name: trial.finding.trial.parameters.summary, verdict: verdict, notes: notes,
            directive: todo(trial.finding))
    }

    /// A deviation that is known is one that is known not to pass.
    private static func todo(_ finding: Finding) -> String {
        guard let known = finding.known, known.outcome == .shown else { return "" }
        return " # TODO known: \(safe(known.reference))"
    }

    /// What a test's subtests come to: a failure before an error before a success; a skip only
    /// if nothing else is there.
    static func combined(_ verdicts: [Verdict]) -> Verdict {
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
