import Behaviours
import Evidence

/// A matrix as one page: kernels × behaviours, each cell leading into the pages of the runs that
/// lie beside it.
public struct MatrixPage: Sendable {
    private let record: MatrixRecord
    private let cells: [String: [String: [MatrixCell]]]

    /// The page of a matrix.
    public init(_ record: MatrixRecord) {
        self.record = record
        cells = Dictionary(
            record.kernels.map { column in
                (column.selector, Dictionary(grouping: column.cells, by: \.trial.behaviour))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The document.
    public var text: String {
        let heads = record.kernels.map(Self.head)
        let rows = record.behaviours.map(row)
        return Page(
            title: "\(record.status.rawValue): \(Words.count(record.kernels.count, "kernel"))",
            body: """
                \(header)<main>\(lost)<section id="matrix"><h2>Kernels and behaviours</h2>\
                <p class="about" id="about-matrix">Each cell has the verdict of all trials of a \
                behaviour, the worst first, and the variants shown. ! marks what is other than was \
                expected of that kernel. The marks lead to the trials: v4, v6 over a veth pair, \
                l4, l6 over loopback.</p><div class="scroll"><table class="matrix mx" \
                aria-describedby="about-matrix"><thead><tr><th scope="col">Behaviour</th>\(heads)\
                </tr></thead><tbody>\(rows)</tbody></table></div></section></main>
                <footer>Made by etimedout \(record.suite) of <code>matrix.json</code>; each \
                kernel’s own page is in its folder.</footer>
                """
        ).text
    }

    private var header: HTML {
        let badge = VerdictView(.init(status: record.status)).badge
        let trials = Words.count(record.trials.count, "trial")
        let behaviours = Words.count(record.behaviours.count, "behaviour")
        let shard = record.shard.map { ", part \($0)" } ?? ""
        return """
            <header class="top"><p class="over">etimedout · what kernels do when a TCP peer goes \
            silent</p><h1>\(Words.count(record.kernels.count, "kernel"))</h1>\
            <p class="sub">\(trials) of \(behaviours)\(shard)</p>\
            <p class="state">\(badge) \(statement)</p></header>
            """
    }

    private var statement: String {
        let own = record.kernels.filter { $0.state != .elsewhere }
        let deviating = own.count { $0.status == .deviates }
        let conforming = own.count { $0.state == .done && $0.status == .conforms }
        return "\(Words.count(conforming, "kernel")) as promised or as known, \(deviating) not, "
            + "\(own.count - conforming - deviating) not found out."
    }

    private var lost: HTML {
        let missing = record.kernels.filter { $0.state != .done }
        guard !missing.isEmpty else { return .none }
        let items = missing.map { column -> HTML in
            let why: String =
                switch column.state {
                case .pending: "was not asked yet"
                case .elsewhere: "belongs to another part"
                case .lost: "was lost: \(column.reason ?? "no reason known")"
                case .done: ""
                }
            return "<li><b>\(column.selector)</b> \(why)</li>"
        }
        return "<section><h2>Not found out</h2><ul class=\"notes\">\(items)</ul></section>"
    }

    private static func head(_ column: MatrixColumn) -> HTML {
        let release = column.kernel?.release ?? ""
        guard column.state == .done || column.state == .lost else {
            return "<th scope=\"col\">\(column.selector)<small>\(release)</small></th>"
        }
        return """
            <th scope="col"><a href="\(VisibleText.href("\(column.folder)/index.html"))">\
            \(column.selector)</a><small>\(release)</small></th>
            """
    }

    private func row(_ behaviour: String) -> HTML {
        let question = Catalogue.behaviour(behaviour)?.question
        let columns = record.kernels.map { column -> HTML in
            "<td>\(Self.cell(column, cells[column.selector]?[behaviour] ?? []))</td>"
        }
        return """
            <tr><th scope="row">\(behaviour)<small>\(question ?? "")</small></th>\(columns)</tr>

            """
    }

    // MARK: - One cell

    /// The answers of a kernel: trials with the same verdict and variants together.
    private static func cell(_ column: MatrixColumn, _ cells: [MatrixCell]) -> HTML {
        guard !cells.isEmpty else { return "<span class=\"none\" title=\"not asked\">·</span>" }
        var answers: [(key: Answer, cells: [MatrixCell])] = []
        for cell in cells {
            let key = Answer(cell)
            if let index = answers.firstIndex(where: { $0.key == key }) {
                answers[index].cells.append(cell)
            } else {
                answers.append((key, [cell]))
            }
        }
        answers.sort { $0.key.rank < $1.key.rank }
        return .joined(
            answers.map { answer in
                let known = answer.key.note.map { "<small>\($0)</small>" as HTML }
                return """
                    <div class="an">\(VerdictView(answer.cells[0].verdict).badge)\
                    \(answer.key.isOther ? "<b class=\"v-deviates\">!</b>" : .none)\
                    <small>\(answer.key.variant)</small>\(known)\
                    <span class="ks">\(answer.cells.map { mark(column, $0) })</span></div>
                    """
            })
    }

    private struct Answer: Hashable {
        var verdict: String
        var variant: String
        var note: String?
        /// Whether it is other than was expected of this kernel.
        var isOther: Bool

        init(_ cell: MatrixCell) {
            verdict = cell.verdict.name
            variant =
                cell.variants.isEmpty
                ? cell.nearest.map { "nearest: \($0)" } ?? ""
                : cell.variants.joined(separator: " or ")
            switch cell.known?.outcome {
            case .shown: (isOther, note) = (false, cell.known.map { "known: \($0.reference)" })
            case .vanished:
                (isOther, note) = (true, cell.known.map { "vanished: \($0.reference)" })
            case .other: (isOther, note) = (true, cell.known.map { "not \($0.reference)" })
            case .untold, nil: (isOther, note) = (cell.verdict == .deviates, nil)
            }
        }

        var rank: Int {
            switch verdict {
            case "deviates": 0
            case "inconclusive": 1
            case "conforms": isOther ? 1 : 2
            default: 3
            }
        }
    }

    private static func mark(_ column: MatrixColumn, _ cell: MatrixCell) -> HTML {
        let verdict = VerdictView(cell.verdict)
        let page = VisibleText.href("\(column.folder)/index.html")
        let title = "\(verdict.word): \(cell.trial.parameters.summary)"
        return """
            <a class="k v-\(verdict.name)" href="\(page)#\(TrialView.anchor(cell.trial))" \
            title="\(title)">\(Words.askedShort(cell.trial.parameters)) \
            \(Words.place(cell.trial.parameters))</a>
            """
    }
}
