public import Evidence
internal import KernelTimers

/// The failover table for a terminal, 80 columns wide: a block an event, a row a protection.
public struct FailoverTable: Sendable {
    private let record: FailoverRecord
    private let cells: [FailoverCell]
    private let style: Style

    /// The table of a record whose cells are these.
    public init(_ record: FailoverRecord, cells: [FailoverCell], isColored: Bool = false) {
        self.record = record
        self.cells = cells
        style = Style(isColored: isColored)
    }

    private static let columns: [(name: String, width: Int)] = [
        ("PROTECTION", 10), ("PROXY", 6), ("BROKER", 6), ("DEAD", 5), ("LATE", 5),
        ("WORST", 6), ("TWICE", 5), ("LOST", 4), ("CALLS", 5), ("CONSUMER SEES", 17),
    ]

    /// The text.
    public var text: String {
        var lines = [identity, ""]
        var seen: [String] = []
        for finding in record.findings {
            let block = "\(finding.event) \(finding.backend.rawValue)"
            guard !seen.contains(block) else { continue }
            seen.append(block)
            lines += self.block(finding)
        }
        for table in FailoverAlternatives.tables(record) {
            lines += [style.heading(table.lines[0])] + table.lines.dropFirst() + [""]
        }
        lines += legend + [""] + notes
        if record.findings.contains(where: \.isMissingProgram) {
            lines += ["Scripts/setup --failover installs what is missing.", ""]
        }
        let counts = FailoverFinding.outcomes.compactMap { name in
            let count = record.findings.count { $0.outcome == name }
            return count == 0 ? nil : "\(count) \(style.verdict(name, name))"
        }
        lines.append("\(record.findings.count) cells: " + counts.joined(separator: ", "))
        return lines.map { $0 + "\n" }.joined()
    }

    private var identity: String {
        let programs = record.programs.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let text =
            "Linux \(record.kernel.release) \(record.kernel.machine), HZ=\(record.kernel.hz)"
            + (programs.isEmpty ? "" : "; " + programs)
        return PlainText.cut(PlainText.line(text), to: 80)
    }

    private func block(_ first: FailoverFinding) -> [String] {
        let event = cells.first { $0.event.id == first.event }?.event
        let title = event.map { "\(first.event): \($0.title)" } ?? first.event
        let backend = first.backend == .rabbitmq ? " [RabbitMQ]" : ""
        let findings = record.findings.filter {
            $0.event == first.event && $0.backend == first.backend
        }
        let heading = Self.columns.enumerated().map { index, column in
            PlainText.padded(
                column.name, to: column.width, right: (1...8).contains(index))
        }
        return [style.heading(PlainText.cut(title + backend, to: 80))]
            + [heading.joined(separator: " ").trimmedEnd]
            + findings.map(row) + [""]
    }

    private func row(_ finding: FailoverFinding) -> String {
        let name = PlainText.padded(finding.protection, to: 10)
        if let reason = finding.verdict.reason {
            return PlainText.cut(
                "\(name) \(finding.verdict.name): \(PlainText.line(reason))", to: 80)
        }
        let mark = finding.verdict.name == "deviates" ? "!" : ""
        let words = [
            seconds(finding.proxyEnded), seconds(finding.brokerEnded), "\(finding.toTheDead)",
            "\(finding.delayed)", delay(finding.longestDelayNanoseconds), "\(finding.twice)",
            "\(finding.lost)", finding.calls.map { "\($0.timedOut)" } ?? "-",
        ]
        let numbers = zip(words, Self.columns.dropFirst()).map {
            PlainText.padded($0, to: $1.width, right: true)
        }
        let line = ([name] + numbers + [PlainText.cut(mark + client(finding), to: 17)])
            .joined(separator: " ").trimmedEnd
        return mark.isEmpty ? line : style.verdict("deviates", line)
    }

    private func client(_ finding: FailoverFinding) -> String {
        if let alarm = finding.falseAlarm { return alarm ? "FALSE ALARM" : "no false alarm" }
        guard let worker = finding.worker else { return "nothing" }
        return "\(worker.error) \(Duration.fixed(worker.at.nanoseconds, digits: 2))"
    }

    private func seconds(_ moment: Moment?) -> String {
        moment.map { Duration.fixed($0.nanoseconds, digits: 2) } ?? "-"
    }

    private func delay(_ nanoseconds: Int64) -> String {
        nanoseconds < 10_000_000 ? "0" : Duration.fixed(nanoseconds, digits: 2)
    }

    private var legend: [String] {
        PlainText.wrapped(
            "PROXY, BROKER: seconds from the event until the proxy on the first controller, and "
                + "the broker, ended the dead consumer's connection; -: not while watched. DEAD: "
                + "messages given to consumers that never got them. LATE: that came over 1 s after "
                + "they were published; WORST: the longest. TWICE: came twice. LOST: had not come "
                + "when watching ended. CALLS: to which nobody answered within "
                + "\(patience) s. "
                + "CONSUMER SEES: the first consumer's errno, and when. A cell of which the model "
                + "says nothing is measured, not judged. NOTED: when the broker did.", width: 80)
    }

    /// How long callers wait, seconds.
    private var patience: String {
        let longest = record.findings.compactMap { $0.calls?.timeoutMilliseconds }.max()
        return longest.map { Duration.fixed(Int64($0) * 1_000_000, digits: 0) } ?? "-"
    }

    /// For how long calls went unanswered, event by event.
    private var calls: [String] {
        record.findings.filter { $0.event == "move" || $0.event == "power" }.compactMap { finding in
            guard let calls = finding.calls else { return nil }
            let span = calls.firstTimedOut.flatMap { first in
                calls.lastTimedOut.map { ", made from \(seconds(first)) to \(seconds($0)) s" }
            }
            let broker = finding.backend == .rabbitmq ? " [RabbitMQ]" : ""
            return PlainText.cut(
                "calls, \(finding.event), \(finding.protection)\(broker): \(calls.timedOut) of "
                    + "\(calls.made) timed out\(span ?? "")", to: 80)
        }
    }

    private var notes: [String] {
        var lines: [String] = []
        for finding in record.findings {
            for check in finding.checks where !check.isMet {
                lines += PlainText.wrapped(
                    "\(finding.id): \(check.what): expected \(check.expected), observed "
                        + "\(check.observed)" + (check.derivation.map { "; \($0)" } ?? ""),
                    width: 80, first: "! ", rest: "  ")
            }
        }
        for finding in record.findings where finding.isOnlyMeasured == true {
            for reason in finding.unjudged ?? [] {
                lines += PlainText.wrapped(
                    "measured: \(finding.id): \(reason)", width: 80, first: "", rest: "  ")
            }
        }
        let idle = record.findings.filter { $0.verdict.reason == nil && $0.event == "move" }
        for finding in idle {
            let broker = finding.backend == .rabbitmq ? " [RabbitMQ]" : ""
            let words =
                finding.idle.map {
                    "learnt by \($0.call) \($0.error) after \(seconds($0.at)) s"
                } ?? "learnt nothing"
            lines.append(
                PlainText.cut(
                    "idle consumer, \(finding.protection)\(broker): \(words)", to: 80))
        }
        lines += calls
        return lines.isEmpty ? [] : lines + [""]
    }
}

extension FailoverFinding {
    /// Whether it was not performed for want of a program.
    fileprivate var isMissingProgram: Bool {
        guard case .notApplicable(let reason) = verdict else { return false }
        return reason.hasSuffix(" not installed")
    }
}

extension String {
    /// Without spaces at the end.
    fileprivate var trimmedEnd: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
