import XCTest

@testable import Wire

/// pcapng written by hand from the draft, in both byte orders.
final class PcapNGBytesTests: XCTestCase {
    func testTheWritersBytesAreTheDraftsBytes() throws {
        var writer = try PcapNGWriter(section: CaptureSection(comments: ["hi"], application: "e"))
        try writer.add(CaptureInterface(linkType: .raw, snapshotLength: 96, name: "veth0"))
        try writer.add(
            CapturedPacket(
                timestampNanoseconds: 0x1122_3344_5566_7788, bytes: [0x45, 1, 2, 3, 4],
                originalLength: 60, flags: PacketFlags(direction: .outbound), comments: ["x"]))
        try writer.add(
            InterfaceStatistics(timestampNanoseconds: 1 << 32 | 2, receivedCount: 7), ofInterface: 0
        )

        XCTAssertEqual(
            writer.bytes,
            octets(
                """
                0a0d0d0a 30000000 4d3c2b1a 0100 0000 ffffffffffffffff
                0100 0200 68690000  0400 0100 65000000  0000 0000  30000000
                01000000 2c000000 6500 0000 60000000
                0200 0500 7665746830000000  0900 0100 09000000  0000 0000  2c000000
                06000000 3c000000 00000000 44332211 88776655 05000000 3c000000 45010203 04000000
                0100 0100 78000000  0200 0400 02000000  0000 0000  3c000000
                05000000 28000000 00000000 01000000 02000000
                0400 0800 0700000000000000  0000 0000  28000000
                """))
    }

    private let bigEndian = """
        0a0d0d0a 0000001c 1a2b3c4d 0001 0002 ffffffffffffffff 0000001c
        00000001 00000020 0001 0000 00000004 0009 0001 94000000 0000 0000 00000020
        00000006 00000038 00000000 00000000 00180000 00000003 00000040 aabbcc00
        0002 0004 00000001 0004 0008 0000000000000002 00000038
        00000003 00000014 00000040 01020304 00000014
        00000002 00000024 0000 0003 00000000 00100000 00000002 00000002 aabb0000 00000024
        00000004 00000010 00000000 00000010
        40000bad 00000010 00000001 00000010
        """

    func testBigEndianFilesWithEveryKindOfPacketBlockAreRead() throws {
        let file = try CaptureFile(bytes: octets(bigEndian))

        XCTAssertEqual(file.format, .pcapng)
        XCTAssertEqual(file.interfaces.count, 1)
        XCTAssertEqual(file.interfaces[0].linkType, .ethernet)
        XCTAssertEqual(file.interfaces[0].resolution.description, "2^-20 s")
        XCTAssertEqual(file.skippedBlockCount, 2)
        XCTAssertEqual(file.packets.count, 3)
        // 0x180000 units of 2^-20 s are 1.5 s.
        XCTAssertEqual(
            file.packets[0],
            CapturedPacket(
                timestampNanoseconds: 1_500_000_000, bytes: [0xAA, 0xBB, 0xCC], originalLength: 64,
                flags: PacketFlags(direction: .inbound), dropCount: 2))
        XCTAssertEqual(file.packets[1].bytes, [1, 2, 3, 4])
        XCTAssertEqual(file.packets[1].originalLength, 64)
        XCTAssertFalse(file.packets[1].hasTimestamp)
        XCTAssertEqual(file.packets[2].timestampNanoseconds, 1_000_000_000)
        XCTAssertEqual(file.packets[2].dropCount, 3)
    }

    func testSectionsOfBothByteOrdersFollowEachOther() throws {
        var writer = try PcapNGWriter(section: CaptureSection(application: "second"))
        try writer.add(CaptureInterface(linkType: .raw))
        try writer.add(CapturedPacket(timestampNanoseconds: 5, bytes: [1]))

        let file = try CaptureFile(bytes: octets(bigEndian) + writer.bytes)

        XCTAssertEqual(file.sections.map(\.application), [nil, "second"])
        XCTAssertEqual(file.interfaces.map(\.sectionIndex), [0, 1])
        XCTAssertEqual(file.packets.map(\.interfaceIndex), [0, 0, 0, 1])
    }

    /// A file whose only interface has these options and whose only packet has this time.
    private func file(options: String, time: String) -> [UInt8] {
        let body = octets("0100 0000 00000000" + options)
        var bytes = octets("0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000")
        bytes += octets("01000000") + [UInt8(body.count + 12), 0, 0, 0] + body
        bytes += [UInt8(body.count + 12), 0, 0, 0]
        return bytes + octets("06000000 20000000 00000000 \(time) 00000000 00000000 20000000")
    }

    func testTimesOfAnyResolutionBecomeNanoseconds() throws {
        let cases: [(options: String, time: String, nanoseconds: UInt64)] = [
            ("", "00000000 01000000", 1000),
            ("0900 0100 00000000", "00000000 02000000", 2_000_000_000),
            ("0900 0100 03000000", "00000000 02000000", 2_000_000),
            ("0900 0100 09000000", "ffffffff ffffffff", UInt64.max),
            ("0900 0100 0c000000", "00000000 cf070000", 1),
            ("0900 0100 7f000000", "ffffffff ffffffff", 0),
            ("0900 0100 80000000", "00000000 03000000", 3_000_000_000),
            ("0900 0100 a0000000", "01000000 00000080", 1_500_000_000),
            ("0900 0100 ff000000", "ffffffff ffffffff", 0),
            ("0e00 0800 0100000000000000", "00000000 01000000", 1_000_001_000),
            ("0e00 0800 ffffffffffffffff", "00000000 40420f00", 0),
        ]
        for (options, time, nanoseconds) in cases {
            let read = try CaptureFile(bytes: file(options: options, time: time))
            XCTAssertEqual(read.packets.first?.timestampNanoseconds, nanoseconds, options)
        }
    }

    func testTimesThatNanosecondsCannotHoldAreRefused() {
        for (options, time) in [
            ("", "ffffffff ffffffff"),
            ("0900 0100 80000000", "ffffffff ffffffff"),
            ("0e00 0800 ffffffffffffffff", "00000000 3f420f00"),
            ("0e00 0800 ffffffffffffff7f", "00000000 00000000"),
        ] {
            let error = wireError(try CaptureFile(bytes: file(options: options, time: time)))
            guard case .fileMalformed("enhanced packet", 3, _, _) = error else {
                return XCTFail("\(String(describing: error))")
            }
        }
    }

    func testTextEndsAtAZeroAndMustBeUTF8() throws {
        let zero = file(options: "0200 0300 61006200", time: "00000000 00000000")
        let noUTF8 = file(options: "0200 0300 61ff6200", time: "00000000 00000000")

        XCTAssertEqual(try CaptureFile(bytes: zero).interfaces.first?.name, "a")
        XCTAssertEqual(
            wireError(try CaptureFile(bytes: noUTF8))?.description,
            "option 2 of interface description (block 2) at byte 48: not UTF-8; "
                + "the file is damaged or its writer is faulty: capture again")
    }

    func testOptionsOfAWrongLengthAreRefused() {
        for options in ["0900 0200 09000000", "0900 0000", "0e00 0400 00000000", "0200 0900 61"] {
            wireError(try CaptureFile(bytes: file(options: options, time: "00000000 00000000")))
        }
    }
}
