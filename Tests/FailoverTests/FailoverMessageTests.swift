import Behaviours
import Evidence
import Judge
import KernelTimers
import XCTest

/// What is concluded of messages that nobody got, from observations that are made up.
final class FailoverMessageTests: XCTestCase {
    /// The address moves under a consumer and a producer, who come back; the proxy and the broker
    /// give up the dead consumer in the window, and one more message never arrives.
    private func observation(
        consumer: String = "worker-1", missing: Bool, brokerEnds: Bool = true
    ) throws -> FailoverObservation {
        let cell = try XCTUnwrap(
            FailoverCatalogue.cells(
                FailoverCatalogue.protections().filter { $0.id == "tcp-ut" },
                FailoverCatalogue.events.filter { $0.id == "move" }
            ).first)
        var observation = FailoverObservation(cell: cell, hz: 250, processors: 1)
        func note(
            _ at: Double, _ who: String, _ what: FailoverEntry.What, _ detail: String = "",
            message: Int? = nil
        ) {
            let at = Moment(nanoseconds: Int64((at * 1e9).rounded()))
            observation.entries.append(
                FailoverEntry(at: at, who: who, what: what, message: message, detail: detail))
        }
        if consumer != "worker-1" {
            note(-8, "worker", .connectFailed, "worker-1 ETIMEDOUT")
        }
        note(-2, "worker", .connected, "\(consumer) 10.77.0.10:4000")
        note(-2, "broker", .subscribed, "\(consumer) 10.77.0.11:5000")
        note(-1, "producer", .published, "producer-1", message: 1)
        note(-1, "broker", .delivered, consumer, message: 1)
        note(-0.99, "worker", .received, consumer, message: 1)
        note(0, "lab", .step, "the address moves from c1 to c2")
        note(0, "c1", .addressRemoved, "10.77.0.100")
        note(0.001, "c2", .addressAdded, "10.77.0.100")
        note(0.001, "c2", .announced, "10.77.0.100")
        note(0.1, "inner", .published, "inner-1", message: 2)
        note(0.1, "broker", .delivered, consumer, message: 2)
        note(0.4, "worker", .wrote, consumer)
        note(0.4004, "worker", .disconnected, "\(consumer) recv ECONNRESET")
        note(0.41, "worker", .connected, "worker-9 10.77.0.10:4001")
        note(0.45, "producer", .connected, "producer-2 10.77.0.10:4002")
        note(0.5, "broker", .subscribed, "worker-9 10.77.0.12:5000")
        if brokerEnds {
            note(
                5.35, "c1.haproxy", .proxyEnded,
                "end client=10.77.0.10:4000 broker=10.77.0.11:5000 state=CD ms=1")
            note(5.35, "broker", .unsubscribed, "\(consumer) ECONNRESET")
            note(5.35, "broker", .requeued, consumer, message: 2)
            if !missing {
                note(5.35, "broker", .delivered, "worker-9", message: 2)
                note(5.36, "worker", .received, "worker-9", message: 2)
            }
        }
        note(18, "worker", .wrote, "worker-9")
        observation.end = Moment(nanoseconds: 18_000_000_000)
        var capture = FailoverCapture(node: .c1, interface: "eth0", linkType: 1)
        capture.count = 1
        observation.captures = [capture]
        return observation
    }

    private func check(_ finding: FailoverFinding) -> FailoverFinding.Check? {
        finding.checks.first { $0.what == "every message comes to somebody" }
    }

    func testAMessageThatNobodyGetsOnceAllAreBackDeviates() throws {
        for missing in [false, true] {
            let finding = FailoverJudge.judge(try observation(missing: missing))

            XCTAssertEqual(try XCTUnwrap(check(finding)).isMet, !missing)
            XCTAssertEqual(finding.verdict, missing ? .deviates : .conforms, "\(finding.checks)")
            XCTAssertEqual(finding.lost, missing ? 1 : 0)
        }
    }

    func testWhileTheBrokerKnowsADeadConsumerNothingIsExpectedOfItsMessages() throws {
        let finding = FailoverJudge.judge(try observation(missing: true, brokerEnds: false))

        XCTAssertNil(check(finding))
        let reasons = try XCTUnwrap(finding.unjudged)
        XCTAssertTrue(
            reasons.contains { $0.hasSuffix("the dead worker-1 to the end") }, "\(reasons)")
    }

    func testTheDeadConsumerIsTheOneThatWasThereWhenTheAddressMoved() throws {
        let finding = FailoverJudge.judge(try observation(consumer: "worker-2", missing: false))

        XCTAssertEqual(finding.verdict, .conforms, "\(finding.checks)")
        XCTAssertEqual(finding.proxyEnded, Moment(nanoseconds: 5_350_000_000))
        XCTAssertEqual(finding.brokerEnded, Moment(nanoseconds: 5_350_000_000))
    }
}
