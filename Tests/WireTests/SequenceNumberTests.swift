import Wire
import XCTest

final class SequenceNumberTests: XCTestCase {
    func testOrderGoesByTheShorterWayRoundTheCircle() {
        XCTAssertTrue(SequenceNumber(1) < SequenceNumber(2))
        XCTAssertTrue(SequenceNumber(0xFFFF_FFFF) < SequenceNumber(0))
        XCTAssertTrue(SequenceNumber(0xFFFF_FF00) < SequenceNumber(0x100))
        XCTAssertFalse(SequenceNumber(0x100) < SequenceNumber(0xFFFF_FF00))
        XCTAssertFalse(SequenceNumber(5) < SequenceNumber(5))
        XCTAssertTrue(SequenceNumber(5) <= SequenceNumber(5))
        XCTAssertTrue(SequenceNumber(0) >= SequenceNumber(0xFFFF_FFFF))
    }

    func testHalfTheCircleIsTheEdgeOfTheOrder() {
        let zero = SequenceNumber(0)

        XCTAssertTrue(zero < SequenceNumber(0x7FFF_FFFF))
        XCTAssertTrue(zero > SequenceNumber(0x8000_0001))
        // Exactly half the circle: each is before the other, as for the kernel's before().
        XCTAssertTrue(zero < SequenceNumber(0x8000_0000))
        XCTAssertTrue(SequenceNumber(0x8000_0000) < zero)
    }

    func testDistanceIsSignedAndUndoneByAdvancing() {
        XCTAssertEqual(SequenceNumber(0xFFFF_FFFE).distance(to: SequenceNumber(3)), 5)
        XCTAssertEqual(SequenceNumber(3).distance(to: SequenceNumber(0xFFFF_FFFE)), -5)
        XCTAssertEqual(SequenceNumber(0).distance(to: SequenceNumber(0x8000_0000)), -(1 << 31))

        var generator = SeededGenerator(seed: 1)
        for _ in 0..<1000 {
            let a = SequenceNumber(UInt32.random(in: 0...UInt32.max, using: &generator))
            let b = SequenceNumber(UInt32.random(in: 0...UInt32.max, using: &generator))
            XCTAssertEqual(a.advanced(by: a.distance(to: b)), b)
        }
    }

    func testAdvancingByAnyIntegerWrapsAround() {
        XCTAssertEqual(SequenceNumber(0xFFFF_FFFF).advanced(by: 1), SequenceNumber(0))
        XCTAssertEqual(SequenceNumber(0).advanced(by: -1), SequenceNumber(0xFFFF_FFFF))
        XCTAssertEqual(SequenceNumber(7).advanced(by: 1 << 32), SequenceNumber(7))
        XCTAssertEqual(SequenceNumber(7).advanced(by: Int.max), SequenceNumber(6))
        XCTAssertEqual(SequenceNumber(7).advanced(by: Int.min), SequenceNumber(7))
    }
}
