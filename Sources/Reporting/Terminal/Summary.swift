public import Evidence

/// What a run found, for people on a terminal of 80 columns.
///
/// Behaviour by behaviour, one line for the trials that were asked alike and answered alike, the
/// totals, and then, for whatever deviates or is inconclusive, expected against observed and how
/// to do it again.
public struct Summary: Sendable {
    /// How the summary is printed.
    public struct Options: Sendable, Hashable {
        /// Whether verdicts are coloured. They are words all the same.
        public var isColored: Bool
        /// The columns of the terminal; what names files or commands may be longer.
        public var width: Int
        /// The run's folder as people would type it.
        public var folder: String?
        /// The selector of the kernel that was asked, for the line that reproduces it.
        public var selector: String?
        /// What the kernel said of itself on the consoles of guests.
        public var complaints: [KernelComplaint]

        /// Without colour, 80 columns wide.
        public init(
            isColored: Bool = false, width: Int = 80, folder: String? = nil,
            selector: String? = nil, complaints: [KernelComplaint] = []
        ) {
            self.complaints = complaints
            self.selector = selector
            self.isColored = isColored
            self.width = max(60, width)
            self.folder = folder
        }
    }

    let trials: [JudgedTrial]
    let kernel: KernelIdentity?
    let options: Options

    /// The summary of these trials on a kernel.
    public init(_ trials: [JudgedTrial], kernel: KernelIdentity?, options: Options = Options()) {
        self.trials = trials
        self.kernel = kernel
        var options = options
        options.selector = options.selector ?? kernel?.selector
        self.options = options
    }

    /// The whole text, each line ended.
    public var text: String {
        let parts = [heading, table, totals, complaints, failures].filter { !$0.isEmpty }
        return parts.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    var style: Style { Style(isColored: options.isColored) }

    private var heading: [String] {
        guard let kernel else { return [] }
        return PlainText.wrapped(
            "Linux \(kernel.release) \(kernel.machine), HZ=\(kernel.hz) (\(kernel.selector))",
            width: options.width
        ).map(style.heading)
    }

    // MARK: - The table

    private static let titles = [
        "BEHAVIOUR, ASKED", "ON", "VERDICT", "VARIANT", "EXPECTED", "OBSERVED", "ERRNO",
    ]

    private var table: [String] {
        let rows = SummaryRow.fold(trials)
        guard !rows.isEmpty else { return ["No trial was performed."] }
        var cells = rows.map { self.cells($0, isShort: false) }
        var widths = Self.widths(cells)
        if excess(widths) > 0 {
            cells = rows.map { self.cells($0, isShort: true) }
            widths = Self.widths(cells)
        }
        fit(&widths)
        var lines = [style.heading(joined(Self.titles, widths))]
        var behaviour: String?
        for (row, cells) in zip(rows, cells) {
            if row.behaviour != behaviour {
                lines.append(PlainText.cut(row.heading, to: options.width))
                behaviour = row.behaviour
            }
            lines += self.lines(row, cells, widths)
        }
        lines += PlainText.wrapped(legend, width: options.width)
        return lines
    }

    /// Cells of all columns, or where the verdict has a reason, of the first three and the reason.
    private func cells(_ row: SummaryRow, isShort: Bool) -> [String] {
        let first = ["  " + row.asked(isWhole: false), row.on]
        if let known = row.known { return first + [row.verdict.name, PlainText.line(known)] }
        switch row.verdict {
        case .conforms, .deviates:
            return first + [
                row.verdict.name, row.variant, row.expected(isShort: isShort),
                row.observed(isShort: isShort), row.errno,
            ]
        case .notApplicable(let reason): return first + ["notApplicable", PlainText.line(reason)]
        case .inconclusive(let cause): return first + ["inconclusive", PlainText.line(cause)]
        }
    }

    /// What each column needs. A reason may take the place of the last columns, so only the first
    /// two of its line count.
    private static func widths(_ rows: [[String]]) -> [Int] {
        var widths = titles.map(\.count)
        for row in rows {
            for (column, cell) in row.prefix(row.count == titles.count ? row.count : 2).enumerated()
            {
                widths[column] = max(widths[column], cell.count)
            }
        }
        return widths
    }

    private func excess(_ widths: [Int]) -> Int {
        widths.reduce(0, +) + widths.count - 1 - options.width
    }

    /// Takes from the first column, whose longest words then have a line of their own, and from the
    /// variant's, until a line fits.
    private func fit(_ widths: inout [Int]) {
        for (column, least) in [(0, 22), (3, 12), (0, 16), (3, 8), (5, 9), (4, 9)] {
            let excess = excess(widths)
            guard excess > 0 else { return }
            widths[column] = max(least, widths[column] - excess)
        }
    }

    private func joined(_ cells: [String], _ widths: [Int]) -> String {
        var words: [String] = []
        for (cell, width) in zip(cells, widths) {
            words.append(PlainText.padded(PlainText.cut(cell, to: width), to: width))
        }
        return trimmed(PlainText.cut(words.joined(separator: " "), to: options.width))
    }

    private func lines(_ row: SummaryRow, _ cells: [String], _ widths: [Int]) -> [String] {
        guard cells[0].count > widths[0] else { return [line(row, cells, widths)] }
        return [PlainText.cut(cells[0], to: options.width)]
            + [line(row, [""] + cells.dropFirst(), widths)]
    }

    private func line(_ row: SummaryRow, _ cells: [String], _ widths: [Int]) -> String {
        let plain: String
        if cells.count == widths.count {
            plain = joined(cells, widths)
        } else {
            let lead = zip(cells, widths).prefix(2).map { cell, width in
                PlainText.padded(PlainText.cut(cell, to: width), to: width)
            }
            plain = PlainText.cut(
                (lead + cells.dropFirst(2)).joined(separator: " "), to: options.width)
        }
        let start = widths.prefix(2).reduce(0, +) + 2
        let name = row.verdict.name
        guard options.isColored, plain.count >= start + name.count else { return trimmed(plain) }
        let before = plain.prefix(start)
        let after = plain.dropFirst(start + name.count)
        return trimmed(before + style.verdict(name, name) + after)
    }

    private func trimmed(_ text: String) -> String {
        var text = text
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }

    private var legend: String {
        AskedWords.legend
            + ". ON: IPv4, IPv6, veth, loopback. Times: seconds since the outage began. +N: so "
            + "many more variants match; ~: none does, this is nearest."
    }

    // MARK: - What the kernel says of itself

    /// The first complaints, and where the rest stands.
    private var complaints: [String] {
        guard !options.complaints.isEmpty else { return [] }
        let words = Self.count(options.complaints.count, "complaint")
        var lines = PlainText.wrapped(
            "\(words) of the kernel about itself; the whole is in console-N.txt:",
            width: options.width)
        for complaint in options.complaints.prefix(5) {
            let text = "  \(complaint.guest): \(PlainText.line(complaint.line))"
            lines.append(PlainText.cut(text, to: options.width))
            if let trial = complaint.trials.first {
                let more = complaint.trials.count > 1 ? " and others" : ""
                lines.append(PlainText.cut("     during \(trial)\(more)", to: options.width))
            }
        }
        return lines
    }

    // MARK: - The totals

    private var totals: [String] {
        let names = ["conforms", "deviates", "inconclusive", "notApplicable"]
        let counts = names.map { name in
            (name, trials.count { $0.finding.verdict.name == name })
        }
        var words = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        let known = trials.count { $0.finding.known?.outcome == .shown }
        if known > 0 { words.append("\(known) of the deviations known") }
        let behaviours = Set(trials.map(\.finding.trial.behaviour)).count
        var lines = PlainText.wrapped(
            Self.count(trials.count, "trial") + " of " + Self.count(behaviours, "behaviour") + ": "
                + (words.isEmpty ? "nothing found" : words.joined(separator: ", ")),
            width: options.width)
        if let folder = options.folder { lines.append("Evidence: \(PlainText.line(folder))") }
        return lines
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private var failures: [String] { FailureText(trials: trials, options: options).lines }
}
