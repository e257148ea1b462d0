import XCTest

@testable import Testbed

/// What counts as a stall, and to which time it belongs.
final class StallLogTests: XCTestCase {
    private static let jiffy: Int64 = 4_000_000
    private var log = StallLog(limitNanoseconds: jiffy)

    override func setUp() { log = StallLog(limitNanoseconds: Self.jiffy) }

    func testAJiffyLateIsNoStallAndMoreIs() {
        log.note(.init(due: 0, ran: Self.jiffy))
        log.note(.init(due: 100, ran: 100 + Self.jiffy + 1))

        let stalls = log.stalls(from: 0, until: 1_000_000_000)

        XCTAssertEqual(stalls, [.init(due: 100, ran: 100 + Self.jiffy + 1)])
    }

    func testAStallBelongsToEveryTimeThatItTouches() {
        log.note(.init(due: 50_000_000, ran: 90_000_000))

        XCTAssertEqual(log.stalls(from: 0, until: 49_999_999), [])
        XCTAssertEqual(log.stalls(from: 0, until: 50_000_000).count, 1)
        XCTAssertEqual(log.stalls(from: 90_000_000, until: 100_000_000).count, 1)
        XCTAssertEqual(log.stalls(from: 90_000_001, until: 100_000_000), [])
    }

    func testTheLongestGapIsKnownAlsoWhereItIsNoStall() {
        log.note(.init(due: 0, ran: 1_000_000))
        log.note(.init(due: 500_000_000, ran: 503_000_000))

        XCTAssertEqual(log.longestNanoseconds(from: 0, until: 100_000_000), 1_000_000)
        XCTAssertEqual(log.longestNanoseconds(from: 0, until: 600_000_000), 3_000_000)
    }

    func testAStallThatBeganBeforeCountsForTheLongestGap() {
        log.note(.init(due: 0, ran: 900_000_000))

        XCTAssertEqual(
            log.longestNanoseconds(from: 800_000_000, until: 1_000_000_000), 900_000_000)
    }

    func testStallsOfSeveralProcessorsComeInTheirOrder() {
        log.note(.init(due: 20, ran: 20 + 2 * Self.jiffy))
        log.note(.init(due: 10, ran: 10 + 2 * Self.jiffy))

        XCTAssertEqual(log.stalls(from: 0, until: 100).map(\.due), [10, 20])
    }
}
