import XCTest

@testable import Wire

final class TCPOptionTests: XCTestCase {
    func testEveryKnownOptionIsReadFromBytesWrittenByHand() throws {
        let options = try TCPOption.parse(
            octets(
                """
                02 04 05b4  04 02  08 0a 00000001 00000002  01  03 03 07
                1c 04 8005  05 0a 00000003 00000004  fe 03 f9
                """)[...])

        XCTAssertEqual(options, Sample.allOptions.options)
        XCTAssertEqual(
            options.map(\.description).joined(separator: ","),
            "mss 1460,sackOK,TS val 1 ecr 2,wscale 7,uto 5m,sack {3:4},unknown-254 [f9]")
    }

    func testTheUserTimeoutOptionHasItsGranularityInTheHighestBit() {
        XCTAssertEqual(UserTimeoutOption(value: 5, isInMinutes: true).duration, .seconds(300))
        XCTAssertEqual(
            UserTimeoutOption(value: 0xFFFF, isInMinutes: false).duration, .seconds(32767))
    }

    func testNothingIsReadAfterTheEndOfTheList() throws {
        XCTAssertEqual(try TCPOption.parse([4, 2, 0, 2, 99]), [.selectiveAcknowledgmentPermitted])
    }

    func testAKnownOptionWithAWrongLengthIsKeptRaw() throws {
        let options = try TCPOption.parse([2, 3, 1, 8, 2, 5, 6, 0, 0, 0, 0, 28, 3, 0, 3, 2])

        XCTAssertEqual(
            options,
            [
                .unknown(kind: 2, data: [1]), .unknown(kind: 8, data: []),
                .unknown(kind: 5, data: [0, 0, 0, 0]), .unknown(kind: 28, data: [0]),
                .unknown(kind: 3, data: []),
            ])
    }

    func testLengthsThatLeaveTheHeaderAreRefused() {
        for bytes: [UInt8] in [[2], [2, 0], [2, 1], [2, 4, 5], [1, 1, 254, 255]] {
            let error = wireError(try TCPOption.parse(bytes[...]))
            guard case .packetMalformed("TCP option", _, _) = error else {
                return XCTFail("\(bytes)")
            }
        }
    }

    func testFlagsPrintOneLetterEachAndKeepReservedBits() {
        XCTAssertEqual(TCPFlags([.syn, .ack]).description, "SA")
        XCTAssertEqual(TCPFlags([.fin, .psh, .ack]).description, "FPA")
        XCTAssertEqual(TCPFlags([.rst]).description, "R")
        XCTAssertEqual(TCPFlags([.urg, .ece, .cwr, .ae]).description, "UEWe")
        XCTAssertEqual(TCPFlags([]).description, "none")
        XCTAssertEqual(TCPFlags(rawValue: 0xFA02).description, "S+0xa00")
    }
}
