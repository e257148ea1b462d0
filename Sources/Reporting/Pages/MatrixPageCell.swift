import Evidence

/// What one kernel answers to one behaviour, on the page of a matrix: trials with the same verdict
/// together, what is other than expected apart.
struct MatrixPageCell {
    private struct Answer: Hashable {
        var verdict: VerdictView
        var note: String?
        /// Whether it is other than was expected of this kernel.
        var isOther: Bool

        init(_ cell: MatrixCell) {
            verdict = VerdictView(cell.verdict)
            // Reasons are many; they stand in the kernel's own page.
            verdict.reason = nil
            switch cell.known?.outcome {
            case .shown: (isOther, note) = (false, cell.known.map { "known: \($0.reference)" })
            case .vanished:
                (isOther, note) = (true, cell.known.map { "vanished: \($0.reference)" })
            case .other: (isOther, note) = (true, cell.known.map { "not \($0.reference)" })
            case .untold, nil: (isOther, note) = (cell.verdict == .deviates, nil)
            }
        }

        var rank: Int {
            switch verdict.name {
            case "deviates": 0
            case "inconclusive": 1
            case "conforms": isOther ? 1 : 2
            default: 3
            }
        }
    }

    private let column: MatrixColumn
    private let answers: [(answer: Answer, cells: [MatrixCell])]

    init(_ column: MatrixColumn, _ cells: [MatrixCell]) {
        self.column = column
        answers = Dictionary(grouping: cells, by: Answer.init)
            .map { ($0.key, $0.value.sorted { $0.trial < $1.trial }) }
            .sorted {
                ($0.0.rank, $0.0.note ?? "") < ($1.0.rank, $1.0.note ?? "")
            }
    }

    var html: HTML {
        guard !answers.isEmpty else { return "<span class=\"none\" title=\"not asked\">·</span>" }
        return .joined(answers.map { html($0.answer, $0.cells) })
    }

    private func html(_ answer: Answer, _ cells: [MatrixCell]) -> HTML {
        let known = answer.note.map { "<small>\($0)</small>" as HTML }
        let variants = Self.variants(cells).map { variant -> HTML in
            "<small>\(Words.breakable(variant))</small>"
        }
        let isOpen = answer.rank < 2
        return """
            <div class="an"><a class="v v-\(answer.verdict.name)" \
            href="\(page)#\(TrialView.anchor(cells[0].trial))" \
            title="\(Words.count(cells.count, "trial")): \(answer.verdict.word)">\
            <b aria-hidden="true">\(answer.verdict.symbol)</b> \(answer.verdict.word)</a>\
            \(answer.isOther ? Self.other : .none)\
            \(variants)\(known)<details\(isOpen ? " open" : .none)>\
            <summary>\(Words.count(cells.count, "trial"))</summary>\
            <span class="ks">\(cells.map(mark))</span></details></div>
            """
    }

    private static let other: HTML = """
        <b class="v-deviates" title="other than expected of this kernel">!</b>
        """

    /// The variants shown, each once; sets that an observation cannot tell apart as they are.
    private static func variants(_ cells: [MatrixCell]) -> [String] {
        var seen: [String] = []
        // One that is shown alone says more than the sets in which it is.
        for cell in cells.sorted(by: { $0.variants.count < $1.variants.count }) {
            if cell.variants.contains(where: seen.contains) { continue }
            let words =
                cell.variants.isEmpty
                ? cell.nearest.map { "nearest: \($0)" } : cell.variants.joined(separator: " or ")
            if let words, !seen.contains(words) { seen.append(words) }
        }
        return seen
    }

    private var page: String { VisibleText.href("\(column.folder)/index.html") }

    private func mark(_ cell: MatrixCell) -> HTML {
        let verdict = VerdictView(cell.verdict)
        let parameters = cell.trial.parameters
        let settings = AskedWords.settings(parameters).map { " \($0.short)" }.joined()
        let variants = cell.variants.isEmpty ? "" : ", \(cell.variants.joined(separator: " or "))"
        return """
            <a class="k v-\(verdict.name)" href="\(page)#\(TrialView.anchor(cell.trial))" \
            title="\(verdict.word): \(parameters.summary)\(variants)">\
            <b>\(verdict.symbol)</b>\(Words.askedShort(parameters)) \(Words.place(parameters))\
            \(settings)</a>
            """
    }
}
