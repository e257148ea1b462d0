public import Evidence
internal import KernelTimers

/// A failover laboratory as one page that needs nothing else.
public struct FailoverPage: Sendable {
    private let record: FailoverRecord
    private let cells: [FailoverCell]
    private var plots: [String: HTML] = [:]

    /// A cell's plot, drawn as soon as its observation is there, which need not be kept for it.
    public struct Plot: Sendable {
        fileprivate var html: HTML

        /// Draws a cell.
        public init(_ observation: FailoverObservation, _ finding: FailoverFinding) {
            html = FailoverLadder(observation, finding).html
        }
    }

    /// The page of a record, whose cells' plots are added as they come.
    public init(_ record: FailoverRecord, cells: [FailoverCell]) {
        self.record = record
        self.cells = cells
    }

    /// Adds a cell's plot.
    public mutating func add(_ plot: Plot, of finding: FailoverFinding) {
        guard finding.verdict.reason == nil else { return }
        plots[finding.id] = plot.html
    }

    /// The document.
    public var text: String {
        let kernel = record.kernel
        let programs = record.programs.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }.joined(separator: " · ")
        return Page(
            title: "failover: Linux \(kernel.release)",
            body: """
                <style>\(Self.style)</style><header class="top"><p class="over">etimedout · a \
                virtual address moves, and who notices</p><h1>Linux \(kernel.release)</h1>\
                <p class="sub">\(kernel.machine) · HZ \(kernel.hz) · \(kernel.selector)\
                \(programs.isEmpty ? "" : " · " + programs)</p>\
                \(proportions)</header><main>\(filters)\
                \(key)\(FailoverAlternatives.tables(record).map(\.html))\
                <section id="matrix">\(blocks)</section></main><footer>\
                Made by etimedout failover of <code>failover.json</code>, the observations and the \
                captures beside it.</footer>
                """
        ).text
    }

    /// The share of each outcome as a bar, each with its shape and number in words.
    private var proportions: HTML {
        let views = record.findings.map { VerdictView($0) }
        let parts = FailoverFinding.outcomes.compactMap { name in
            views.first { $0.name == name }.map { ($0, views.count { $0.name == name }) }
        }
        let bars = parts.map { part, count -> HTML in
            "<i class=\"v-\(part.name)\" style=\"flex:\(count)\"></i>"
        }
        let words = parts.map { part, count -> HTML in
            """
            <span class="v-\(part.name)"><b aria-hidden="true">\(part.symbol)</b> \(count) \
            \(part.word)</span>
            """
        }
        return """
            <div class="bar" aria-hidden="true">\(bars)</div><p class="counts">\(words)</p>
            """
    }

    private static let style: HTML = """
        .trial>summary{grid-template-columns:8.6rem 8.6rem 1fr}\
        @media screen and (max-width:860px){.trial>summary{grid-template-columns:1fr auto}\
        .trial .q{text-align:left}}table.ev.words td:nth-child(n):nth-child(n){\
        white-space:normal;color:inherit}table.ev.words td.der:nth-child(n){\
        color:var(--soft);min-width:17rem}#matrix h3,.compared h3{\
        font-family:var(--sans);letter-spacing:0}#matrix h3::first-letter{\
        text-transform:uppercase}.compared{margin:0 0 2.6rem}\
        .cells th,.cells td{padding-right:.5rem}\
        .compared .cells td{text-align:right;white-space:nowrap}\
        .compared thead tr:first-child th[scope=colgroup]{text-align:center;\
        border-left:1px solid var(--line)}.key svg{width:26px;height:16px;flex:none}\
        .plots+.scroll{margin-top:1rem}.body>.scroll+p{margin-top:.7rem}\
        .key{margin:1.4rem 0 1.8rem}\
        .fg{stroke:var(--good);stroke-width:2}.fd{stroke:var(--bad);stroke-width:2}\
        .fs{stroke:var(--imp);stroke-width:1.5;stroke-dasharray:4 3;fill:none}\
        .fe path{stroke:var(--bad);stroke-width:2.4;fill:none}\
        .ladder .fe text{fill:var(--bad);font-weight:600}\
        .cells td,.cells th{text-align:right}.cells tbody th,\
        .cells thead tr:first-child th:first-child,.matrix.cells tr>:last-child{\
        text-align:left}@media print{.cells .k{border:0}}.plots{overflow-x:auto}\
        .cells .k{background:none;padding:0;font-size:inherit;color:var(--link);\
        display:inline;\
        white-space:normal}.cells td{white-space:normal}.matrix.cells th[scope=row]{\
        white-space:normal;min-width:11rem}\
        .ladder .cut rect{fill:none;stroke-dasharray:3 3}\
        .cells td.bad{color:var(--bad);font-weight:600}\
        .v-measured{color:var(--soft);--vb:var(--nonebg)}
        """

    private var filters: HTML {
        func distinct(_ words: [String]) -> [String] {
            var seen: Set<String> = []
            return words.filter { seen.insert($0).inserted }
        }
        let views = record.findings.map { VerdictView($0) }
        return FilterForm(
            find: "event, protection, broker",
            verdicts: FailoverFinding.outcomes.compactMap { name in
                views.first { $0.name == name }
            },
            choices: [
                .init("t", "Event", distinct(record.findings.map(\.event))),
                .init("f", "Broker", distinct(record.findings.map(\.backend.rawValue))),
                .init("l", "Protection", distinct(record.findings.map(\.protection))),
            ]
        ).html
    }

    private var key: HTML {
        let longest = record.findings.compactMap { $0.calls?.timeoutMilliseconds }.max() ?? 0
        let patience = Duration.fixed(Int64(longest) * 1_000_000, digits: 0)
        let marks: [(HTML, String)] = [
            ("<path class=\"fs\" d=\"M13 0v16\"/>", "a step of the event"),
            (
                "<rect class=\"bz\" x=\"4\" width=\"18\" height=\"16\"/>",
                "the window in which the model expects the end"
            ),
            ("<g class=\"fe\"><path d=\"M8 3l10 10m0 -10l-10 10\"/></g>", "who notices, and when"),
            (
                "<path class=\"fg\" d=\"M13 1v14\"/>",
                "a message that arrived, a call that was answered"
            ),
            (
                "<path class=\"fd\" d=\"M13 1v14\"/>",
                "a message given to the dead, a call that was not answered in time"
            ),
        ]
        let items = marks.map { mark, words -> HTML in
            """
            <li><svg class="ladder sym" viewBox="0 0 26 16" aria-hidden="true">\(mark)</svg> \
            \(words)</li>
            """
        }
        return """
            <div class="key"><p class="bg">Times count from the event. Proxy, broker: when they \
            ended the dead consumer's connection. Dead: messages given to consumers that never \
            got them. Late: messages that came over a second after they were published; longest: \
            what one took at the most. Lost: had not come when watching ended. Calls: requests \
            that nobody answered within \(patience) s. “Measured” is a cell of which the model \
            says nothing.</p><ul>\(items)</ul></div>
            """
    }

    private var blocks: [HTML] {
        var seen: Set<String> = []
        return record.findings.compactMap { first in
            guard seen.insert("\(first.event) \(first.backend.rawValue)").inserted else {
                return nil
            }
            let findings = record.findings.filter {
                $0.event == first.event && $0.backend == first.backend
            }
            let title = cells.first { $0.event.id == first.event }?.event.title ?? first.event
            let backend = first.backend == .rabbitmq ? " (RabbitMQ)" : ""
            return """
                <section class="behaviour"><h3>\(title)\(backend)</h3>\
                <div class="scroll"><table class="matrix cells">\
                <thead><tr><th scope="col">Protection</th><th scope="col">Proxy, s</th>\
                <th scope="col">Broker, s</th><th scope="col">Dead</th><th scope="col">Late</th>\
                <th scope="col">Longest, s</th><th scope="col">Twice</th><th scope="col">Lost</th>\
                <th scope="col">Calls</th>\
                <th scope="col">The consumer</th><th scope="col">Verdict</th></tr></thead><tbody>\
                \(findings.map(row))</tbody></table></div>\(findings.map(details))</section>
                """
        }
    }

    private func protection(_ finding: FailoverFinding) -> String {
        cells.first { $0.protection.id == finding.protection }?.protection.title
            ?? finding.protection
    }

    private func row(_ finding: FailoverFinding) -> HTML {
        let verdict: HTML = "<td>\(VerdictView(finding).badge)</td>"
        let link: HTML = """
            <a class="k" href="#\(VisibleText.slug(finding.id))">\(protection(finding))</a>
            """
        if let reason = finding.verdict.reason {
            return """
                <tr><th scope="row">\(link)</th><td colspan="9">\(reason)</td>\
                \(verdict)</tr>
                """
        }
        let client =
            finding.falseAlarm.map { $0 ? "false alarm" : "no false alarm" }
            ?? finding.worker.map { "\($0.error) at \(seconds($0.at))" } ?? "learns nothing"
        return """
            <tr><th scope="row">\(link)</th><td>\(seconds(finding.proxyEnded))</td>\
            <td>\(seconds(finding.brokerEnded))</td><td>\(finding.toTheDead)</td>\
            <td>\(finding.delayed)</td>\
            <td>\(Duration.fixed(finding.longestDelayNanoseconds, digits: 2))</td>\
            <td>\(finding.twice)</td><td>\(finding.lost)</td>\
            <td>\(finding.calls.map { "\($0.timedOut)" } ?? "–")</td>\
            <td>\(client)</td>\(verdict)</tr>
            """
    }

    private func details(_ finding: FailoverFinding) -> HTML {
        let name = finding.outcome
        let plot = plots[finding.id]
        let files: HTML =
            plot == nil
            ? .none
            : """
            <p><a href="\(VisibleText.href("pcap/\(finding.id).pcapng"))">capture</a> · \
            <a href="\(VisibleText.href("observations/\(finding.id).json"))">\
            everything that was witnessed</a></p>
            """
        let reason = finding.verdict.reason.map { "<p class=\"why\">\($0)</p>" as HTML }
        let checks = finding.checks.map { check -> HTML in
            """
            <tr class="\(check.isMet ? "" : "bad")"><th scope="row">\(check.what)</th>\
            <td>\(check.expected)</td><td>\(check.observed)</td>\
            <td class="der">\(check.derivation ?? "")</td></tr>
            """
        }
        let table: HTML =
            checks.isEmpty
            ? .none
            : """
            <div class="scroll"><table class="ev words"><thead><tr><th scope="col">What</th>\
            <th scope="col">Expected</th><th scope="col">Observed</th><th scope="col">How it is \
            derived</th></tr></thead><tbody>\(checks)</tbody></table></div>
            """
        let open = (finding.unjudged ?? []).map { "<p class=\"bg\">Not judged: \($0).</p>" as HTML }
        let isOpen = finding.verdict.name == "deviates" || finding.protection == "nothing"
        return """
            <details class="trial" id="\(VisibleText.slug(finding.id))" data-v="\(name)" \
            data-t="\(finding.event)" data-f="\(finding.backend.rawValue)" \
            data-l="\(finding.protection)"\(isOpen ? " open" : .none)><summary>\
            \(VerdictView(finding).badge)<span class="q">\(finding.protection)</span>\
            <span class="va">\(protection(finding))</span></summary><div class="body">\(reason)\
            <div class="plots">\(plot)</div>\(table)\(open)\(files)</div></details>
            """
    }

    private func seconds(_ moment: Moment?) -> String {
        moment.map { Duration.fixed($0.nanoseconds, digits: 2) } ?? "–"
    }
}
