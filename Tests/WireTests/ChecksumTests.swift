import XCTest

@testable import Wire

final class ChecksumTests: XCTestCase {
    func testCRC32MatchesItsPublishedAnswers() {
        // "123456789" is the check value of CRC-32/ISO-HDLC in every catalogue of CRCs.
        XCTAssertEqual(CRC32.checksum(of: Array("123456789".utf8)), 0xCBF4_3926)
        XCTAssertEqual(CRC32.checksum(of: []), 0)
        XCTAssertEqual(CRC32.checksum(of: Array("a".utf8)), 0xE8B7_BE43)
        XCTAssertEqual(
            CRC32.checksum(of: Array("The quick brown fox jumps over the lazy dog".utf8)),
            0x414F_A339)
        XCTAssertEqual(CRC32.checksum(of: [UInt8](repeating: 0, count: 32)), 0x190A_55AD)
        XCTAssertEqual(CRC32.checksum(of: [UInt8](repeating: 0xFF, count: 32)), 0xFF6C_AB0B)
    }

    func testCRC32InPiecesIsTheSameAsAtOnce() {
        let bytes = Array("123456789".utf8)

        for split in 0...bytes.count {
            var check = CRC32()
            check.update(with: bytes.prefix(split))
            check.update(with: bytes.dropFirst(split))
            XCTAssertEqual(check.checksum, 0xCBF4_3926)
        }
    }

    func testInternetChecksumMatchesTheExampleOfRFC1071() {
        // RFC 1071, section 3: these octets sum up to ddf2.
        let bytes = octets("0001 f203 f4f5 f6f7")

        XCTAssertEqual(InternetChecksum.checksum(of: bytes), ~0xDDF2)
        XCTAssertEqual(InternetChecksum.checksum(of: []), 0xFFFF)
        XCTAssertEqual(InternetChecksum.checksum(of: [0x12]), ~0x1200)
    }

    func testInternetChecksumOfAHeaderWorkedOutByHand() {
        // 4500+003c+1c46+4000+4006+0000+ac10+0a63+ac10+0a0c = 24e17, folded 4e19.
        let header = octets("4500 003c 1c46 4000 4006 0000 ac10 0a63 ac10 0a0c")

        XCTAssertEqual(InternetChecksum.checksum(of: header), 0xB1E6)
        XCTAssertTrue(
            InternetChecksum.isValid(octets("4500 003c 1c46 4000 4006 b1e6 ac10 0a63 ac10 0a0c")))
        XCTAssertFalse(
            InternetChecksum.isValid(octets("4500 003c 1c46 4000 4006 b1e7 ac10 0a63 ac10 0a0c")))
    }

    func testBuiltFramesHaveRightChecksumsAndAnyFlippedBitIsNoticed() throws {
        for (source, destination) in [
            (Sample.subject, Sample.peer), (Sample.subject6, Sample.peer6),
        ] {
            let frame = try PacketBuilder().tcp(Sample.data, from: source, to: destination)
            let report = try ChecksumReport(linkType: .ethernet, bytes: frame)
            XCTAssertEqual(report.transport, .correct)
            XCTAssertEqual(report.header, source.version == .v4 ? .correct : .absent)

            var damaged = frame
            damaged[frame.count - 1] ^= 1
            let damage = try ChecksumReport(linkType: .ethernet, bytes: damaged)
            XCTAssertEqual(damage.transport, .wrong)
            XCTAssertEqual(damage.header, report.header)
        }
    }

    func testChecksumOfASnappedSegmentIsUnknown() throws {
        let frame = try PacketBuilder().tcp(Sample.data, from: Sample.subject, to: Sample.peer)

        let report = try ChecksumReport(linkType: .ethernet, bytes: frame.dropLast())

        XCTAssertEqual(report.header, .correct)
        XCTAssertEqual(report.transport, .unknown)
    }

    func testICMPChecksumsAreRightInBothFamilies() throws {
        for (source, destination) in [
            (Sample.subject, Sample.peer), (Sample.subject6, Sample.peer6),
        ] {
            let frame = try PacketBuilder().icmp(
                type: source.version == .v4 ? 8 : 128, code: 0, body: [1, 2, 3], from: source,
                to: destination)
            let report = try ChecksumReport(linkType: .ethernet, bytes: frame)
            XCTAssertEqual(report.transport, .correct)
        }
    }
}
