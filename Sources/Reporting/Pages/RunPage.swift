import Behaviours
import Evidence

/// A run as one page that needs nothing else: no network, no server, no file beside it.
public struct RunPage: Sendable {
    private let run: ReportedRun
    private let identity: IdentityView
    private let behaviours: [BehaviourView]
    private let audit: AuditView

    /// The page of a run. Behaviours are described as today's catalogue has them.
    public init(_ run: ReportedRun) {
        self.run = run
        identity = IdentityView(run)
        audit = AuditView(run)
        let shared = Dictionary(
            identity.sysctls.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        var groups: [(id: String, trials: [ReportedTrial])] = []
        for trial in run.trials {
            let id = trial.finding.trial.behaviour
            if groups.last?.id == id {
                groups[groups.count - 1].trials.append(trial)
            } else {
                groups.append((id, [trial]))
            }
        }
        behaviours = groups.map { group in
            let behaviour = Catalogue.behaviour(group.id)
            var trials = group.trials.map {
                TrialView($0, behaviour, run.record.kernel, toldAlready: shared)
            }
            Self.shareScripts(&trials)
            return BehaviourView(group.id, behaviour, trials, group.trials.map(\.finding))
        }
    }

    /// Trials whose scripts are the same but for some lines tell these; they lead to the one that
    /// tells all.
    private static func shareScripts(_ trials: inout [TrialView]) {
        var told: [(script: [String], place: TrialView.Place)] = []
        for index in trials.indices where !trials[index].script.isEmpty {
            let trial = trials[index]
            let like = told.first { other in
                other.script.count == trial.script.count
                    && zip(other.script, trial.script).count(where: !=) * 2 <= trial.script.count
            }
            if let like {
                let lines = zip(trial.script, like.script).filter(!=).map(\.0)
                trials[index].likeScript = .init(place: like.place, lines: lines)
            } else {
                let place = TrialView.Place(
                    anchor: trial.anchor,
                    words: AskedWords.long(trial.trial.parameters) + ", "
                        + Words.family(trial.trial.parameters.family) + ", "
                        + trial.trial.parameters.link.rawValue)
                told.append((trial.script, place))
            }
        }
    }

    /// The document.
    public var text: String {
        Page(
            title: "\(run.record.status.rawValue): Linux \(run.record.kernel.release)",
            axes: Set(
                behaviours.flatMap(\.trials).compactMap(\.ladder)
                    .map { LadderAxis(until: $0.end) }),
            body: """
                \(header)<main>
                \(filters)
                <section id="matrix"><h2>Behaviours</h2>\(MatrixView(behaviours).html)</section>
                \(complaints)\(audit.html)
                <section id="identity"><h2>Identity</h2>\(identity.html)</section>
                <section id="trials"><h2>Trials</h2>\(Self.key)
                \(behaviours.map { $0.html(presentation) })</section></main>
                \(Self.footer)
                """
        ).text
    }

    /// Small reports can be searched and printed whole by any browser; large ones must open soon.
    /// Where much went wrong the reader chooses what to look at.
    private var presentation: TrialView.Presentation {
        if run.trials.count > 250 { return .lazy }
        return count("deviates") + count("inconclusive") <= 25 ? .open : .closed
    }

    // MARK: - Head

    private func count(_ name: String) -> Int {
        run.record.findings.count { $0.verdict.name == name }
    }

    private var header: HTML {
        let kernel = run.record.kernel
        let trials = Words.count(run.record.findings.count, "trial")
        return """
            <header class="top"><p class="over">etimedout · what this kernel does when a TCP peer \
            goes silent</p><h1>Linux \(kernel.release)</h1>\
            <p class="sub">\(kernel.machine) · HZ \(kernel.hz) · \(kernel.selector) · \(trials) of \
            \(Words.count(behaviours.count, "behaviour"))</p>\
            <p class="state">\(statement)</p>\(proportions)</header>
            """
    }

    private var statement: HTML {
        let badge = VerdictView(.init(status: run.record.status)).badge
        let words: String =
            switch run.record.status {
            case .conforms:
                count("deviates") == 0
                    ? "Everything that could be asked is as the documentation promises."
                    : "What deviates is known of this kernel; all else is as promised."
            case .deviates:
                Words.count(count("deviates"), "trial")
                    + " did not do what the documentation promises."
            case .inconclusive: "Nothing deviates, but not everything could be found out."
            }
        return "\(badge) \(words)"
    }

    /// The share of each verdict as a bar, each with its number in words.
    private var proportions: HTML {
        let parts = VerdictView.all.map(VerdictView.init).filter { count($0.name) > 0 }
        let bars = parts.map { part -> HTML in
            "<i class=\"v-\(part.name)\" style=\"flex:\(count(part.name))\"></i>"
        }
        let words = parts.map { part -> HTML in
            """
            <span class="v-\(part.name)"><b>\(part.symbol)</b> \(count(part.name)) \(part.word)\
            </span>
            """
        }
        return """
            <div class="bar" aria-hidden="true">\(bars)</div><p class="counts">\(words)</p>
            """
    }

    /// What the kernel said of itself on the consoles of guests: no verdict, but worth knowing.
    private var complaints: HTML {
        guard let complaints = run.record.complaints, !complaints.isEmpty else { return .none }
        let items = complaints.items(of: "the consoles") { complaint -> HTML in
            let links = complaint.trials.prefix(3).map { trial -> HTML in
                "<a href=\"#\(TrialView.anchor(trial))\">\(trial.behaviour)</a>"
            }
            let during: HTML = links.isEmpty ? .none : " during \(.joined(links, by: ", "))"
            let console = "console-\(complaint.guest).txt"
            return """
                <code>\(complaint.line)</code>\(during) \
                (<a href="\(VisibleText.href(console))">\(console)</a>)
                """
        }
        return """
            <section id="complaints"><h2>What the kernel said of itself</h2>\
            <ul class="notes">\(items)</ul></section>
            """
    }

    // MARK: - Filters

    private var filters: HTML {
        let trials = behaviours.flatMap(\.trials)
        return FilterForm(
            find: "behaviour, variant, errno",
            verdicts: VerdictView.all.map(VerdictView.init).filter { count($0.name) > 0 },
            choices: [
                .init("t", "Asked with", MatrixView.asked(behaviours)),
                .init("f", "Family", Self.distinct(trials.map(\.trial.parameters.family))),
                .init("l", "Link", Self.distinct(trials.map(\.trial.parameters.link))),
            ]
        ).html
    }

    private static func distinct<Value: RawRepresentable<String>>(_ values: [Value]) -> [String] {
        Set(values.map(\.rawValue)).sorted()
    }

    // MARK: - Words about the page

    private static let key: HTML = """
        <details class="in key"><summary>How to read the plots and the counters</summary>\
        <p>Time runs to the right, from the beginning of the outage, on a scale of \
        log(1 + t / 200 ms), so that 200 ms and a quarter of an hour can both be read. The \
        model’s windows are the shaded bands through all rungs, the last one, stronger, being the \
        window of the end. Marks are what the witnesses \
        saw; a mark in a ring is in nobody’s schedule. Hovering over any of them shows its \
        numbers, which the table below the plot has, too.</p><ul>\
        \(Ladder.Shape.allCases.map { shape -> HTML in
            """
            <li><svg class="ladder sym" viewBox="-9 -9 18 18" width="18" height="18" \
            aria-hidden="true"><use href="#m-\(shape.rawValue)"/></svg> \(shape.words)</li>
            """
        })</ul><p>The counters of which the model says what they must do: \
        \(CounterPair.modelled.joined(separator: ", ")).</p></details>
        """

    private static let footer: HTML = """
        <footer>Made by etimedout. Everything on this page is worked out from \
        <code>run.json</code>, the observations and the captures beside it; \
        <code>etimedout judge</code> judges them again, anywhere.</footer>
        """
}
