import Behaviours
import Campaign
import Evidence
import Foundation
import KernelTimers
import Reporting
import XCTest

/// The laboratory itself, with the real HAProxy. All cells are performed together, once.
final class LaboratoryTests: XCTestCase {
    private static let performance = Task {
        let folder = NSTemporaryDirectory() + "etimedout-failover-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let cells = FailoverCatalogue.cells(
            FailoverCatalogue.protections(), FailoverCatalogue.events)
        let campaign = FailoverCampaign(
            plan: FailoverPlan(cells: cells), performer: try PerformerLocator.locate(),
            folder: try RunFolder.create(at: folder))
        let record = try await campaign.perform { _ in }
        let captures = try FileManager.default.contentsOfDirectory(atPath: folder + "/pcap")
        let stored = try await StoredFailover(folder)
        var reports: [ReportFormat: [UInt8]] = [:]
        for format in ReportFormat.allCases { reports[format] = try stored.bytes(format) }
        var files: [String: [UInt8]] = [:]
        for name in ["index.html", "junit.xml", "results.ktap", "failover.json"] {
            files[name] = try [UInt8](Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
        }
        return (
            record: record, captures: captures, reports: reports, files: files,
            differences: stored.differences
        )
    }

    /// The finding of a cell; skips where a program is missing, fails where the cell deviates.
    private func finding(
        _ event: String, _ protection: String, file: StaticString = #filePath, line: UInt = #line
    ) async throws -> FailoverFinding {
        let record = try await Self.performance.value.record
        let finding = try XCTUnwrap(
            record.findings.first { $0.event == event && $0.protection == protection })
        if case .notApplicable(let reason) = finding.verdict {
            throw XCTSkip("\(finding.id): \(reason); Scripts/setup --failover installs it")
        }
        XCTAssertEqual(
            finding.verdict, .conforms, "\(finding.id): \(finding.checks)", file: file, line: line)
        return finding
    }

    private func seconds(_ moment: Moment?) throws -> Double { try XCTUnwrap(moment).seconds }

    func testWithoutProtectionTheBrokerGoesOnGivingMessagesToTheDead() async throws {
        let nothing = try await finding("move", "nothing")
        let protected = try await finding("move", "tcp-ut")

        XCTAssertGreaterThan(try seconds(nothing.brokerEnded), 12)
        XCTAssertGreaterThan(nothing.toTheDead, protected.toTheDead)
        XCTAssertGreaterThan(nothing.delayed, protected.delayed)
        XCTAssertEqual(nothing.worker?.error, "ECONNRESET")
        XCTAssertNil(nothing.idle)
    }

    func testWithTheUserTimeoutTheConnectionEndsInItsWindowAndTheWorkIsDoneElsewhere()
        async throws
    {
        let finding = try await finding("move", "tcp-ut")

        XCTAssertLessThan(try seconds(finding.brokerEnded), 7)
        XCTAssertGreaterThan(finding.toTheDead, 0)
        XCTAssertEqual(finding.lost, 0)
        XCTAssertLessThan(finding.longestDelayNanoseconds, 7_000_000_000)
    }

    func testCallsTimeOutForAsLongAsTheBrokerKnowsTheDeadServer() async throws {
        let nothing = try await finding("move", "nothing").calls
        let protected = try await finding("move", "tcp-ut").calls
        let killed = try await finding("move", "ss-kill").calls

        // Two servers in turn: every other call of 11 s and more, and of three and more.
        XCTAssertGreaterThan(try XCTUnwrap(nothing).timedOut, 8)
        XCTAssertTrue((1...8).contains(try XCTUnwrap(protected).timedOut))
        XCTAssertEqual(try XCTUnwrap(killed).timedOut, 0)
        XCTAssertGreaterThan(try seconds(nothing?.lastTimedOut), 8)
        XCTAssertLessThan(try seconds(protected?.lastTimedOut), 7)
    }

    func testTheProxysUserTimeoutDoesNotHelpABrokerWhoseProxyLostPower() async throws {
        let proxy = try await finding("power", "tcp-ut")
        let broker = try await finding("power", "broker-ut")

        XCTAssertGreaterThan(try seconds(proxy.brokerEnded), 12)
        XCTAssertLessThan(try seconds(broker.brokerEnded), 8)
    }

    func testKeepaliveIsSilentWhileMessagesAreUnderway() async throws {
        let finding = try await finding("move", "keepalive")

        XCTAssertGreaterThan(try seconds(finding.brokerEnded), 12)
        XCTAssertEqual(finding.idle?.error, "ECONNRESET")
    }

    func testEndingTheSocketsOnDemotionLeavesNothingToDelay() async throws {
        let finding = try await finding("move", "ss-kill")

        XCTAssertLessThan(try seconds(finding.brokerEnded), 2)
        XCTAssertEqual(finding.delayed, 0)
    }

    func testTheUserTimeoutGivesUpALivingConsumerWhoReadsNothing() async throws {
        let protected = try await finding("slow", "tcp-ut")
        let nothing = try await finding("slow", "nothing")

        XCTAssertEqual(protected.falseAlarm, true)
        XCTAssertEqual(nothing.falseAlarm, false)
    }

    func testABlipOfTwoSecondsIsNoFalseAlarm() async throws {
        for protection in ["nothing", "tcp-ut", "heartbeat", "keepalive", "broker-ut"] {
            let finding = try await finding("blip", protection)
            XCTAssertEqual(finding.falseAlarm, false, finding.id)
        }
    }

    func testAFirewallThatDropsResetsLeavesTheClientInTheDark() async throws {
        let finding = try await finding("firewall", "nothing")

        XCTAssertNil(finding.worker)
        XCTAssertGreaterThan(finding.lost, 0)
    }

    func testEachCellThatWasPerformedHasItsCapture() async throws {
        let performance = try await Self.performance.value
        let (record, captures) = (performance.record, performance.captures)
        let performed = record.findings.filter { $0.verdict.reason == nil }.map(\.id)

        XCTAssertEqual(
            Set(captures).intersection(performed.map { "\($0).pcapng" }).count, performed.count)
    }

    func testWhatIsStoredIsJudgedTheSameAndMadeIntoReportsAgain() async throws {
        let performance = try await Self.performance.value

        XCTAssertEqual(performance.differences, [])
        for (format, name) in [
            (ReportFormat.html, "index.html"), (.junit, "junit.xml"), (.ktap, "results.ktap"),
            (.json, "failover.json"),
        ] {
            XCTAssertEqual(performance.reports[format], performance.files[name], name)
        }
        XCTAssertNotNil(performance.reports[.markdown])
        XCTAssertNil(performance.reports[.kcidb])
    }
}
