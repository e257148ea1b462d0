import Behaviours
import Evidence

/// A matrix as one page: kernels × behaviours, each cell leading into the pages of the runs that
/// lie beside it.
public struct MatrixPage: Sendable {
    private let record: MatrixRecord
    private let cells: [String: [String: [MatrixCell]]]
    private let differing: Set<String>

    /// The page of a matrix.
    public init(_ record: MatrixRecord) {
        self.record = record
        cells = Dictionary(
            record.kernels.map { column in
                (column.selector, Dictionary(grouping: column.cells, by: \.trial.behaviour))
            }, uniquingKeysWith: { first, _ in first })
        differing = Self.differing(record)
    }

    /// The document.
    public var text: String {
        let heads = record.kernels.map(Self.head)
        let rows = record.behaviours.map(row)
        return Page(
            title: "\(record.status.rawValue): \(Words.count(record.kernels.count, "kernel"))",
            body: """
                \(header)<main class="broad">\(lost)<section id="matrix">\
                <h2>Kernels and behaviours</h2>\
                <p class="about" id="about-matrix">Each cell has the verdicts of a behaviour’s \
                trials, how many there were, and the variants shown. ! marks what is other than \
                was expected of that kernel. “Trials” opens the list, of which each entry leads to \
                its trial: v4, v6 over a veth pair, l4, l6 over loopback; r3 is no T and \
                tcp_retries2 = 3.</p>\
                <p class="only"><label><input type="checkbox" id="only-differing"> only behaviours \
                of which kernels answer differently (\(differing.count) of \
                \(record.behaviours.count))</label></p>\
                <div class="scroll"><table class="matrix mx" \
                aria-describedby="about-matrix"><thead><tr><th scope="col">Behaviour</th>\(heads)\
                </tr></thead><tbody>\(rows)</tbody></table></div></section></main>
                <footer class="broad">Made by etimedout \(record.suite) of \
                <code>matrix.json</code>; each kernel’s own page is in its folder.</footer>
                """
        ).text
    }

    private var header: HTML {
        let badge = VerdictView(.init(status: record.status)).badge
        let trials = Words.count(record.trials.count, "trial")
        let behaviours = Words.count(record.behaviours.count, "behaviour")
        let shard = record.shard.map { ", part \($0)" } ?? ""
        return """
            <header class="top broad"><p class="over">etimedout · what kernels do when a TCP \
            peer goes silent</p><h1>\(Words.count(record.kernels.count, "kernel"))</h1>\
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
        let counts = VerdictView.all.compactMap { verdict -> HTML? in
            let view = VerdictView(verdict)
            let count = column.cells.count { $0.verdict.name == verdict.name }
            guard count > 0 else { return nil }
            return """
                <span class="v-\(view.name)" title="\(view.word)"><b>\(view.symbol)</b> \
                \(count)</span>
                """
        }
        return """
            <th scope="col"><a href="\(VisibleText.href("\(column.folder)/index.html"))">\
            \(column.selector)</a><small>\(release)</small>\
            <small class="tally">\(.joined(counts, by: " "))</small></th>
            """
    }

    private func row(_ behaviour: String) -> HTML {
        let question = Catalogue.behaviour(behaviour)?.question
        let columns = record.kernels.map { column -> HTML in
            "<td>\(MatrixPageCell(column, cells[column.selector]?[behaviour] ?? []).html)</td>"
        }
        let mark: HTML = differing.contains(behaviour) ? " class=\"differs\"" : .none
        let words: HTML =
            differing.contains(behaviour) ? "<small><i>kernels differ</i></small>" : .none
        return """
            <tr\(mark)><th scope="row">\(Words.breakable(behaviour))\(words)\
            <small>\(question ?? "")</small></th>\(columns)</tr>

            """
    }

    /// The behaviours that kernels answer differently: of a trial that two of them were asked the
    /// verdicts differ, or no variant is common to all.
    private static func differing(_ record: MatrixRecord) -> Set<String> {
        var answers: [TrialID: (verdicts: Set<String>, variants: Set<String>?)] = [:]
        for cell in record.kernels.flatMap(\.cells) {
            guard cell.verdict == .conforms || cell.verdict == .deviates else { continue }
            let variants = Set(cell.variants)
            var answer = answers[cell.trial] ?? ([], nil)
            answer.verdicts.insert(cell.verdict.name)
            answer.variants = answer.variants?.intersection(variants) ?? variants
            answers[cell.trial] = answer
        }
        return Set(
            answers.filter { $0.value.verdicts.count > 1 || $0.value.variants?.isEmpty ?? false }
                .map(\.key.behaviour))
    }
}
