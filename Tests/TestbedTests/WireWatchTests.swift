import Evidence
import Wire
import XCTest

@testable import Testbed

/// What triggers wait for, told from segments.
final class WireWatchTests: XCTestCase {
    private var watch = WireWatch()

    override func setUp() {
        watch = WireWatch()
        watch.see(segment(1000, flags: [.syn]), .fromSubject, at: 1)
        watch.see(segment(9000, acknowledging: 1001, flags: [.syn, .ack]), .fromPeer, at: 2)
        watch.see(segment(1001, acknowledging: 9001), .fromSubject, at: 3)
        watch.see(segment(1001, acknowledging: 9001, octets: 100), .fromSubject, at: 4)
    }

    func testTheWindowIsShutByAnAcknowledgementOfEverythingWithWindowZero() {
        watch.see(segment(9001, acknowledging: 1101, window: 0), .fromPeer, at: 5)

        XCTAssertEqual(watch.first(.windowShut, since: 0), 5)
        XCTAssertNil(watch.first(.windowShut, since: 6))
    }

    func testTheWindowIsNotShutWhileSomethingIsInFlight() {
        watch.see(segment(9001, acknowledging: 1051, window: 0), .fromPeer, at: 5)

        XCTAssertNil(watch.first(.windowShut, since: 0))
    }

    func testAnOpenWindowIsNotShut() {
        watch.see(segment(9001, acknowledging: 1101, window: 1), .fromPeer, at: 5)

        XCTAssertNil(watch.first(.windowShut, since: 0))
    }

    func testAResetIsNotAShutWindow() {
        watch.see(
            segment(9001, acknowledging: 1101, flags: [.rst, .ack], window: 0), .fromPeer, at: 5)

        XCTAssertNil(watch.first(.windowShut, since: 0))
    }

    func testARetransmissionDoesNotLowerWhatMustBeAcknowledged() {
        watch.see(segment(1101, acknowledging: 9001, octets: 100), .fromSubject, at: 5)
        watch.see(segment(1001, acknowledging: 9001, octets: 100), .fromSubject, at: 6)
        watch.see(segment(9001, acknowledging: 1101, window: 0), .fromPeer, at: 7)
        watch.see(segment(9001, acknowledging: 1201, window: 0), .fromPeer, at: 8)

        XCTAssertEqual(watch.first(.windowShut, since: 0), 8)
    }

    func testAWindowProbeIsAnEmptySegmentJustBelowWhatWasSent() {
        watch.see(segment(1100, acknowledging: 9001), .fromSubject, at: 5)

        XCTAssertEqual(watch.first(.windowProbe, since: 0), 5)
    }

    func testAPureAcknowledgementIsNoWindowProbe() {
        watch.see(segment(1101, acknowledging: 9001), .fromSubject, at: 5)

        XCTAssertNil(watch.first(.windowProbe, since: 0))
    }

    func testSequenceNumbersMayWrap() {
        watch = WireWatch()
        watch.see(segment(0xffff_ff9c, octets: 100), .fromSubject, at: 1)
        watch.see(segment(0, octets: 100), .fromSubject, at: 2)
        watch.see(segment(9001, acknowledging: 100, window: 0), .fromPeer, at: 3)

        XCTAssertEqual(watch.first(.windowShut, since: 0), 3)
    }

    func testTheFirstPacketSinceAMomentCounts() {
        for moment in [5, 7, 9] as [Int64] {
            watch.see(segment(9001, acknowledging: 1101, window: 0), .fromPeer, at: moment)
        }

        XCTAssertEqual(watch.first(.windowShut, since: 6), 7)
    }

    private func segment(
        _ sequence: UInt32, acknowledging: UInt32 = 0, flags: TCPFlags = [.ack],
        window: UInt16 = 500, octets: Int = 0
    ) -> TCPSegment {
        TCPSegment(
            sourcePort: 1, destinationPort: 2, sequence: SequenceNumber(sequence),
            acknowledgment: SequenceNumber(acknowledging), flags: flags, window: window,
            payload: [UInt8](repeating: 0, count: octets))
    }
}
