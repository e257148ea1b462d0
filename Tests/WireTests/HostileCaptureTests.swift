import XCTest

@testable import Wire

final class HostileCaptureTests: XCTestCase {
    /// A file with every block the writer knows, and where its blocks end.
    private func sample() throws -> (bytes: [UInt8], ends: Set<Int>) {
        var ends: Set<Int> = []
        var writer = try PcapNGWriter(
            section: CaptureSection(comments: ["a", "b"], application: "etimedout"))
        ends.insert(writer.bytes.count)
        try writer.add(CaptureInterface(linkType: .ethernet, snapshotLength: 96, name: "veth0"))
        ends.insert(writer.bytes.count)
        let frame = try PacketBuilder().tcp(Sample.data, from: Sample.subject, to: Sample.peer)
        for time: UInt64 in 1...2 {
            try writer.add(
                CapturedPacket(
                    timestampNanoseconds: time, bytes: frame,
                    flags: PacketFlags(direction: .inbound), comments: ["retransmission"]))
            ends.insert(writer.bytes.count)
        }
        try writer.add(
            InterfaceStatistics(timestampNanoseconds: 3, receivedCount: 2, droppedCount: 0),
            ofInterface: 0)
        return (writer.bytes, ends)
    }

    func testTruncationIsAnErrorThatNamesTheOffsetExceptBetweenBlocks() throws {
        let (bytes, ends) = try sample()

        for length in 0..<bytes.count {
            let prefix = Array(bytes.prefix(length))
            if ends.contains(length) {
                XCTAssertLessThanOrEqual(try CaptureFile(bytes: prefix).packets.count, 2)
                continue
            }
            let error = wireError(try CaptureFile(bytes: prefix))
            guard case .fileTruncated(_, _, let offset, let needed, let available) = error else {
                return XCTFail("\(length): \(String(describing: error))")
            }
            let start = ends.filter { $0 <= length }.max() ?? 0
            XCTAssertEqual(offset, start)
            XCTAssertEqual(available, length - start)
            XCTAssertGreaterThan(needed, available)
        }
    }

    func testWhatIsNoCaptureIsNamedByItsFirstBytes() {
        let error = wireError(try CaptureFile(bytes: Array("GIF89a".utf8)))

        XCTAssertEqual(error, .notACapture(firstBytes: [0x47, 0x49, 0x46, 0x38]))
        XCTAssertEqual(
            error?.description,
            "the file begins with [47 49 46 38], neither pcapng nor pcap; "
                + "convert it, for example with editcap -F pcapng")
    }

    func testBlockLengthsThatLieAreRefused() throws {
        let (bytes, _) = try sample()
        let length = Int(bytes[4])

        for value: UInt8 in [0, 4, 8, 11, 13, UInt8(length - 4), UInt8(length + 4), 255] {
            var damaged = bytes
            damaged[4] = value
            wireError(try CaptureFile(bytes: damaged))
        }
        var huge = bytes
        huge[7] = 0x01
        guard
            case .limitExceeded("length of block", 4, _, 16_777_216) =
                wireError(try CaptureFile(bytes: huge))
        else { return XCTFail("another error") }
        var unequal = bytes
        unequal[length - 4] ^= 4
        wireError(try CaptureFile(bytes: unequal))
    }

    func testBlocksThatNameNoInterfaceAreRefused() {
        let header = octets("0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000")
        for block in [
            "06000000 20000000 00000000 00000000 00000000 00000000 00000000 20000000",
            "03000000 10000000 00000000 10000000",
            "05000000 18000000 00000000 00000000 00000000 18000000",
        ] {
            let error = wireError(try CaptureFile(bytes: header + octets(block)))
            guard case .fileMalformed(_, 2, _, _) = error else { return XCTFail(block) }
        }
    }

    func testOtherVersionsAndMagicsAreRefused() throws {
        let (bytes, _) = try sample()
        for (offset, value): (Int, UInt8) in [(12, 2), (14, 1), (8, 0)] {
            var damaged = bytes
            damaged[offset] = value
            guard
                case .fileMalformed("section header", 1, _, _) =
                    wireError(try CaptureFile(bytes: damaged))
            else { return XCTFail("\(offset)") }
        }
    }

    func testEveryLimitIsEnforced() throws {
        let (bytes, _) = try sample()
        func refuse(_ bytes: [UInt8], line: UInt = #line, _ change: (inout CaptureLimits) -> Void) {
            var limits = CaptureLimits()
            change(&limits)
            let error = wireError(try CaptureFile(bytes: bytes, limits: limits), line: line)
            guard case .limitExceeded = error else {
                return XCTFail("\(String(describing: error))", line: line)
            }
        }
        refuse(bytes) { $0.packetCount = 1 }
        refuse(bytes) { $0.interfaceCount = 0 }
        refuse(bytes + bytes) { $0.sectionCount = 1 }
        refuse(bytes) { $0.optionCount = 2 }
        refuse(bytes) { $0.blockByteCount = 40 }
        let pcap = octets(
            """
            d4c3b2a1 0200 0400 00000000 00000000 60000000 65000000
            01000000 00000000 02000000 3c000000 4501
            """)
        refuse(pcap) { $0.packetCount = 0 }
        refuse(pcap) { $0.blockByteCount = 1 }
    }

    func testEveryFlippedBitIsReadOrRefusedButNeverTraps() throws {
        let (bytes, _) = try sample()

        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                guard let file = try? CaptureFile(bytes: damaged) else { continue }
                for number in file.packets.indices { _ = try? file.packet(inFrame: number + 1) }
            }
        }
    }

    func testNoiseNeverTrapsAndNeverPassesForACapture() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let noise = generator.bytes(Int.random(in: 0...200, using: &generator))
            XCTAssertThrowsError(try CaptureFile(bytes: noise))
        }
    }

    func testNoiseBehindAGenuineBeginningNeverTraps() throws {
        let (bytes, ends) = try sample()
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<1000 {
            let start = ends.randomElement(using: &generator) ?? 0
            var noise = generator.bytes(Int.random(in: 4...25, using: &generator) * 4)
            // A known type and consistent lengths, so that the noise is what the block holds.
            let length = [UInt8(noise.count + 12), 0, 0, 0]
            noise =
                [UInt8.random(in: 1...6, using: &generator), 0, 0, 0] + length + noise + length
            if let file = try? CaptureFile(bytes: bytes.prefix(start) + noise) {
                XCTAssertLessThanOrEqual(file.packets.count, 3)
            }
        }
    }

    func testNoiseAsPacketsNeverTraps() throws {
        var generator = SeededGenerator(seed: 6)
        let linkTypes: [LinkType] = [.ethernet, .raw, .null, .linuxSLL, .linuxSLL2]
        for _ in 0..<3000 {
            let linkType = linkTypes.randomElement(using: &generator) ?? .raw
            let noise = generator.bytes(Int.random(in: 0...120, using: &generator))
            _ = try? Packet(linkType: linkType, bytes: noise).description
        }
        let frames = [
            try PacketBuilder(linkType: .raw).tcp(
                Sample.data, from: Sample.subject, to: Sample.peer),
            try PacketBuilder(linkType: .raw).tcp(
                Sample.data, from: Sample.subject6, to: Sample.peer6),
        ]
        for _ in 0..<3000 {
            var frame = frames.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = frame.indices.randomElement(using: &generator) ?? 0
                frame[index] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? Packet(linkType: .raw, bytes: frame).description
            _ = try? ChecksumReport(linkType: .raw, bytes: frame)
        }
    }
}
