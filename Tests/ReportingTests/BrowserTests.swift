import Behaviours
import Evidence
import Foundation
import Judge
import Support
import XCTest

@testable import Reporting

/// The page in a real browser; skipped, visibly, where there is none.
final class BrowserTests: XCTestCase {
    private static let shown = "document.querySelectorAll('.trial:not([hidden])').length"
    private static let filtersHidden = "document.getElementById('filters').hidden"
    private var folder = URL(filePath: "/")

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "etimedout-page-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "pcap"), withIntermediateDirectories: true)
    }

    override func tearDown() { try? FileManager.default.removeItem(at: folder) }

    private func page(_ run: ReportedRun) throws -> String {
        let file = folder.appending(path: "index.html")
        try Data(RunPage(run).text.utf8).write(to: file)
        return file.absoluteString
    }

    func testTheScriptRunsAndNothingIsFetched() throws {
        let browser = try Browser()
        let url = try page(try Samples.reportedRun())

        try browser.open(url)

        XCTAssertEqual(try browser.value(Self.filtersHidden) as? Bool, false)
        XCTAssertEqual(Set(browser.requests), [url])
        XCTAssertEqual(browser.complaints, [])
    }

    private func page(_ name: String, _ text: String) throws -> String {
        let file = folder.appending(path: "\(name).html")
        try Data(text.utf8).write(to: file)
        return file.absoluteString
    }

    /// A page of each kind.
    private func pages() throws -> [String] {
        let run = try Samples.reportedRun()
        let column = MatrixColumn(selector: "host", folder: "host")
        let matrix = MatrixRecord(
            suite: "1", trials: run.trials.map(\.finding.trial),
            kernels: [MatrixColumn(column, record: run.record, trials: run.trials.map(\.judged))])
        func asked(_ variant: String) throws -> ReportedRun {
            var (observation, finding) = try Samples.observation(
                "blackhole.established", variant: variant)
            // However many match, no column is pushed off the screen.
            finding.variants += (1...6).map { "\(variant).\($0)" }
            return ReportedRun(
                RunRecord(suite: "1", kernel: Samples.kernel, findings: [finding]),
                trials: [ReportedTrial(JudgedTrial(finding), observation: observation)])
        }
        let comparison = ComparisonPage(
            try asked("at-deadline"), try asked("at-next-retransmission"))
        let cells = FailoverCatalogue.cells(
            FailoverCatalogue.protections(), FailoverCatalogue.events)
        let failover = FailoverRecord(
            kernel: Samples.kernel, programs: [:],
            findings: cells.map { FailoverFinding($0, verdict: .conforms) })
        return [
            try page(run), try page("comparison", comparison.text),
            try page("matrix", MatrixPage(matrix).text),
            try page("failover", FailoverPage(failover, cells: cells).text),
        ]
    }

    func testThePagesOfAComparisonAndOfAMatrixFetchNothingEither() throws {
        let browser = try Browser()

        for url in try pages() {
            try browser.open(url)

            XCTAssertEqual(Set(browser.requests), [url])
            XCTAssertEqual(browser.complaints, [])
            XCTAssertGreaterThan(try browser.number("document.querySelectorAll('h1').length"), 0)
        }
    }

    func testTheFailoverPageFetchesNothingFiltersAndLeadsFromRowsToCells() throws {
        let browser = try Browser()
        let cells = FailoverCatalogue.cells(
            FailoverCatalogue.protections(), FailoverCatalogue.events)
        var findings = cells.map { FailoverFinding($0, verdict: .conforms) }
        findings[0].verdict = .deviates
        findings[1].verdict = .notApplicable(reason: "<b>no haproxy</b>")
        for index in findings.indices.dropFirst(9) { findings[index].isOnlyMeasured = true }
        let record = FailoverRecord(kernel: Samples.kernel, programs: [:], findings: findings)
        let file = folder.appending(path: "failover.html")
        try Data(FailoverPage(record, cells: cells).text.utf8).write(to: file)
        let rows = "document.querySelectorAll('.matrix.cells tbody tr:not([hidden])').length"
        let alternatives = """
            [...document.querySelectorAll('.compared tbody tr')].filter(row =>
              row.getClientRects().length > 0).length
            """

        try browser.open(file.absoluteString)

        XCTAssertEqual(Set(browser.requests), [file.absoluteString])
        XCTAssertEqual(browser.complaints, [])
        XCTAssertEqual(try browser.number(rows), findings.count)
        XCTAssertEqual(
            try browser.number(alternatives), FailoverCatalogue.protections().count)
        try browser.click("input[value=measured]")
        XCTAssertEqual(try browser.number(rows), 9)
        try browser.open(file.absoluteString + "#?t=move")
        XCTAssertEqual(
            try browser.number(rows), findings.count { $0.event == "move" })
        XCTAssertEqual(
            try browser.text(
                """
                [...document.querySelectorAll('a.k')].filter(link =>
                  !document.getElementById(link.hash.slice(1))).map(link => link.hash).join()
                """), "")
    }

    func testFiltersAreInTheAddressAndTheAddressFilters() throws {
        let browser = try Browser()
        let url = try page(try Samples.reportedRun())

        try browser.open(url)
        XCTAssertEqual(try browser.number(Self.shown), 4)
        try browser.click("input[value=conforms]")
        XCTAssertEqual(try browser.number(Self.shown), 3)
        XCTAssertFalse(try browser.text("location.hash").contains("conforms"))

        let address = try browser.text("location.href")
        try browser.open(address)
        XCTAssertEqual(try browser.number(Self.shown), 3)
        XCTAssertEqual(
            try browser.value("document.querySelector('input[value=conforms]').checked") as? Bool,
            false)
        XCTAssertEqual(
            try browser.text("document.querySelector('output').textContent"), "3 of 4 trials")

        try browser.open(url + "#?q=zero-window")
        XCTAssertEqual(try browser.number(Self.shown), 1)
        XCTAssertEqual(
            try browser.number("document.querySelectorAll('.behaviour:not([hidden])').length"), 1)
        try browser.click("button[type=reset]")
        // The browser resets the fields after the event.
        XCTAssertTrue(try browser.comes("\(Self.shown) === 4"))
    }

    func testAMarkOfTheMatrixOpensItsTrialAndEveryLinkLeadsSomewhere() throws {
        let browser = try Browser()
        try Data().write(to: folder.appending(path: "pcap/a.pcapng"))
        try Data().write(to: folder.appending(path: "pcap/b.pcapng"))
        try FileManager.default.createDirectory(
            at: folder.appending(path: "observations"), withIntermediateDirectories: false)
        try Data().write(to: folder.appending(path: "observations/a.json"))
        try browser.open(try page(try Samples.reportedRun()))

        try browser.click(".matrix .k.v-conforms")

        // The address changes at once; its event, which opens the trial, comes a frame later.
        let isOpen = "(document.getElementById(location.hash.slice(1)) || {}).open === true"
        XCTAssertTrue(try browser.comes(isOpen))
        XCTAssertEqual(
            try browser.text(
                """
                [...document.querySelectorAll('a[href^="#"]')].filter(link =>
                  !document.getElementById(link.hash.slice(1))).map(link => link.hash).join()
                """), "")
        let files = try browser.text(
            """
            [...document.querySelectorAll('a')].filter(link => !link.hash)
              .map(link => decodeURIComponent(link.pathname)).join('\\n')
            """
        ).split(separator: "\n")
        XCTAssertFalse(files.isEmpty)
        for file in files {
            XCTAssertTrue(FileManager.default.fileExists(atPath: String(file)), String(file))
        }
    }

    func testTheKeyboardOpensATrialAndReachesTheFilters() throws {
        let browser = try Browser()
        try browser.open(try page(try Samples.reportedRun()))

        try browser.press("Tab", code: 9)
        XCTAssertEqual(try browser.text("document.activeElement.name"), "q")
        _ = try browser.value("document.querySelector('[data-v=conforms] > summary').focus()")
        try browser.press("Enter", code: 13)

        XCTAssertEqual(
            try browser.value("document.querySelector('[data-v=conforms]').open") as? Bool, true)
    }

    func testEverythingHasANameAndTablesHaveHeaders() throws {
        let browser = try Browser()

        for url in try pages() {
            try browser.open(url)

            for (what, selector) in [
                ("tables without headers", "table:not(:has(th[scope=col]))"),
                ("headers that say of neither row nor column", "th:not([scope])"),
                (
                    "plots without title and description",
                    "svg[role=img]:not(:has(> title):has(> desc))"
                ),
                ("fields without a label", "input:not(label input), select:not(label select)"),
                ("buttons without words", "button:empty"),
            ] {
                let found = "document.querySelectorAll(\(Browser.quoted(selector))).length"
                XCTAssertEqual(try browser.number(found), 0, "\(what): \(url)")
            }
            XCTAssertEqual(try browser.text("document.documentElement.lang"), "en")
        }
        try browser.open(try page(try Samples.reportedRun()))
        XCTAssertGreaterThan(
            try browser.number("document.querySelectorAll('svg[role=img]').length"), 0)
    }

    func testOnAPhoneNothingIsWiderThanTheScreen() throws {
        let browser = try Browser()
        try browser.call(
            "Emulation.setDeviceMetricsOverride",
            ["width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true])

        for url in try pages() {
            try browser.open(url)
            _ = try browser.value(
                "document.querySelectorAll('details').forEach(one => { one.open = true })")

            XCTAssertLessThanOrEqual(
                try browser.number("document.documentElement.scrollWidth"), 390, url)
        }
    }

    /// On a desktop nothing of a table is beyond its edge.
    func testOnADesktopTheColumnsOfAComparisonAreOnTheScreen() throws {
        let browser = try Browser()
        try browser.call(
            "Emulation.setDeviceMetricsOverride",
            ["width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": false])

        try browser.open(try pages()[1])

        XCTAssertEqual(
            try browser.number(
                """
                [...document.querySelectorAll('table.cmp')].filter(table =>
                  table.scrollWidth > table.parentElement.clientWidth).length
                """), 0)
    }

    func testWithoutScriptsEverythingIsShown() throws {
        let browser = try Browser()
        let url = try page(try Samples.reportedRun())
        try browser.call("Emulation.setScriptExecutionDisabled", ["value": true])

        try browser.open(url + "#?v=deviates")

        XCTAssertEqual(try browser.number(Self.shown), 4)
        XCTAssertEqual(try browser.value(Self.filtersHidden) as? Bool, true)
    }
}

/// What a report of a thousand trials costs.
final class ManyTrialsTests: XCTestCase {
    /// A thousand trials: every variant of the catalogue with every value, as often as it takes.
    static func run(_ count: Int) throws -> ReportedRun {
        var trials: [ReportedTrial] = []
        var seed: UInt64 = 1
        var round = 0
        while trials.count < count {
            round += 1
            for behaviour in Catalogue.behaviours {
                for parameters in behaviour.cases where trials.count < count {
                    let variants = behaviour.variants(for: parameters)
                    let variant = variants[Int(seed) % variants.count]
                    seed += 1
                    let observation = try SyntheticObservation.make(
                        behaviour, variant, parameters, seed: seed)
                    var finding = Judge.judge(observation, as: behaviour)
                    // Each round has other values of T, or its trials would be the same sections.
                    finding.trial.parameters.userTimeoutMilliseconds += round * 1_000_000
                    let name = "\(finding.trial)"
                    trials.append(
                        ReportedTrial(
                            JudgedTrial(
                                finding, capturePath: "pcap/\(name).pcapng",
                                frames: FrameMap(observation.captures)),
                            observation: observation,
                            observationPath: "observations/\(name).json"))
                }
            }
        }
        let record = RunRecord(
            suite: "1", kernel: Samples.kernel, findings: trials.map(\.finding))
        return ReportedRun(record, trials: trials)
    }

    private static let bodies = "document.querySelectorAll('.trial[open] > .body').length"

    func testAThousandTrialsStayBelowTenMegabytesAndOpenInTwoSeconds() throws {
        let run = try Self.run(1000)

        let clock = ContinuousClock()
        var page = ""
        let making = clock.measure { page = RunPage(run).text }

        XCTAssertLessThan(page.utf8.count, 10_000_000)
        print("1000 trials: \(page.utf8.count) bytes, made in \(making)")
        let file = FileManager.default.temporaryDirectory.appending(
            path: "etimedout-many-\(UUID().uuidString).html")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(page.utf8).write(to: file)
        let browser = try Browser()
        try browser.open(file.absoluteString)
        let opening = try browser.number(
            "performance.getEntriesByType('navigation')[0].loadEventEnd")
        print("1000 trials: opened in \(opening) ms")
        XCTAssertEqual(try browser.number("document.querySelectorAll('.trial').length"), 1000)
        XCTAssertEqual(try browser.number("document.querySelectorAll('.trial svg').length"), 0)
        try browser.click(".matrix .k")
        XCTAssertTrue(try browser.comes("\(Self.bodies) === 1"))
        XCTAssertEqual(browser.complaints, [])
        // On a machine that does other things the times say nothing.
        guard ProcessInfo.processInfo.environment["ETIMEDOUT_BENCHMARK"] != nil else { return }
        XCTAssertLessThan(making, .seconds(5))
        XCTAssertLessThan(opening, 2000)
    }
}
