import Behaviours
import Evidence
import KernelTimers
import Reporting
import XCTest

/// A laboratory as machines read it.
final class FailoverReportTests: XCTestCase {
    /// Four cells of one event, with a verdict each.
    private func report() throws -> FailoverReport {
        let cells = FailoverCatalogue.cells(
            FailoverCatalogue.protections(), FailoverCatalogue.events.filter { $0.id == "move" })
        let verdicts: [Verdict] = [
            .conforms, .deviates, .inconclusive(cause: "haproxy ended: <no & memory>"),
            .notApplicable(reason: "ss is not installed"),
        ]
        var findings = zip(cells, verdicts).map { FailoverFinding($0, verdict: $1) }
        findings[0].watched = Moment(nanoseconds: 18_000_000_000)
        findings[0].brokerEnded = Moment(nanoseconds: 13_150_000_000)
        findings[1].checks = [
            .init(
                what: "the proxy ends the dead connection", expected: "5.2…5.5 s",
                observed: "9.0 s", isMet: false)
        ]
        let kernel = KernelIdentity(
            selector: "host", release: "6.18.44", version: "#1 SMP", machine: "x86_64", hz: 250)
        return FailoverReport(
            FailoverRecord(kernel: kernel, programs: ["haproxy": "2.6"], findings: findings),
            cells: cells)
    }

    func testJUnitHasACaseACellAndCountsThemAsTheExitStatusDoes() throws {
        let text = try report().junit

        for line in [
            #"<testsuites name="etimedout failover on Linux 6.18.44 x86_64" tests="4""#
                + #" failures="1" errors="1" time="18.000">"#,
            #"<testcase name="nothing" classname="failover.move.simple" time="18.000"/>"#,
            "capture: pcap/move.tcp-ut.simple.pcapng",
            "haproxy ended: &lt;no &amp; memory&gt;",
            #"<skipped message="ss is not installed"/>"#,
        ] {
            XCTAssertTrue(text.contains(line), "\(line): \(text)")
        }
    }

    func testKTAPTellsWhatWasExpectedBeforeTheResult() throws {
        let lines = try report().ktap.split(separator: "\n").map(String.init)

        XCTAssertTrue(lines.contains("  ok 1 nothing"), "\(lines)")
        let failed = try XCTUnwrap(lines.firstIndex(of: "  not ok 2 tcp-ut"))
        XCTAssertTrue(lines[failed - 2].contains("expected 5.2…5.5 s, observed 9.0 s"), "\(lines)")
        XCTAssertTrue(
            lines.contains("  not ok 3 heartbeat # ERROR haproxy ended: <no & memory>"), "\(lines)")
        XCTAssertTrue(lines.contains("  ok 4 keepalive # SKIP ss is not installed"), "\(lines)")
        XCTAssertEqual(lines.last, "not ok 1 failover.move.simple")
    }

    func testMarkdownHasTheAlternativesTheEventsAndWhatWentWrong() throws {
        let text = try report().markdown

        XCTAssertTrue(text.hasPrefix("## ✗ The virtual address moves on `Linux 6.18.44`"), text)
        XCTAssertTrue(text.contains("### What each protection saves and costs"), text)
        XCTAssertTrue(text.contains("| `nothing` | 13.2 | 0 | 0 | 0 |"), text)
        XCTAssertTrue(text.contains("### move: the address moves, in order"), text)
        XCTAssertTrue(text.contains("| `nothing` | – | 13.15 | 0 |"), text)
        XCTAssertTrue(text.contains("`haproxy ended: <no & memory>`"), text)
        XCTAssertTrue(text.contains("- `the proxy ends the dead connection: expected"), text)
        // A row of a table has as many cells as its head.
        let tables = text.split(separator: "\n").filter { $0.hasPrefix("|") }
        XCTAssertEqual(Set(tables.map { $0.filter { $0 == "|" }.count }), [12, 14])
    }
}
