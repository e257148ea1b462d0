import Behaviours
import Evidence
import Judge
import KernelTimers
import Reporting
import XCTest

/// What is concluded of calls, from observations that are made up.
final class FailoverCallTests: XCTestCase {
    /// The address moves; the broker gives up the dead server after 5.4 s, and calls made at some
    /// moments time out.
    private func observation(
        timedOut: [Double], serverEnds: Bool = true
    ) throws -> FailoverObservation {
        let cell = try XCTUnwrap(
            FailoverCatalogue.cells(
                FailoverCatalogue.protections().filter { $0.id == "nothing" },
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
        note(-1, "worker", .received, "worker-1", message: 1)
        note(0, "lab", .step, "the address moves from c1 to c2")
        note(0.5, "server", .disconnected, "server-1 recv ECONNRESET")
        note(0.5, "broker", .subscribed, "server-2 10.77.0.12:1")
        note(0.5, "caller", .connected, "caller-2 10.77.0.10:2")
        if serverEnds { note(5.4, "broker", .unsubscribed, "server-1 ECONNRESET") }
        for index in 0..<36 {
            let (at, number) = (Double(index) / 2 - 0.25, FailoverTraffic.firstCall + index)
            let isAnswered = !timedOut.contains(at)
            note(at, "caller", .called, "caller-2", message: number)
            if isAnswered {
                note(at + 0.01, "caller", .answered, "caller-2", message: number)
            } else {
                note(at + 2, "caller", .callTimedOut, message: number)
                note(at + 3, "caller", .answeredLate, "caller-2", message: number)
            }
        }
        observation.entries.sort { $0.at < $1.at }
        observation.end = Moment(nanoseconds: 18_000_000_000)
        var capture = FailoverCapture(node: .c1, interface: "eth0", linkType: 1)
        capture.count = 1
        observation.captures = [capture]
        return observation
    }

    private func check(_ finding: FailoverFinding) throws -> FailoverFinding.Check {
        try XCTUnwrap(finding.checks.first { $0.what == "calls are answered again" })
    }

    func testCallsThatTimeOutAreCountedFromTheOneThatWaitedWhenTheAddressMoved() throws {
        let finding = FailoverJudge.judge(try observation(timedOut: [-0.25, 0.75, 3.25]))

        let calls = try XCTUnwrap(finding.calls)
        XCTAssertEqual(calls.timedOut, 3)
        XCTAssertEqual(calls.answeredLate, 3)
        // One that waited, and those of every half second until two seconds before the end.
        XCTAssertEqual(calls.made, 33)
        XCTAssertEqual(calls.firstTimedOut, Moment(nanoseconds: -250_000_000))
        XCTAssertEqual(calls.lastTimedOut, Moment(nanoseconds: 3_250_000_000))
        XCTAssertEqual(calls.serverEnded, Moment(nanoseconds: 5_400_000_000))
        XCTAssertTrue(try check(finding).isMet)
    }

    func testACallThatIsMadeAfterTheDeadServerWasGivenUpMustBeAnswered() throws {
        for (last, isMet) in [(5.25, true), (5.75, false)] {
            let finding = FailoverJudge.judge(try observation(timedOut: [0.75, last]))

            XCTAssertEqual(try check(finding).isMet, isMet, "\(last)")
        }
    }

    func testWhereTheBrokerKnowsADeadServerToTheEndNothingIsExpected() throws {
        let finding = FailoverJudge.judge(
            try observation(timedOut: [0.75, 12.25], serverEnds: false))

        XCTAssertEqual(finding.calls?.timedOut, 2)
        XCTAssertFalse(finding.checks.contains { $0.what == "calls are answered again" })
        XCTAssertTrue(
            try XCTUnwrap(finding.unjudged).contains { $0.hasPrefix("until when calls time out") })
    }

    func testCallsAreNoMessages() throws {
        var observation = try observation(timedOut: [0.75])
        let messages = FailoverJudge.judge(observation)

        observation.entries.append(
            FailoverEntry(
                at: Moment(nanoseconds: 750_000_000), who: "broker", what: .delivered,
                message: FailoverTraffic.firstCall + 2, detail: "server-1"))

        XCTAssertEqual(FailoverJudge.judge(observation).toTheDead, messages.toTheDead)
    }
}
