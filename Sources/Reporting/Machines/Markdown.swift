import Evidence

/// A run as Markdown, for the summary that CI systems show with a job.
///
/// Trials of one answer share a line, as on a terminal. What went wrong is told below, the first of
/// it in full: GitHub shows at most a mebibyte.
public enum Markdown {
    /// How many failures are told in full.
    private static let told = 20

    /// The document.
    public static func text(_ run: ReportedRun) -> String {
        let kernel = run.record.kernel
        let verdict = VerdictView(.init(status: run.record.status))
        let trials = run.trials.map(\.judged)
        var lines = [
            "## \(verdict.symbol) \(code("Linux \(kernel.release)")): \(verdict.word)", "",
            "\(code(kernel.selector)), \(code(kernel.machine)), HZ \(kernel.hz). "
                + "\(Words.count(trials.count, "trial")): \(counts(run)).",
            "",
        ]
        lines += table(trials)
        lines += failures(run)
        return lines.map { $0 + "\n" }.joined()
    }

    private static func counts(_ run: ReportedRun) -> String {
        let words = VerdictView.all.map(VerdictView.init).compactMap { view -> String? in
            let count = run.record.findings.count { $0.verdict.name == view.name }
            return count > 0 ? "\(count) \(view.word)" : nil
        }
        return words.isEmpty ? "nothing found" : words.joined(separator: ", ")
    }

    private static func table(_ trials: [JudgedTrial]) -> [String] {
        let rows = SummaryRow.fold(trials).map { row in
            let verdict = VerdictView(row.verdict)
            let last = row.verdict.reason.map(code) ?? code(row.errno)
            let cells = [
                code(row.behaviour), code(row.asked(isWhole: true)), row.on,
                "\(verdict.symbol) \(verdict.word)",
                code(row.variant), row.expected(isShort: false), row.observed(isShort: false),
                last,
            ]
            return "| " + cells.joined(separator: " | ") + " |"
        }
        guard !rows.isEmpty else { return [] }
        return [
            "| Behaviour | Asked | On | Verdict | Variant | Expected, s | Observed, s | Errno |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ] + rows + [""]
    }

    private static func failures(_ run: ReportedRun) -> [String] {
        let failed = run.trials.filter { trial in
            switch trial.finding.verdict {
            case .deviates, .inconclusive: true
            case .conforms, .notApplicable: false
            }
        }
        var lines: [String] = []
        for trial in failed.prefix(told) {
            let finding = trial.finding
            let name = "\(finding.trial.behaviour) \(finding.trial.parameters.summary)"
            lines += ["### \(code(name))", ""]
            if let reason = finding.verdict.reason { lines.append("- \(code(reason))") }
            if let known = finding.known { lines.append("- known: \(code(known.reference))") }
            for parting in finding.partings {
                let text = trial.judged.frames.renumbered(parting.text)
                lines.append("- \(parting.aspect.rawValue): \(code(text))")
            }
            if let path = trial.judged.capturePath { lines.append("- capture: \(code(path))") }
            lines += ["- again: \(code(Reproduction.line(finding.trial, run.record.kernel)))", ""]
        }
        if failed.count > told {
            lines.append("And \(failed.count - told) more, in the page and in `junit.xml`.")
        }
        return lines
    }

    /// Foreign text as code, in which nothing is markup, no name is called and no link made: on one
    /// line, within a fence longer than any run of backticks in it, bars as tables want them.
    static func code(_ text: String) -> String {
        let line = PlainText.line(text)
        guard !line.isEmpty else { return "" }
        var longest = 0
        var run = 0
        for character in line {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        let pad = line.hasPrefix("`") || line.hasSuffix("`") ? " " : ""
        return fence + pad + line.replacing("|", with: #"\|"#) + pad + fence
    }
}

extension Verdict {
    /// The verdict that says the same of all.
    init(status: RunStatus) {
        self =
            switch status {
            case .conforms: .conforms
            case .deviates: .deviates
            case .inconclusive: .inconclusive(cause: "")
            }
    }
}
