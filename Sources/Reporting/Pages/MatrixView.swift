import Evidence

/// Behaviours by what is asked of them: one cell a value of T, one mark a trial.
struct MatrixView {
    /// A trial in a cell.
    struct Mark {
        var trial: TrialView
        var place: String
    }

    /// A behaviour.
    struct Row {
        var id: String
        var variants: [String]
        var cells: [[Mark]]
    }

    /// The values of T that are asked for, in order; without T last.
    var columns: [String]
    var rows: [Row]

    init(_ behaviours: [BehaviourView]) {
        let parameters = behaviours.flatMap(\.trials).map(\.trial.parameters)
        let sorted = parameters.sorted { Self.key($0) < Self.key($1) }
        var columns: [String] = []
        for value in sorted.map(Words.askedShort) where columns.last != value {
            columns.append(value)
        }
        rows = behaviours.map { behaviour in
            var variants: [String] = []
            for trial in behaviour.trials where !trial.variant.isEmpty {
                if !variants.contains(trial.variant) { variants.append(trial.variant) }
            }
            let cells = columns.map { column in
                behaviour.trials.filter { Words.askedShort($0.trial.parameters) == column }
                    .sorted { Self.order($0.trial.parameters) < Self.order($1.trial.parameters) }
                    .map { Mark(trial: $0, place: Words.place($0.trial.parameters)) }
            }
            return Row(id: behaviour.id, variants: variants, cells: cells)
        }
        self.columns = columns
    }

    private static func key(_ parameters: Parameters) -> (Int, Int, Int) {
        (
            parameters.userTimeoutMilliseconds > 0 ? 0 : 1, parameters.userTimeoutMilliseconds,
            parameters.retries2 ?? 0
        )
    }

    /// Over a veth pair first, IPv4 first.
    private static func order(_ parameters: Parameters) -> Int {
        (parameters.link == .veth ? 0 : 2) + (parameters.family == .ipv4 ? 0 : 1)
    }

    var html: HTML {
        let heads = columns.map { column -> HTML in "<th scope=\"col\">\(column)</th>" }
        return """
            <p class="about" id="about-matrix">One mark a trial: v4, v6 over a veth pair, l4, l6 \
            over loopback. T is TCP_USER_TIMEOUT; r3 is no T and tcp_retries2 = 3. A mark leads to \
            its trial.</p><div class="scroll"><table class="matrix" \
            aria-describedby="about-matrix"><thead><tr>\
            <th scope="col">Behaviour, variants shown</th>\
            \(heads)</tr></thead><tbody>\(rows.map(row))</tbody></table></div>
            """
    }

    private func row(_ row: Row) -> HTML {
        let cells = row.cells.map { cell -> HTML in
            "<td><span>\(cell.map(Self.mark))</span></td>"
        }
        return """
            <tr><th scope="row"><a href="#\(BehaviourView.anchor(row.id))">\(row.id)</a>\
            <small>\(row.variants.joined(separator: ", "))</small></th>\(cells)</tr>

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
