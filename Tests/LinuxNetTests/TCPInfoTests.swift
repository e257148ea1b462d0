import XCTest

@testable import LinuxNet

/// Offsets are those of 6.18, as its BTF describes `struct tcp_info`.
final class TCPInfoTests: XCTestCase {
    /// A structure in which each byte is its own offset, so that a field shows where it was read.
    private func info(length: Int) -> TCPInfo? {
        TCPInfo(bytes: (0..<length).map { UInt8(truncatingIfNeeded: $0) })
    }

    private func word(_ offset: UInt32) -> UInt32 {
        [0, 1, 2, 3].reduce(0) { $0 | ((offset + $1) % 256) << (8 * $1) }.littleEndian
    }

    func testFieldsAreReadWhereTheKernelPutsThem() throws {
        let info = try XCTUnwrap(info(length: 280))

        XCTAssertEqual(info.retransmits, 2)
        XCTAssertEqual(info.backoff, 4)
        XCTAssertEqual(info.rtoMicroseconds, word(8))
        XCTAssertEqual(info.unacked, word(24))
        XCTAssertEqual(info.lastAckReceivedMilliseconds, word(56))
        XCTAssertEqual(info.rttMicroseconds, word(68))
        XCTAssertEqual(info.totalRetransmissions, word(100))
        XCTAssertEqual(info.newer.notSentBytes, word(144))
        XCTAssertEqual(info.newer.sendWindowBytes, word(228))
        XCTAssertEqual(info.newer.totalRTOs.map(UInt32.init), word(240) & 0xffff)
        XCTAssertEqual(info.newer.totalRTOMilliseconds, word(244))
    }

    func testAnOldKernelsStructureEndsWhereItEnds() {
        XCTAssertNil(info(length: 103))
        XCTAssertNotNil(info(length: 104))
        XCTAssertNil(info(length: 104)?.newer.bytesAcked)
        XCTAssertNil(info(length: 127)?.newer.bytesAcked)
        XCTAssertNotNil(info(length: 128)?.newer.bytesAcked)
        XCTAssertNil(info(length: 128)?.newer.bytesReceived)
        XCTAssertNotNil(info(length: 232)?.newer.sendWindowBytes)
        XCTAssertNil(info(length: 232)?.newer.receiveWindowBytes)
    }

    func testANewerKernelsStructureIsReadAsFarAsItIsKnown() {
        XCTAssertEqual(info(length: 500)?.length, 500)
        XCTAssertEqual(info(length: 500)?.newer, info(length: 280)?.newer)
    }

    func testStatesAreNumberedFromOne() {
        XCTAssertEqual(TCPState(number: 1), .established)
        XCTAssertEqual(TCPState(number: 7), .closed)
        XCTAssertEqual(TCPState(number: 13), .boundInactive)
        XCTAssertEqual(TCPState(number: 0), .unknown(0))
        XCTAssertEqual(TCPState(number: 14).description, "state 14")
    }
}
