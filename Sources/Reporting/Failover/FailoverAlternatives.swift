public import Evidence
internal import KernelTimers

/// The protections side by side: what each costs and what it saves, from the cells of four events.
public struct FailoverAlternatives: Sendable {
    /// A protection's row.
    public struct Row: Sendable, Hashable {
        /// The protection's name.
        public var protection: String
        /// When the broker gave the dead consumer up, and what became of messages, where the
        /// address moved in order.
        public var move: Cell
        /// The same where a node lost its power.
        public var power: Cell
        /// Whether a consumer is given up that reads nothing for a while.
        public var slow: Cell
        /// Whether one is whose node is cut off for a moment.
        public var blip: Cell
    }

    /// What a cell of the laboratory comes to.
    public enum Cell: Sendable, Hashable {
        /// It was not asked for.
        case absent
        /// It could not be performed, or is no evidence.
        case unknown(verdict: String, reason: String)
        /// A consumer that is dead: when the broker noticed, seconds or `not`, its messages, and
        /// how many calls nobody answered in time.
        case dead(noticed: String, lost: Int, late: Int, twice: Int, calls: Int?)
        /// A consumer that lives: whether it was given up, and when.
        case living(alarm: Bool, at: String)
    }

    /// Who kept the messages.
    public var backend: FailoverCell.Backend
    /// The rows, in the order of the record.
    public var rows: [Row]

    /// The tables of a record, one for each broker that it has.
    public static func tables(_ record: FailoverRecord) -> [FailoverAlternatives] {
        FailoverCell.Backend.allCases.compactMap { backend in
            let findings = record.findings.filter { $0.backend == backend }
            var seen: Set<String> = []
            let rows = findings.map(\.protection).filter { seen.insert($0).inserted }
                .map { protection in
                    func cell(_ event: String) -> Cell {
                        findings.first { $0.event == event && $0.protection == protection }
                            .map(Self.cell) ?? .absent
                    }
                    return Row(
                        protection: protection, move: cell("move"), power: cell("power"),
                        slow: cell("slow"), blip: cell("blip"))
                }
            let isCompared = rows.contains { $0.move != .absent || $0.power != .absent }
            return rows.count > 1 && isCompared
                ? FailoverAlternatives(backend: backend, rows: rows) : nil
        }
    }

    private static func cell(_ finding: FailoverFinding) -> Cell {
        if let reason = finding.verdict.reason {
            return .unknown(verdict: finding.verdict.name, reason: reason)
        }
        func seconds(_ moment: Moment?) -> String? {
            moment.map { Duration.fixed($0.nanoseconds, digits: 1) }
        }
        if let alarm = finding.falseAlarm {
            let first = [finding.proxyEnded, finding.brokerEnded].compactMap { $0 }.min()
            return .living(alarm: alarm, at: seconds(first) ?? "")
        }
        return .dead(
            noticed: seconds(finding.brokerEnded) ?? "not", lost: finding.lost,
            late: finding.delayed, twice: finding.twice, calls: finding.calls?.timedOut)
    }

    /// What could not be performed, and why, each once.
    public var reasons: [String] {
        var seen: Set<String> = []
        return rows.flatMap { [$0.move, $0.power, $0.slow, $0.blip] }.compactMap { cell in
            guard case .unknown(let verdict, let reason) = cell else { return nil }
            return "\(verdict): \(reason)"
        }.filter { seen.insert($0).inserted }
    }
}

extension FailoverAlternatives {
    /// The table for a terminal, 80 columns wide.
    var lines: [String] {
        let name = backend == .rabbitmq ? " [RabbitMQ]" : ""
        let groups = [
            PlainText.padded("", to: 11), PlainText.padded("address moves", to: 28),
            PlainText.padded("power is lost", to: 28), "false alarms",
        ]
        let heads = ["NOTED", "LOST", "LATE", "TWICE", "CALLS"]
        let heading =
            PlainText.padded("PROTECTION", to: 11)
            + [heads, heads].map(Self.numbers).joined() + "SLOW  BLIP"
        let rows = rows.map { row in
            PlainText.padded(row.protection, to: 11) + Self.words(row.move) + Self.words(row.power)
                + PlainText.padded(Self.alarm(row.slow), to: 6) + Self.alarm(row.blip)
        }
        return ["alternatives: what each protection saves and costs\(name)"] + [
            groups.joined(), heading,
        ] + rows + reasons.flatMap { PlainText.wrapped($0, width: 80, first: "  ", rest: "    ") }
    }

    private static func numbers(_ words: [String]) -> String {
        zip(words, [5, 4, 4, 5, 5]).map { PlainText.padded($0, to: $1, right: true) }
            .joined(separator: " ") + " "
    }

    private static func words(_ cell: Cell) -> String {
        switch cell {
        case .absent, .living: numbers(["-", "", "", "", ""])
        case .unknown: numbers(["n/a", "", "", "", ""])
        case .dead(let noticed, let lost, let late, let twice, let calls):
            numbers([noticed, "\(lost)", "\(late)", "\(twice)", calls.map { "\($0)" } ?? "-"])
        }
    }

    private static func alarm(_ cell: Cell) -> String {
        switch cell {
        case .absent, .dead: "-"
        case .unknown: "n/a"
        case .living(let alarm, let at): alarm ? at : "none"
        }
    }
}

extension FailoverAlternatives {
    /// The table for the page.
    var html: HTML {
        let name = backend == .rabbitmq ? " (RabbitMQ)" : ""
        let rows = rows.map { row -> HTML in
            """
            <tr><th scope="row">\(row.protection)</th>\(Self.cells(row.move))\
            \(Self.cells(row.power))\(Self.cell(row.slow))\(Self.cell(row.blip))</tr>
            """
        }
        let reasons = reasons.map { "<p class=\"bg\">\($0)</p>" as HTML }
        return """
            <section class="compared"><h3>What each protection saves and costs\(name)</h3>\
            <div class="scroll"><table class="cells"><thead><tr><th scope="col" \
            rowspan="2">Protection</th><th scope="colgroup" colspan="5">The address moves</th>\
            <th scope="colgroup" colspan="5">Power is lost</th><th scope="colgroup" colspan="2">\
            False alarms</th></tr><tr>\(Self.heads)\(Self.heads)<th scope="col">Slow consumer</th>\
            <th scope="col">Blip of 2 s</th></tr></thead><tbody>\(rows)</tbody></table></div>\
            \(reasons)</section>
            """
    }

    private static let heads: HTML = """
        <th scope="col">Noticed, s</th><th scope="col">Lost</th><th scope="col">Late</th>\
        <th scope="col">Twice</th><th scope="col">Calls</th>
        """

    private static func cells(_ cell: Cell) -> HTML {
        switch cell {
        case .absent: "<td colspan=\"5\">not asked</td>"
        case .unknown(let verdict, _): "<td colspan=\"5\">\(verdict)</td>"
        case .dead(let noticed, let lost, let late, let twice, let calls):
            """
            <td>\(noticed)</td><td>\(lost)</td><td>\(late)</td><td>\(twice)</td>\
            <td>\(calls.map { "\($0)" } ?? "–")</td>
            """
        case .living: "<td colspan=\"5\">–</td>"
        }
    }

    private static func cell(_ cell: Cell) -> HTML {
        switch cell {
        case .absent: "<td>not asked</td>"
        case .unknown(let verdict, _): "<td>\(verdict)</td>"
        case .dead: "<td>–</td>"
        case .living(let alarm, let at):
            alarm ? "<td class=\"bad\">given up at \(at) s</td>" : "<td>none</td>"
        }
    }
}
