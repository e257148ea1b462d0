import Evidence

/// Behaviours by what is asked of them: one group a value of T, one mark a trial.
///
/// Not a column a value: the catalogue asks with so many that no page is wide enough.
struct MatrixView {
    /// A trial in a group.
    struct Mark {
        var trial: TrialView
        var place: String
    }

    /// The trials of a behaviour with one value of T.
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
            let trials = behaviour.trials.sorted {
                let (one, other) = ($0.trial.parameters, $1.trial.parameters)
                if Self.key(one) != Self.key(other) { return Self.key(one) < Self.key(other) }
                return Self.order(one) < Self.order(other)
            }
            var groups: [Group] = []
            for trial in trials {
                let asked = Words.askedShort(trial.trial.parameters)
                if groups.last?.asked != asked { groups.append(Group(asked: asked, marks: [])) }
                let mark = Mark(trial: trial, place: Words.place(trial.trial.parameters))
                groups[groups.count - 1].marks.append(mark)
            }
            return Row(id: behaviour.id, variants: variants, groups: groups)
        }
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
        loopback. T is TCP_USER_TIMEOUT; r3 is no T and tcp_retries2 = 3. A mark leads to its \
        trial.</p><table class="matrix asks" aria-describedby="about-matrix"><thead><tr>\
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
