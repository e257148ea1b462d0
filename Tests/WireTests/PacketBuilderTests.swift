import XCTest

@testable import Wire

final class PacketBuilderTests: XCTestCase {
    func testABuiltFrameIsTheOneWrittenByHand() throws {
        var builder = PacketBuilder()
        builder.vlanIdentifiers = [100]
        builder.trafficClass = 0x10
        builder.identification = 0x1C46

        let frame = try builder.tcp(Sample.data, from: Sample.subject, to: Sample.peer)

        // IPv4 checksum: 4510+002d+1c46+4000+4006+0a09+0001+0a09+0002 = f59e, complement 0a61.
        // TCP checksum: pseudo-header 0a09+0001+0a09+0002+0006+0019, header 9c40+1388+0000+03e8
        // +0000+07d0+5018+01f5, data 6865+6c6c+6f00 = 26592, folded 6594, complement 9a6b.
        XCTAssertEqual(
            frame,
            octets(
                """
                020000000002 020000000001 8100 0064 0800
                4510 002d 1c46 4000 4006 0a61 0a090001 0a090002
                9c40 1388 000003e8 000007d0 5018 01f5 9a6b 0000 68656c6c6f
                """))
    }

    func testEverythingBuiltIsReadBackTheSame() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let segment = randomSegment(&generator)
            let isVersion6 = generator.chance()
            let source = isVersion6 ? Sample.subject6 : Sample.subject
            let destination = isVersion6 ? Sample.peer6 : Sample.peer
            var builder = PacketBuilder(linkType: generator.chance() ? .ethernet : .raw)
            builder.vlanIdentifiers = generator.chance() ? [1, 4095] : []
            builder.timeToLive = UInt8.random(in: 0...255, using: &generator)
            builder.trafficClass = UInt8.random(in: 0...255, using: &generator)

            let frame = try builder.tcp(segment, from: source, to: destination)

            let packet = try Packet(linkType: builder.linkType, bytes: frame)
            XCTAssertEqual(packet.tcp, segment)
            XCTAssertEqual(packet.ip?.source, source)
            XCTAssertEqual(packet.ip?.destination, destination)
            XCTAssertEqual(packet.ip?.timeToLive, builder.timeToLive)
            XCTAssertEqual(packet.ip?.trafficClass, builder.trafficClass)
            let report = try ChecksumReport(linkType: builder.linkType, bytes: frame)
            XCTAssertEqual(report.transport, .correct)
        }
    }

    private func randomSegment(_ generator: inout SeededGenerator) -> TCPSegment {
        let all: [TCPOption] = [
            .maximumSegmentSize(UInt16.random(in: 0...65535, using: &generator)),
            .windowScale(14), .selectiveAcknowledgmentPermitted,
            .timestamps(value: UInt32.max, echoReply: 0),
            .userTimeout(UserTimeoutOption(value: 30, isInMinutes: false)),
            .unknown(kind: 30, data: generator.bytes(3)),
        ]
        return TCPSegment(
            sourcePort: UInt16.random(in: 0...65535, using: &generator),
            destinationPort: UInt16.random(in: 0...65535, using: &generator),
            sequence: SequenceNumber(UInt32.random(in: 0...UInt32.max, using: &generator)),
            acknowledgment: SequenceNumber(UInt32.random(in: 0...UInt32.max, using: &generator)),
            flags: TCPFlags(rawValue: UInt16.random(in: 0...0xFFF, using: &generator)),
            window: UInt16.random(in: 0...65535, using: &generator),
            urgentPointer: UInt16.random(in: 0...65535, using: &generator),
            options: all.filter { _ in Bool.random(using: &generator) },
            payload: generator.bytes(Int.random(in: 0...60, using: &generator)))
    }

    func testWhatHasNoFormAsBytesIsRefused() {
        let builder = PacketBuilder()
        var snapped = Sample.data
        snapped.payloadLength = 100
        var crowded = Sample.data
        crowded.options = Array(repeating: .timestamps(value: 0, echoReply: 0), count: 5)
        var padding = Sample.data
        padding.options = [.unknown(kind: 1, data: [])]
        var long = Sample.data
        long.payload = [UInt8](repeating: 0, count: 65_536 - 40)
        long.payloadLength = long.payload.count

        for segment in [snapped, crowded, padding, long] {
            wireError(try builder.tcp(segment, from: Sample.subject, to: Sample.peer))
        }
        wireError(try builder.tcp(Sample.data, from: Sample.subject, to: Sample.peer6))
        wireError(
            try PacketBuilder(linkType: .linuxSLL)
                .tcp(Sample.data, from: Sample.subject, to: Sample.peer))
    }

    func testSequenceLengthCountsPayloadSynAndFin() {
        XCTAssertEqual(Sample.data.sequenceLength, 5)
        XCTAssertEqual(Sample.allOptions.sequenceLength, 1)
        XCTAssertEqual(
            TCPSegment(
                sourcePort: 1, destinationPort: 2, sequence: SequenceNumber(0xFFFF_FFFF),
                flags: [.syn, .fin], payload: [1]
            ).sequenceEnd, SequenceNumber(2))
    }
}
