import Evidence
import LinuxNet
import Wire
import XCTest

@testable import Testbed

/// How the actors of a trial wait for each other.
final class BoardTests: XCTestCase {
    private let board = Board()

    func testAStepThatIsDoneIsFoundAtOnce() throws {
        board.post("write", Board.Done(begin: 1, end: 2))

        let done = try board.awaitDone("write", until: 0)

        XCTAssertEqual(done, Board.Done(begin: 1, end: 2))
    }

    func testWaitingEndsAtTheDeadline() throws {
        let deadline = MonotonicClock.nowNanoseconds() + 5_000_000

        let done = try board.awaitDone("write", until: deadline)

        XCTAssertNil(done)
        XCTAssertGreaterThanOrEqual(MonotonicClock.nowNanoseconds(), deadline)
    }

    func testAnotherThreadsStepEndsTheWaiting() throws {
        let board = board
        let thread = try WorkerThread(name: "poster") {
            board.post("write", Board.Done(begin: 3, end: 4))
        }

        let done = try board.awaitDone("write", until: soon)
        try thread.join()

        XCTAssertEqual(done?.end, 4)
    }

    func testFailureCancelsWhoeverWaits() throws {
        let board = board
        let thread = try WorkerThread(name: "failing") {
            board.fail(Observation.Failure(.testbed, "broken"))
        }

        XCTAssertThrowsError(try board.awaitDone("write", until: soon)) { error in
            guard case LaneError.cancelled = error else { return XCTFail("\(error)") }
        }
        XCTAssertThrowsError(try board.pause(until: soon))
        try thread.join()
    }

    func testTheFirstFailureCounts() {
        board.fail(Observation.Failure(.testbed, "first"))
        board.fail(Observation.Failure(.notApplicable, "second"))

        XCTAssertEqual(board.failure?.reason, "first")
    }

    func testNobodyBeginsBeforeTheOpening() throws {
        board.open()

        try board.awaitOpening()
    }

    func testAPacketCountsOnlySinceItsStepBegan() throws {
        announceShutWindow(at: 10)
        XCTAssertNil(try board.awaitPacket(.windowShut, since: "fill", until: 0))

        board.begin("fill", at: 11)
        XCTAssertNil(try board.awaitPacket(.windowShut, since: "fill", until: 0))

        announceShutWindow(at: 12)
        XCTAssertEqual(try board.awaitPacket(.windowShut, since: "fill", until: 0), 12)
    }

    func testPausingLastsUntilTheMoment() throws {
        let moment = MonotonicClock.nowNanoseconds() + 3_000_000

        try board.pause(until: moment)

        XCTAssertGreaterThanOrEqual(MonotonicClock.nowNanoseconds(), moment)
    }

    private var soon: Int64 { MonotonicClock.nowNanoseconds() + 10_000_000_000 }

    private func announceShutWindow(at moment: Int64) {
        let sent = TCPSegment(
            sourcePort: 1, destinationPort: 2, sequence: SequenceNumber(100), flags: [.ack],
            payload: [1])
        let shut = TCPSegment(
            sourcePort: 2, destinationPort: 1, sequence: SequenceNumber(7),
            acknowledgment: SequenceNumber(101), flags: [.ack], window: 0)
        board.announce(
            [(sent, .fromSubject, at: moment), (shut, .fromPeer, at: moment)], count: 2)
    }
}
