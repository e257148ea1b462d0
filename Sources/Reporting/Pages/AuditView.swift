import Evidence
import Judge

/// The audit on a page: which upstream changes the kernel has, by what it does.
struct AuditView {
    private let audit: Audit

    init(_ run: ReportedRun) {
        let captures = run.trials.compactMap { trial in
            trial.judged.capturePath.map { (trial.finding.trial, $0) }
        }
        audit = Audit(
            run.trials.map(\.finding), kernel: run.record.kernel,
            captures: Dictionary(captures, uniquingKeysWith: { first, _ in first }))
    }

    /// The section; nothing where no finding tells of any change.
    var html: HTML {
        let told = audit.entries.filter { $0.state != .unknown }
        guard !told.isEmpty else { return .none }
        return """
            <section id="audit"><h2>Audit</h2><p class="lead">\(summary)</p>\
            <div class="scroll">\
            <table class="audit"><thead><tr><th scope="col">Upstream change</th>\
            <th scope="col">Since</th><th scope="col">Shown</th><th scope="col">By version</th>\
            <th scope="col">What can be seen of it</th><th scope="col">Shown by</th></tr></thead>\
            <tbody>\(told.map(Self.row))</tbody></table></div>\(untold)\(differences)</section>
            """
    }

    private var summary: String {
        let counts = Audit.State.allCases.map { state in
            (Self.words(state).word, audit.entries.count { $0.state == state })
        }
        let differing = audit.entries.count(where: \.differs)
        return "Which upstream changes this kernel has, by what it does: "
            + counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ") + ". "
            + (audit.version.map { "Its version counts as \($0); " } ?? "")
            + (differing == 0 ? "nothing is" : "\(differing) are")
            + " other than that leads to expect."
    }

    static func words(_ state: Audit.State) -> (symbol: String, word: String, style: String) {
        switch state {
        case .present: ("✓", "present", "conforms")
        case .absent: ("○", "absent", "notApplicable")
        case .broken: ("✗", "present but broken", "deviates")
        case .unknown: ("?", "cannot be told", "inconclusive")
        }
    }

    private static func row(_ entry: Audit.Entry) -> HTML {
        let (symbol, word, style) = words(entry.state)
        let expected: HTML =
            switch entry.expected {
            case true?: entry.differs ? "<b class=\"v-deviates\">! present</b>" : "present"
            case false?: entry.differs ? "<b class=\"v-deviates\">! absent</b>" : "absent"
            case nil: "–"
            }
        return """
            <tr><th scope="row"><code>\(entry.change)</code><br>\(entry.title)</th>\
            <td>\(entry.first)</td><td><span class="v v-\(style)"><b aria-hidden="true">\(symbol)\
            </b> \(word)</span></td><td>\(expected)</td>\
            <td>\(entry.effect)\(entry.reason.map { "<br><i>\($0)</i>" as HTML })</td>\
            <td>\(proof(entry))</td></tr>

            """
    }

    /// The first trials that show it, and how many more there are.
    private static func proof(_ entry: Audit.Entry) -> HTML {
        let shown = 2
        var lines = entry.evidence.prefix(shown).map { proof -> HTML in
            """
            <a href="#\(TrialView.anchor(proof.trial))">\(proof.trial.behaviour), \
            \(Words.askedShort(proof.trial.parameters)) \(Words.place(proof.trial.parameters))</a>
            """
        }
        let more = entry.evidence.count - shown
        if more > 0 { lines.append("<span class=\"more\">and \(more) more</span>") }
        return .joined(lines, by: "<br>")
    }

    private var untold: HTML {
        let rest = audit.entries.filter { $0.state == .unknown }
        guard !rest.isEmpty else { return .none }
        let items = rest.map { entry -> HTML in
            "<li><code>\(entry.change)</code> \(entry.title): \(entry.reason ?? "")</li>"
        }
        return """
            <details class="in"><summary>\(Words.count(rest.count, "change")) that cannot be told\
            </summary><ul class="notes">\(items)</ul></details>
            """
    }

    private var differences: HTML {
        let unknown = audit.unknown.filter { trial in
            !audit.differences.contains { $0.trial == trial }
        }
        let items =
            audit.differences.map { difference -> HTML in
                Self.difference(difference.trial, difference.expected, difference.observed)
            } + unknown.map { Self.difference($0, [], []) }
        guard !items.isEmpty else { return .none }
        return """
            <h3>Other than this version leads to expect</h3><ul class="notes">\(items)</ul>
            """
    }

    private static func difference(
        _ trial: TrialID, _ expected: [String], _ observed: [String]
    ) -> HTML {
        let seen = observed.isEmpty ? "no known variant" : observed.joined(separator: " / ")
        let wanted = expected.isEmpty ? "" : "expected \(expected.joined(separator: " / ")), "
        return """
            <li><a href="#\(TrialView.anchor(trial))">\(trial.behaviour) \
            \(trial.parameters.summary)</a>: \(wanted)observed \(seen)</li>
            """
    }
}
