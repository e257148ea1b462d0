import Evidence

/// Behaviours by what is asked of them: one group a value of T and of what else differs among the
/// trials of a behaviour, one mark a trial.
///
/// Not a column a value: the catalogue asks with so many that no page is wide enough.
struct MatrixView {
    /// A trial in a group.
    struct Mark {
        var trial: TrialView
        var place: String
    }

    /// The trials of a behaviour that were asked alike.
    struct Group {
        var asked: String
        var marks: [Mark]
    }

    /// A behaviour.
    struct Row {
        var id: String
        var variants: [String]
        /// By T, rising; without T last.
        var groups: [Group]
    }

    var rows: [Row]

    init(_ behaviours: [BehaviourView]) {
        rows = behaviours.map { behaviour in
            var variants: [String] = []
            for trial in behaviour.trials where !trial.variant.isEmpty {
                if !variants.contains(trial.variant) { variants.append(trial.variant) }
            }
            return Row(
                id: behaviour.id, variants: variants, groups: Self.groups(behaviour.trials))
        }
    }

    private static func groups(_ trials: [TrialView]) -> [Group] {
        let common = AskedWords.common(trials.map(\.trial.parameters))
        func asked(_ parameters: Parameters) -> String {
            let parts = AskedWords.settings(parameters).filter { !common.contains($0) }
            return ([Words.askedShort(parameters)] + parts.map(\.short)).joined(separator: " · ")
        }
        let sorted = trials.sorted {
            let (one, other) = ($0.trial.parameters, $1.trial.parameters)
            if key(one) != key(other) { return key(one) < key(other) }
            if asked(one) != asked(other) { return asked(one) < asked(other) }
            return order(one) < order(other)
        }
        var groups: [Group] = []
        for trial in sorted {
            let words = asked(trial.trial.parameters)
            if groups.last?.asked != words { groups.append(Group(asked: words, marks: [])) }
            let mark = Mark(trial: trial, place: Words.place(trial.trial.parameters))
            groups[groups.count - 1].marks.append(mark)
        }
        return groups
    }

    /// The values of T that are asked for, in order; without T last.
    static func asked(_ behaviours: [BehaviourView]) -> [String] {
        let parameters = behaviours.flatMap(\.trials).map(\.trial.parameters)
        var values: [String] = []
        for value in parameters.sorted(by: { key($0) < key($1) }).map(Words.askedShort)
        where values.last != value {
            values.append(value)
        }
        return values
    }

    /// Of the same key are those of which the same words are asked, and no others.
    private static func key(_ parameters: Parameters) -> (Int, Int, String) {
        (
            parameters.userTimeoutMilliseconds > 0 ? 0 : 1, parameters.userTimeoutMilliseconds,
            Words.askedShort(parameters)
        )
    }

    /// Over a veth pair first, IPv4 first.
    private static func order(_ parameters: Parameters) -> Int {
        (parameters.link == .veth ? 0 : 2) + (parameters.family == .ipv4 ? 0 : 1)
    }

    var html: HTML {
        """
        <p class="about" id="about-matrix">One mark a trial: v4, v6 over a veth pair, l4, l6 over \
        loopback. T is TCP_USER_TIMEOUT; r3 is no T and tcp_retries2 = 3; behind a dot what else \
        trials of a behaviour differ in. A mark leads to its trial.</p>\
        <table class="matrix asks" aria-describedby="about-matrix"><thead><tr>\
        <th scope="col">Behaviour, variants shown</th><th scope="col">Trials by T</th></tr>\
        </thead><tbody>\(rows.map(row))</tbody></table>
        """
    }

    private func row(_ row: Row) -> HTML {
        let groups = row.groups.map { group -> HTML in
            "<span class=\"g\"><i>\(group.asked)</i>\(group.marks.map(Self.mark))</span>"
        }
        return """
            <tr><th scope="row"><a href="#\(BehaviourView.anchor(row.id))">\(row.id)</a>\
            <small>\(row.variants.joined(separator: ", "))</small></th><td>\(groups)</td></tr>

            """
    }

    private static func mark(_ mark: Mark) -> HTML {
        let trial = mark.trial
        let title =
            "\(trial.verdict.word): \(trial.trial.parameters.summary)"
            + (trial.variant.isEmpty ? "" : ", \(trial.variant)")
        return """
            <a class="k v-\(trial.verdict.name)" href="#\(trial.anchor)" title="\(title)">\
            <b>\(trial.verdict.symbol)</b>\(mark.place)</a>
            """
    }
}
