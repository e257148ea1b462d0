import Behaviours
import Evidence
public import Judge
import KernelTimers

/// Two runs on one page: only what differs, the plots of both over each other on one scale.
public struct ComparisonPage: Sendable {
    private let comparison: RunComparison
    private let first: ReportedRun
    private let second: ReportedRun

    /// The page of two runs.
    public init(_ first: ReportedRun, _ second: ReportedRun) {
        self.first = first
        self.second = second
        comparison = RunComparison(first.side, second.side)
    }

    /// The document.
    public var text: String {
        let trials = comparison.differences.map(section)
        return Page(
            title: "\(first.record.kernel.release) against \(second.record.kernel.release)",
            axes: Set(comparison.differences.compactMap { ladders($0.trial)?.axis }),
            body: """
                \(header)<main>\(overview)\
                \(trials.isEmpty ? .none : "<section id=\"trials\"><h2>What differs</h2>")\
                \(trials)\(trials.isEmpty ? .none : "</section>")\
                <section id="identity"><h2>The two kernels</h2>\(Self.identity("A", first))\
                \(Self.identity("B", second))</section></main>
                <footer>Made by etimedout compare. Sets of variants that overlap count as equal, \
                and intervals as long as they differ by no more than both windows are wide.</footer>
                """
        ).text
    }

    private var header: HTML {
        """
        <header class="top"><p class="over">etimedout · two kernels side by side</p>\
        <h1><span class="ab">A</span> Linux \(first.record.kernel.release)<br>\
        <span class="ab">B</span> Linux \(second.record.kernel.release)</h1>\
        <p class="sub">\(first.record.kernel.selector) · \(second.record.kernel.selector)</p>\
        <p class="state">\(ComparisonWords.summary(comparison)).</p></header>
        """
    }

    private static func identity(_ letter: String, _ run: ReportedRun) -> HTML {
        "<h3 class=\"side\"><span class=\"ab\">\(letter)</span></h3>\(IdentityView(run).html)"
    }

    // MARK: - What differs, at a glance

    private var overview: HTML {
        let rows = comparison.differences.map { difference -> HTML in
            """
            <tr><th scope="row"><a href="#\(TrialView.anchor(difference.trial))">\
            \(difference.trial.behaviour)</a></th>\
            <td>\(AskedWords.long(difference.trial.parameters))</td>\
            <td>\(Words.place(difference.trial.parameters))</td>\
            <td>\(badge(first, difference.trial))</td><td>\(badge(second, difference.trial))</td>\
            <td>\(Self.aspects(difference))</td></tr>
            """
        }
        let table: HTML =
            rows.isEmpty
            ? "<p class=\"about\">Nothing differs in what both were asked.</p>"
            : """
            <div class="scroll">\
            <table class="cmp"><thead><tr><th scope="col">Behaviour</th><th scope="col">Asked</th>\
            <th scope="col">On</th><th scope="col">A</th><th scope="col">B</th>\
            <th scope="col">Differs in</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
        return "<section id=\"overview\"><h2>Differences</h2>\(table)\(missing)</section>"
    }

    private func badge(_ run: ReportedRun, _ trial: TrialID) -> HTML {
        guard let finding = run.trial(trial)?.finding else { return .none }
        let verdict = VerdictView(finding.verdict)
        return "\(verdict.badge)<small>\(verdict.reason ?? TrialView.variant(finding))</small>"
    }

    private static func aspects(_ difference: TrialDifference) -> String {
        var seen: [String] = []
        for line in ComparisonWords.lines(difference) where !seen.contains(line.aspect) {
            seen.append(line.aspect)
        }
        return seen.joined(separator: ", ")
    }

    private var missing: HTML {
        let both = [("A", comparison.onlyFirst), ("B", comparison.onlySecond)]
        return .joined(
            both.filter { !$0.1.isEmpty }.map { letter, trials in
                let items = trials.map { trial -> HTML in
                    "<li>\(trial.behaviour) \(trial.parameters.summary)</li>"
                }
                return """
                    <details class="in"><summary>Only \(letter) was asked \
                    \(Words.count(trials.count, "trial"))</summary>\
                    <ul class="notes">\(items)</ul></details>
                    """
            })
    }

    // MARK: - One trial

    private func section(_ difference: TrialDifference) -> HTML {
        let lines = ComparisonWords.lines(difference).map { line -> HTML in
            "<li><b>\(line.aspect)</b> \(line.text)</li>"
        }
        return """
            <section class="behaviour pair" id="\(TrialView.anchor(difference.trial))">\
            <h3>\(difference.trial.behaviour) <span class="q">\
            \(difference.trial.parameters.summary)</span></h3>\
            <p class="bg">\(Catalogue.behaviour(difference.trial.behaviour)?.question ?? "")</p>\
            <ul class="notes">\(lines)</ul>\(plots(difference.trial))</section>

            """
    }

    /// Both plots, and the axis that they share.
    private func ladders(
        _ trial: TrialID
    ) -> (plots: [(letter: String, release: String, ladder: Ladder?)], axis: LadderAxis)? {
        let behaviour = Catalogue.behaviour(trial.behaviour)
        let plots = [(first, "A"), (second, "B")].map { run, letter in
            (letter, run.record.kernel.release, run.trial(trial).flatMap { Ladder($0, behaviour) })
        }
        guard let end = plots.compactMap({ $0.2?.end }).max() else { return nil }
        return (plots, LadderAxis(until: end))
    }

    /// Both plots on one scale, the one over the other.
    private func plots(_ trial: TrialID) -> HTML {
        guard let ladders = ladders(trial) else { return .none }
        let plots = ladders.plots.map { letter, release, ladder -> HTML in
            let drawing: HTML =
                ladder.map { LadderSVG($0, end: ladders.axis.end).html }
                ?? "<p class=\"none\">There is nothing to plot.</p>"
            return """
                <figure class="plot"><figcaption><span class="ab">\(letter)</span> \
                \(release)</figcaption><div class="scroll">\(drawing)</div></figure>
                """
        }
        return .joined(plots)
    }
}

extension ReportedRun {
    /// The run as it is compared.
    public var side: RunComparison.Side {
        RunComparison.Side(
            kernel: record.kernel, trials: trials.map { ($0.finding, $0.observation) })
    }

    func trial(_ id: TrialID) -> ReportedTrial? { trials.first { $0.finding.trial == id } }
}
