import Behaviours
import Evidence
import Judge
import KernelTimers
import Reporting
import XCTest

/// Both edges of the windows of heartbeats, fail-back, `ss -K`, a shut window and a third
/// controller, in observations that are made up.
final class FailoverWindowTests: XCTestCase {
    private func blank(_ event: String, _ protection: String) throws -> FailoverObservation {
        let cell = try XCTUnwrap(
            FailoverCatalogue.cells(
                FailoverCatalogue.protections().filter { $0.id == protection },
                FailoverCatalogue.events.filter { $0.id == event }
            ).first)
        var observation = FailoverObservation(cell: cell, hz: 250, processors: 1)
        observation.end = Moment(nanoseconds: 24_000_000_000)
        var capture = FailoverCapture(node: .c1, interface: "eth0", linkType: 1)
        capture.count = 1
        observation.captures = [capture]
        observation.note(-2, "worker", .connected, "worker-1 10.77.0.10:4000")
        observation.note(-1.9, "broker", .subscribed, "worker-1 10.77.0.11:5000")
        observation.note(-1, "producer", .published, "producer-1", message: 1)
        observation.note(-1, "broker", .delivered, "worker-1", message: 1)
        observation.note(-0.5, "worker", .received, "worker-1", message: 1)
        return observation
    }

    /// The address goes, the consumer meets a reset, and is back at the other controller.
    private func moved(_ event: String, _ protection: String) throws -> FailoverObservation {
        var observation = try blank(event, protection)
        observation.note(0, "lab", .step, "the address moves from c1 to c2")
        observation.note(0, "c1", .addressRemoved, "10.77.0.100")
        observation.note(0.001, "c2", .addressAdded, "10.77.0.100")
        observation.note(0.001, "c2", .announced, "10.77.0.100")
        observation.note(0.1, "broker", .delivered, "worker-1", message: 2)
        observation.note(0.4, "worker", .wrote, "worker-1")
        observation.note(0.4, "worker", .disconnected, "worker-1 recv ECONNRESET")
        observation.note(0.5, "worker", .connected, "worker-2 10.77.0.10:4001")
        return observation
    }

    private func end(
        _ observation: FailoverObservation, proxy: Double? = nil, broker: Double? = nil
    ) -> FailoverFinding {
        var observation = observation
        if let proxy {
            observation.note(
                proxy, "c1.haproxy", .proxyEnded, "end client=10.77.0.10:4000 state=CD ms=1")
        }
        if let broker { observation.note(broker, "broker", .unsubscribed, "worker-1 over") }
        return FailoverJudge.judge(observation.inOrder)
    }

    private func met(_ finding: FailoverFinding, _ words: String) throws -> Bool {
        try XCTUnwrap(
            finding.checks.first { $0.what.contains(words) }, "\(words): \(finding)"
        ).isMet
    }

    func testHeartbeatsAreMissedSixSecondsAfterTheLastWord() throws {
        let observation = try moved("move", "heartbeat")

        // The last word that came through was the receipt, at −0.5 s.
        for (moment, isMet) in [(5.499, false), (5.5, true), (5.502, true), (5.504, false)] {
            let finding = end(observation, proxy: 13.2, broker: moment)
            XCTAssertEqual(try met(finding, "misses"), isMet, "\(moment)")
        }
    }

    func testAnAddressThatIsBackEndsTheConnectionAtTheNextMessage() throws {
        var observation = try moved("back-early", "nothing")
        observation.note(2, "lab", .step, "the address moves from c2 to c1")
        observation.note(2.001, "c1", .addressAdded, "10.77.0.100")
        observation.note(2.3, "broker", .delivered, "worker-1", message: 3)

        for (moment, isMet) in [(1.9, false), (2.01, true), (2.3004, true), (2.302, false)] {
            let finding = end(observation, proxy: moment, broker: moment + 0.5)
            XCTAssertEqual(try met(finding, "the proxy ends"), isMet, "\(moment)")
        }
    }

    func testAMessageThatDiedWithItsConnectionIsGivenWhenItComesAgain() throws {
        var observation = try moved("move", "tcp-ut")
        observation.cell.backend = .rabbitmq
        // At 0.05 s on a connection that is dead already, and again at 0.8 s; the first that the
        // broker gives away is the other, at 0.3 s.
        observation.note(-2, "producer", .connected, "producer-1 10.77.0.10:4002")
        observation.note(0.05, "producer", .published, "producer-1", message: 8)
        observation.note(0.3, "inner", .published, "inner-1", message: 1_000_008)
        observation.note(0.301, "inner", .confirmed, "", message: 1_000_008)
        observation.note(0.8, "producer", .connected, "producer-2 10.77.0.10:4003")
        observation.note(0.801, "producer", .confirmed, "", message: 8)
        for number in [8, 1_000_008] {
            observation.note(6, "worker", .received, "worker-2 redelivered", message: number)
        }

        for (moment, isMet) in [(5.3, false), (5.55, true), (5.7, true), (5.8, false)] {
            let finding = end(observation, proxy: moment, broker: moment)
            XCTAssertEqual(
                try met(finding, "the proxy ends"), isMet, "\(moment): \(finding.checks)")
        }
    }

    func testKeepaliveProbesThatFailedTakeAsManyFromTcpRetries2() throws {
        // Keepalive comes 3 s after the receipt at -0.5 s, and each second: probes at 2.5 s and
        // 3.5 s and a little fail for want of the address, before the first message at 4 s. Of
        // tcp_retries2=5 three attempts are left, and the fourth timer is the end: 4 s and
        // (1 + 2 + 4 + 8) × 0.204 s are 7.06 s; all five would have lasted until 16.85 s.
        var observation = try moved("move", "keepalive")
        observation.entries.removeAll { $0.message == 2 }
        observation.note(4, "broker", .delivered, "worker-1", message: 2)

        for (moment, isMet) in [
            (7.04, false), (7.07, true), (7.17, true), (7.19, false), (16.9, false),
        ] {
            let finding = end(observation, proxy: moment, broker: moment)
            XCTAssertEqual(
                try met(finding, "the proxy ends"), isMet, "\(moment): \(finding.checks)")
        }
    }

    func testAMessageThatTheDeadKernelStillAcknowledgedStartsNoClock() throws {
        // Seen of power.broker-ut once: the node was cut off while a message was on its way, and
        // the end came 5 s and the wheel's slack after the first repetition of the next message, a
        // quarter of a second later than the window of the first.
        var observation = try blank("power", "broker-ut")
        observation.note(0, "lab", .step, "c1 is cut off")
        observation.note(0.22, "lab", .stepped, "c1 is cut off")
        observation.note(0.21, "broker", .delivered, "worker-1", message: 2)
        observation.note(0.45, "broker", .delivered, "worker-1", message: 3)
        let early = {
            var copy = observation
            copy.entries.removeAll { $0.what == .stepped }
            copy.note(0.2, "lab", .stepped, "c1 is cut off")
            return copy
        }()

        for number in [2, 3] {
            observation.note(6, "broker", .requeued, "worker-1", message: number)
        }
        for (moment, isMet) in [(5.4, false), (5.45, true), (5.95, true), (6.2, false)] {
            let finding = end(observation, broker: moment)
            XCTAssertEqual(
                try met(finding, "the broker ends"), isMet, "\(moment): \(finding.checks)")
        }
        // What was given to a node that was gone already nobody acknowledged.
        XCTAssertFalse(try met(end(early, broker: 5.95), "the broker ends"))
    }

    func testARevertedRTOBringsTheBrokersEndWhenTheLastRetransmissionWasSeen() throws {
        // Seen of power.keepalive in a guest: the lost node answered no ARP, so the broker's host
        // told itself that it is unreachable, and the RTO of 104.44 s was 52.22 s again three
        // seconds later. The last retransmission was made between 906.383 and 907.382 s; the next
        // is due 52.22 … 52.23 s after, on a wheel of 2.048 s at that level; tcp_retries2=15 is
        // over at 1.441 + 0.2 + 924.6 s. The end was seen at 960.264 s.
        var observation = try blank("power", "nothing")
        observation.cell.protection.retries2 = 15
        observation.end = Moment(nanoseconds: 990_000_000_000)
        observation.note(0, "lab", .step, "c1 is cut off")
        observation.note(0.08, "lab", .stepped, "c1 is cut off")
        observation.note(1.441, "broker", .delivered, "worker-1", message: 2)
        let socket = "10.77.0.20:5673 10.77.0.11:5000 ESTAB timer:on retransmits:24"
        observation.note(
            907.382, "broker", .socket, "\(socket) rto:10444", notBefore: 906.383)
        let doubled = observation
        observation.note(910.386, "broker", .socket, "\(socket) rto:5222", notBefore: 909.381)

        for (moment, isMet) in [(958.5, false), (960.264, true), (961.8, false)] {
            let finding = end(observation, broker: moment)
            XCTAssertEqual(
                try met(finding, "the broker ends"), isMet, "\(moment): \(finding.checks)")
        }
        // Without having been seen to be reverted the RTO stays as long as it was.
        XCTAssertFalse(try met(end(doubled, broker: 960.264), "the broker ends"))
    }

    func testASocketThatIsKilledIsOverBeforeTheKernelWouldHaveEndedIt() throws {
        var observation = try moved("move", "ss-kill")
        observation.note(0.02, "c1", .said, "ss -K ended 3 connections")

        XCTAssertTrue(try met(end(observation, proxy: 0.019), "the proxy ends"))
        XCTAssertFalse(try met(end(observation, proxy: 0.03), "the proxy ends"))
    }

    func testAShutWindowIsGivenUpTAfterItsFirstProbe() throws {
        var observation = try blank("slow", "tcp-ut")
        observation.note(0, "lab", .step, "the consumer stops reading for 12000 ms")
        observation.note(
            0.5, "c1", .socket, "10.77.0.100:5672 10.77.0.10:4000 ESTAB timer:persist rto:20",
            notBefore: 0.4)

        // Armed at 0.4 … 0.5 s, first probe 0.2 s later, T = 5 s, and the wheel's 256 ms.
        for (moment, isMet) in [(5.5, false), (5.62, true), (5.9, true), (6.3, false)] {
            let finding = end(observation, proxy: moment, broker: moment)
            XCTAssertEqual(finding.falseAlarm, true)
            XCTAssertEqual(try met(finding, "shut window"), isMet, "\(moment): \(finding.checks)")
        }
        XCTAssertFalse(try met(end(observation), "shut window"))
    }

    func testASlowConsumerWhoseKernelAnswersIsGivenUpByNobodyElse() throws {
        var observation = try blank("slow", "keepalive")
        observation.note(0, "lab", .step, "the consumer stops reading for 12000 ms")

        XCTAssertEqual(end(observation).verdict, .conforms)
        XCTAssertEqual(end(observation, proxy: 7).verdict, .deviates)
    }

    func testAnIdleConsumerThatLearnsWithoutKeepaliveDeviates() throws {
        var observation = try moved("move", "tcp-ut")
        XCTAssertTrue(try met(end(observation, proxy: 5.35), "writes nothing"))

        observation.note(3, "idle", .disconnected, "idle-1 recv ECONNRESET")

        XCTAssertFalse(try met(end(observation, proxy: 5.35), "writes nothing"))
    }

    func testTheConnectionThatDiesAtTheSecondControllerIsJudgedToo() throws {
        var observation = try moved("move-on", "tcp-ut")
        observation.note(4, "lab", .step, "the address moves from c2 to c3")
        observation.note(4, "c2", .addressRemoved, "10.77.0.100")
        observation.note(4.001, "c3", .addressAdded, "10.77.0.100")
        observation.note(4.1, "broker", .delivered, "worker-2", message: 3)
        let line = "end client=10.77.0.10:4001 state=CD ms=1"

        for (moment, isMet) in [(9.0, false), (9.4, true), (9.7, false)] {
            var later = observation
            later.note(moment, "c2.haproxy", .proxyEnded, line)
            let finding = end(later, proxy: 5.35, broker: 5.35)
            XCTAssertEqual(try met(finding, "on c2 ends worker-2"), isMet, "\(moment)")
        }
    }

    func testWhatCannotBeExpectedSaysWhy() throws {
        var blip = try blank("blip", "retries2")
        blip.note(0, "lab", .step, "c1 is cut off")

        let finding = end(blip)

        XCTAssertEqual(finding.outcome, "measured")
        XCTAssertTrue(finding.unjudged?.first?.contains("shorter than the blip") ?? false)
        let page = FailoverPage(record([finding]), cells: [blip.cell]).text
        XCTAssertTrue(page.contains("Not judged: whether the blip ends"))
        let text = FailoverTable(record([finding]), cells: [blip.cell]).text
        XCTAssertTrue(text.contains("measured: blip.retries2.simple: whether"), text)
    }

    // MARK: - Side by side

    private func record(_ findings: [FailoverFinding]) -> FailoverRecord {
        FailoverRecord(
            kernel: KernelIdentity(
                selector: "host", release: "6.1.0", version: "#1", machine: "x86_64", hz: 250),
            programs: [:], findings: findings)
    }

    func testTheAlternativesStandSideBySideAndWhatIsMissingSaysWhy() throws {
        let cells = FailoverCatalogue.cells(
            FailoverCatalogue.protections(), FailoverCatalogue.events, backend: .rabbitmq)
        var findings = cells.map { cell in
            var finding = FailoverFinding(cell, verdict: .conforms)
            if cell.event.consumerLives { finding.falseAlarm = cell.protection.id == "tcp-ut" }
            finding.brokerEnded = .milliseconds(939_400)
            return finding
        }
        findings[0].verdict = .notApplicable(reason: "python3-pika is not installed")

        let text = FailoverTable(record(findings), cells: cells).text

        for line in text.split(separator: "\n") { XCTAssertLessThanOrEqual(line.count, 80) }
        let table = text.split(separator: "\n").drop { !$0.hasPrefix("alternatives") }
        let nothing = try XCTUnwrap(table.first { $0.hasPrefix("nothing ") })
        XCTAssertTrue(nothing.contains(" n/a ") && nothing.hasSuffix("none"), "\(nothing)")
        let timeout = try XCTUnwrap(table.first { $0.hasPrefix("tcp-ut ") })
        XCTAssertTrue(timeout.contains("939.4") && timeout.hasSuffix("939.4 939.4"), "\(timeout)")
        XCTAssertTrue(table.contains { $0.contains("notApplicable: python3-pika is not") })
        let page = FailoverPage(record(findings), cells: cells).text
        XCTAssertTrue(page.contains("What each protection saves and costs (RabbitMQ)"))
        XCTAssertTrue(page.contains("given up at 939.4 s"))
        // The page's script hides the rows of a matrix, and sections, in which no trial is left.
        let compared = try XCTUnwrap(page.firstRange(of: "<section class=\"compared\">"))
        let rest = page[compared.upperBound...]
        let section = rest[..<(rest.firstRange(of: "</section>")?.lowerBound ?? rest.endIndex)]
        XCTAssertTrue(section.contains("tcp-ut") && !section.contains("matrix"))
    }
}

extension FailoverObservation {
    fileprivate mutating func note(
        _ at: Double, _ who: String, _ what: FailoverEntry.What, _ detail: String = "",
        message: Int? = nil, notBefore: Double? = nil
    ) {
        func moment(_ seconds: Double) -> Moment {
            Moment(nanoseconds: Int64((seconds * 1e9).rounded()))
        }
        entries.append(
            FailoverEntry(
                at: moment(at), who: who, what: what, message: message, detail: detail,
                notBefore: notBefore.map(moment)))
    }

    fileprivate var inOrder: Self {
        var copy = self
        copy.entries = entries.enumerated()
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
        return copy
    }
}
