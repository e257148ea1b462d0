public import Evidence
internal import KernelTimers

/// A failover laboratory in the forms in which machines take results: an event is a suite, a
/// protection against it is a case.
public struct FailoverReport: Sendable {
    let record: FailoverRecord
    private let cells: [FailoverCell]

    /// The reports of a record whose cells are these.
    public init(_ record: FailoverRecord, cells: [FailoverCell]) {
        self.record = record
        self.cells = cells
    }

    /// For Jenkins, GitLab and their like: `measured` passes, since nothing was expected of it.
    public var junit: String {
        let cases = record.findings.map { finding in
            var (element, message): (String?, String) = (nil, "")
            switch finding.verdict {
            case .conforms: break
            case .deviates:
                (element, message) = ("failure", Self.failures(finding).first ?? "deviates")
            case .inconclusive(let cause): (element, message) = ("error", cause)
            case .notApplicable(let reason): (element, message) = ("skipped", reason)
            }
            return JUnit.Case(
                suite: Self.suite(finding), name: finding.protection,
                duration: .nanoseconds(finding.watched?.nanoseconds ?? 0), element: element,
                message: message, details: Self.details(finding).joined(separator: "\n"))
        }
        return JUnit.text(cases, suite: "etimedout failover on \(kernel)")
    }

    /// In the kernel's test protocol.
    public var ktap: String {
        KTAP.text(
            suites.map { name, findings in
                KTAP.Test(
                    name: name, verdict: KTAP.combined(findings.map(\.verdict)),
                    subtests: findings.map {
                        KTAP.Subtest(
                            name: $0.protection, verdict: $0.verdict,
                            notes: $0.verdict == .conforms ? [] : Self.details($0))
                    })
            }, kernel: kernel)
    }

    private var kernel: String { "Linux \(record.kernel.release) \(record.kernel.machine)" }

    private static func suite(_ finding: FailoverFinding) -> String {
        "failover.\(finding.event).\(finding.backend.rawValue)"
    }

    /// The findings of each event and broker, in the order of the record.
    private var suites: [(name: String, findings: [FailoverFinding])] {
        var suites: [(name: String, findings: [FailoverFinding])] = []
        for finding in record.findings {
            let name = Self.suite(finding)
            if let index = suites.firstIndex(where: { $0.name == name }) {
                suites[index].findings.append(finding)
            } else {
                suites.append((name, [finding]))
            }
        }
        return suites
    }

    private static func failures(_ finding: FailoverFinding) -> [String] {
        finding.checks.filter { !$0.isMet }.map { check in
            "\(check.what): expected \(check.expected), observed \(check.observed)"
                + (check.derivation.map { "; \($0)" } ?? "")
        }
    }

    private static func details(_ finding: FailoverFinding) -> [String] {
        guard finding.verdict.reason == nil else { return [] }
        return failures(finding) + ["capture: pcap/\(finding.id).pcapng"]
    }

    // MARK: - Markdown

    /// For the summary that CI systems show with a job.
    public var markdown: String {
        let verdict = VerdictView(.init(status: record.status))
        let counts = FailoverFinding.outcomes.compactMap { name in
            record.findings.first { $0.outcome == name }.map { first in
                "\(record.findings.count { $0.outcome == name }) \(VerdictView(first).word)"
            }
        }
        let programs = record.programs.sorted { $0.key < $1.key }
            .map { Markdown.code("\($0.key) \($0.value)") }
        let circumstances =
            [
                Markdown.code(record.kernel.selector), Markdown.code(record.kernel.machine),
                "HZ \(record.kernel.hz)",
            ] + programs
        var lines = [
            "## \(verdict.symbol) The virtual address moves on "
                + "\(Markdown.code("Linux \(record.kernel.release)")): \(verdict.word)", "",
            circumstances.joined(separator: ", ") + ". "
                + "\(Words.count(record.findings.count, "cell")): "
                + "\(counts.joined(separator: ", ")).", "",
        ]
        lines += FailoverAlternatives.tables(record).flatMap(\.markdown)
        lines += suites.flatMap { block($0.findings) }
        lines += told
        return lines.map { $0 + "\n" }.joined()
    }

    private func block(_ findings: [FailoverFinding]) -> [String] {
        guard let first = findings.first else { return [] }
        let title = cells.first { $0.event.id == first.event }?.event.title ?? first.event
        let broker = first.backend == .rabbitmq ? " (RabbitMQ)" : ""
        return ["### \(first.event): \(title)\(broker)", ""]
            + Self.table(
                [
                    "Protection", "Proxy, s", "Broker, s", "Dead", "Late", "Longest, s", "Twice",
                    "Lost", "Calls", "The consumer", "Verdict",
                ], findings.map(Self.row)) + [""]
    }

    private static func row(_ finding: FailoverFinding) -> [String] {
        let view = VerdictView(finding)
        let verdict = "\(view.symbol) \(view.word)"
        if let reason = finding.verdict.reason {
            let empty = [String](repeating: "", count: 8)
            return [Markdown.code(finding.protection)] + empty + [Markdown.code(reason), verdict]
        }
        func seconds(_ moment: Moment?) -> String {
            moment.map { Duration.fixed($0.nanoseconds, digits: 2) } ?? "–"
        }
        let client =
            finding.falseAlarm.map { $0 ? "false alarm" : "no false alarm" }
            ?? finding.worker.map { "\(Markdown.code($0.error)) at \(seconds($0.at))" }
            ?? "learns nothing"
        return [
            Markdown.code(finding.protection), seconds(finding.proxyEnded),
            seconds(finding.brokerEnded), "\(finding.toTheDead)", "\(finding.delayed)",
            Duration.fixed(finding.longestDelayNanoseconds, digits: 2), "\(finding.twice)",
            "\(finding.lost)", finding.calls.map { "\($0.timedOut)" } ?? "–", client, verdict,
        ]
    }

    /// What went wrong.
    private var told: [String] {
        record.findings.filter { $0.verdict == .deviates }.flatMap { finding in
            ["### \(Markdown.code(finding.id))", ""]
                + Self.details(finding).map { "- \(Markdown.code($0))" } + [""]
        }
    }

    static func table(_ heads: [String], _ rows: [[String]]) -> [String] {
        let numbers = 1..<(heads.count - 2)
        let rule = heads.indices.map { numbers.contains($0) ? "---:" : "---" }
        return ([heads, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
    }
}

extension FailoverRecord {
    /// What the cells add up to.
    public var status: RunStatus { RunStatus(findings.map(\.verdict)) }
}

extension FailoverAlternatives {
    /// The table for a job's summary.
    var markdown: [String] {
        let name = backend == .rabbitmq ? " (RabbitMQ)" : ""
        let heads =
            ["Protection"]
            + ["moves", "power lost"].flatMap { event in
                ["noticed, s", "lost", "late", "twice", "calls"].map { "\(event): \($0)" }
            } + ["false alarm: slow consumer", "false alarm: blip of 2 s"]
        let rows = rows.map { row in
            [Markdown.code(row.protection)] + Self.markdown(row.move) + Self.markdown(row.power)
                + [Self.living(row.slow), Self.living(row.blip)]
        }
        return ["### What each protection saves and costs\(name)", ""]
            + FailoverReport.table(heads, rows) + reasons.map { "\n\(Markdown.code($0))" } + [""]
    }

    private static func markdown(_ cell: Cell) -> [String] {
        switch cell {
        case .absent, .living: ["–", "", "", "", ""]
        case .unknown(let verdict, _): [verdict, "", "", "", ""]
        case .dead(let noticed, let lost, let late, let twice, let calls):
            [noticed, "\(lost)", "\(late)", "\(twice)", calls.map { "\($0)" } ?? "–"]
        }
    }

    private static func living(_ cell: Cell) -> String {
        switch cell {
        case .absent, .dead: "–"
        case .unknown(let verdict, _): verdict
        case .living(let alarm, let at): alarm ? "**given up at \(at) s**" : "none"
        }
    }
}
