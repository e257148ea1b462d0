import Evidence

/// A matrix for people on a terminal of 80 columns: a line a behaviour, a narrow column a kernel,
/// one letter in each cell; what deviates or differs is told below.
public struct MatrixTable: Sendable {
    let record: MatrixRecord
    let options: Summary.Options

    /// The table of a matrix.
    public init(_ record: MatrixRecord, options: Summary.Options = Summary.Options()) {
        self.record = record
        self.options = options
    }

    /// The whole text, each line ended.
    public var text: String {
        let parts = [kernels] + blocks + [legend, notes, totals]
        return parts.filter { !$0.isEmpty }
            .map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private var style: Style { Style(isColored: options.isColored) }
    private var columns: [MatrixColumn] { record.kernels.filter { $0.state != .elsewhere } }

    // MARK: - The kernels

    /// What stands above each column: its version where these are short and differ, else a letter.
    private var labels: [String] {
        let short = columns.map { Self.shortLabel($0.selector) }
        let longest = short.map(\.count).max() ?? 0
        if Set(short).count == short.count, short.count * (longest + 1) <= space { return short }
        return columns.indices.map(Self.letters)
    }

    /// `6.1` of `debian:6.1`, and of `debian:6.1-amd64`; the last part of a path.
    private static func shortLabel(_ selector: String) -> String {
        let last = selector.split(whereSeparator: { $0 == "/" || $0 == ":" }).last ?? ""
        let version = last.prefix { $0.isNumber || $0 == "." }
        let isDebian = selector.hasPrefix("debian:")
        return PlainText.line(isDebian && !version.isEmpty ? String(version) : String(last))
    }

    /// `A` … `Z`, `AA`, `AB` …
    private static func letters(_ index: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let last = String(alphabet[index % 26])
        return index < 26 ? last : letters(index / 26 - 1) + last
    }

    private var kernels: [String] {
        let labels = labels
        let width = labels.map(\.count).max() ?? 0
        return zip(labels, columns).map { label, column in
            let text = PlainText.padded(label, to: width) + "  " + Self.words(column)
            return PlainText.cut(text, to: options.width)
        }
    }

    private static func words(_ column: MatrixColumn) -> String {
        guard let kernel = column.kernel else { return PlainText.line(column.selector) }
        let package = kernel.guest?.packageVersion.map { " (\($0))" } ?? ""
        return PlainText.line(
            "Linux \(kernel.release)\(package), HZ=\(kernel.hz), \(column.selector)")
    }

    // MARK: - The table

    private var nameWidth: Int {
        let longest = record.behaviours.map(\.count).max() ?? 0
        return min(max(longest, "BEHAVIOUR".count), 32)
    }

    /// The columns of the terminal that are left for kernels.
    private var space: Int { options.width - nameWidth }

    /// As many kernels as fit beside the names, and again the names for the next of them.
    private var blocks: [[String]] {
        let labels = labels
        guard !labels.isEmpty, !record.behaviours.isEmpty else {
            return [["No kernel was asked."]]
        }
        let width = (labels.map(\.count).max() ?? 1) + 1
        let perBlock = max(1, space / width)
        let rows = rows
        return stride(from: 0, to: labels.count, by: perBlock).map { first in
            let places = first..<min(first + perBlock, labels.count)
            let head =
                PlainText.padded("BEHAVIOUR", to: nameWidth)
                + places.map { PlainText.padded(labels[$0], to: width, right: true) }.joined()
            return [style.heading(head)] + rows.map { line($0, places, width) }
        }
    }

    private func line(_ row: MatrixRow, _ places: Range<Int>, _ width: Int) -> String {
        let name = PlainText.line(row.behaviour)
        return PlainText.padded(PlainText.cut(name, to: nameWidth), to: nameWidth)
            + places.map { place in
                let mark = row.marks[place]
                let spaces = String(repeating: " ", count: width - 1)
                return spaces + style.verdict(mark.verdictName, String(mark.rawValue))
            }.joined()
    }

    private var rows: [MatrixRow] {
        record.behaviours.map { MatrixRow($0, columns) }
    }

    private var legend: [String] {
        let used = Set(rows.flatMap(\.marks))
        let words = MatrixMark.allCases.filter(used.contains).map { "\($0.rawValue) \($0.words)" }
        return PlainText.wrapped(words.joined(separator: "; ") + ".", width: options.width)
    }

    // MARK: - Notes

    private var notes: [String] {
        MatrixNotes(columns: columns, labels: labels, rows: rows).lines(width: options.width)
    }

    private var totals: [String] {
        let cells = columns.flatMap(\.cells)
        let names = ["conforms", "deviates", "inconclusive", "notApplicable"]
        let counts = names.map { name in (name, cells.count { $0.verdict.name == name }) }
        let words = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        let part = record.shard.map { "shard \($0) of \(record.kernels.count) kernels: " } ?? ""
        let open = columns.count { $0.state == .pending }
        var lines = PlainText.wrapped(
            "\(part)\(columns.count) kernels, \(record.behaviours.count) behaviours, "
                + "\(cells.count) trials: "
                + (words.isEmpty ? "nothing found" : words.joined(separator: ", "))
                + (open > 0 ? "; \(open) kernels not asked yet" : ""),
            width: options.width)
        if let folder = options.folder { lines.append("Evidence: \(PlainText.line(folder))") }
        return lines
    }
}

/// What one cell of a matrix shows.
enum MatrixMark: Character, CaseIterable {
    case conforms = "+"
    case otherwise = "*"
    case deviates = "D"
    case known = "d"
    case inconclusive = "?"
    case notApplicable = "-"
    case lost = "!"
    case pending = "."

    var words: String {
        switch self {
        case .conforms: "conforms"
        case .otherwise: "conforms, as another variant than most"
        case .deviates: "deviates, or no longer as it is known to"
        case .known: "deviates as it is known to"
        case .inconclusive: "inconclusive"
        case .notApplicable: "not applicable"
        case .lost: "guest lost, which is no verdict"
        case .pending: "not asked"
        }
    }

    /// The verdict whose colour it has.
    var verdictName: String {
        switch self {
        case .conforms, .otherwise: "conforms"
        case .deviates, .known: "deviates"
        case .inconclusive, .lost: "inconclusive"
        case .notApplicable, .pending: "notApplicable"
        }
    }
}

/// One behaviour on all kernels.
struct MatrixRow {
    var behaviour: String
    /// A mark a kernel.
    var marks: [MatrixMark]
    /// For kernels that conform as another variant than most, the trials in which they do.
    var others: [(place: Int, cells: [MatrixCell])]

    init(_ behaviour: String, _ columns: [MatrixColumn]) {
        self.behaviour = behaviour
        let cells = columns.map { column in
            column.cells.filter { $0.trial.behaviour == behaviour }
        }
        let usual = Self.usualVariants(cells.joined())
        var others: [(Int, [MatrixCell])] = []
        marks = columns.indices.map { place in
            let mark = Self.mark(columns[place], cells[place])
            guard mark == .conforms else { return mark }
            let other = cells[place].filter {
                $0.verdict == .conforms && usual[$0.trial] != $0.variants
            }
            if !other.isEmpty { others.append((place, other)) }
            return other.isEmpty ? .conforms : .otherwise
        }
        self.others = others
    }

    private static func mark(_ column: MatrixColumn, _ cells: [MatrixCell]) -> MatrixMark {
        let names = Set(cells.map(\.verdict.name))
        if cells.contains(where: \.isUnexpected) { return .deviates }
        if names.contains("deviates") { return .known }
        if column.state == .pending { return .pending }
        if column.state == .done, cells.isEmpty { return .pending }
        if column.state == .lost, cells.isEmpty || names.contains("inconclusive") { return .lost }
        if names.contains("inconclusive") { return .inconclusive }
        return names.contains("conforms") ? .conforms : .notApplicable
    }

    /// For each trial the variants that most kernels show, of equals the first by name.
    private static func usualVariants(
        _ cells: some Sequence<MatrixCell>
    ) -> [TrialID: [String]] {
        var counts: [TrialID: [[String]: Int]] = [:]
        for cell in cells where cell.verdict == .conforms {
            counts[cell.trial, default: [:]][cell.variants, default: 0] += 1
        }
        return counts.compactMapValues { counts in
            counts.min { ($1.value, $0.key.joined()) < ($0.value, $1.key.joined()) }?.key
        }
    }
}
