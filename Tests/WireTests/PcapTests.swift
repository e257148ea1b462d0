import XCTest

@testable import Wire

final class PcapTests: XCTestCase {
    private let littleMicro = """
        d4c3b2a1 0200 0400 00000000 00000000 60000000 65000000
        01000000 40420e00 02000000 3c000000 4501
        """

    func testBothByteOrdersAndBothUnitsGiveTheSamePackets() throws {
        let files = [
            (littleMicro, 934_464_000),
            (
                """
                4d3cb2a1 0200 0400 00000000 00000000 60000000 65000000
                01000000 40420e00 02000000 3c000000 4501
                """, 934_464
            ),
            (
                """
                a1b2c3d4 0002 0004 00000000 00000000 00000060 00000065
                00000001 000e4240 00000002 0000003c 4501
                """, 934_464_000
            ),
            (
                """
                a1b23c4d 0002 0004 00000000 00000000 00000060 00000065
                00000001 000e4240 00000002 0000003c 4501
                """, 934_464
            ),
        ]
        for (text, fraction) in files {
            let file = try CaptureFile(bytes: octets(text))
            XCTAssertEqual(file.format, .pcap)
            XCTAssertEqual(file.interfaces.map(\.linkType), [.raw])
            XCTAssertEqual(file.interfaces.map(\.snapshotLength), [96])
            XCTAssertEqual(
                file.packets,
                [
                    CapturedPacket(
                        timestampNanoseconds: 1_000_000_000 + UInt64(fraction), bytes: [0x45, 1],
                        originalLength: 60)
                ])
        }
    }

    func testTheResolutionOfTheFileIsKnown() throws {
        let file = try CaptureFile(bytes: octets(littleMicro))

        XCTAssertEqual(file.interfaces.map(\.resolution), [.microseconds])
    }

    func testContradictionsAreRefused() {
        func refuse(_ offset: Int, _ value: UInt8, line: UInt = #line) {
            var bytes = octets(littleMicro)
            bytes[offset] = value
            wireError(try CaptureFile(bytes: bytes), line: line)
        }
        refuse(4, 3)  // version 3.4
        refuse(6, 3)  // version 2.3
        refuse(30, 0x0F)  // 10⁶ µs and more
        refuse(32, 1)  // one octet of a record is left over
        refuse(32, 61)  // more captured than there was
        refuse(35, 0x7F)  // a record of 2 GiB
    }

    func testTruncationIsAnErrorExceptBetweenRecords() throws {
        let bytes = octets(littleMicro)

        for length in 0..<bytes.count {
            let prefix = Array(bytes.prefix(length))
            if length == 24 {
                XCTAssertEqual(try CaptureFile(bytes: prefix).packets, [])
            } else {
                let error = wireError(try CaptureFile(bytes: prefix))
                guard case .fileTruncated(_, let block, _, _, _) = error else {
                    return XCTFail("\(length): \(String(describing: error))")
                }
                XCTAssertEqual(block, length < 24 ? 1 : 2)
            }
        }
    }
}
