import XCTest

@testable import Wire

final class ICMPTests: XCTestCase {
    private let router = IPAddress.v4(0x0A09_00FE)

    private func hostUnreachable(quoting: [UInt8]) throws -> [UInt8] {
        try PacketBuilder(linkType: .raw).icmp(
            type: 3, code: 1, body: quoting, from: router, to: Sample.subject)
    }

    func testAnErrorQuotesEndsAndSequenceNumberOfTheSegment() throws {
        // RFC 792 asks for no more than the IP header and 8 octets.
        let quote = octets("4500 002d 0000 4000 4006 0000 0a090001 0a090002 9c40 1388 000003e8")

        let packet = try Packet(linkType: .raw, bytes: hostUnreachable(quoting: quote))

        let message = try XCTUnwrap(packet.icmp)
        XCTAssertEqual(message.quote?.sourcePort, 40000)
        XCTAssertEqual(message.quote?.destinationPort, 5000)
        XCTAssertEqual(message.quote?.sequence, SequenceNumber(1000))
        XCTAssertEqual(message.quote?.ip.totalLength, 45)
        XCTAssertEqual(
            packet.description,
            "10.9.0.254 > 10.9.0.1 ICMP host unreachable (3/1) quoting "
                + "10.9.0.1:40000 > 10.9.0.2:5000 TCP seq 1000")
    }

    func testAnICMPv6ErrorQuotesThroughExtensionHeaders() throws {
        let quote =
            octets("60000000 0021 3c 40") + Sample.subject6.octets + Sample.peer6.octets
            + octets("06 00 0104 00000000 9c40 1388 000003e8")

        let packet = try Packet(
            linkType: .raw,
            bytes: PacketBuilder(linkType: .raw).icmp(
                type: 2, code: 0, restOfHeader: 1280, body: quote, from: Sample.peer6,
                to: Sample.subject6))

        XCTAssertEqual(packet.icmp?.quote?.sequence, SequenceNumber(1000))
        XCTAssertEqual(packet.icmp?.nextHopMTU, 1280)
        XCTAssertEqual(
            packet.description,
            "fd00:9::2 > fd00:9::1 ICMPv6 packet too big (2/0) mtu 1280 quoting "
                + "[fd00:9::1]:40000 > [fd00:9::2]:5000 TCP seq 1000")
    }

    func testMessagesThatAreNoErrorsQuoteNothing() throws {
        let frame = try PacketBuilder(linkType: .raw).icmp(
            type: 8, code: 0, restOfHeader: 0x0001_0002, body: [1, 2, 3], from: Sample.subject,
            to: Sample.peer)

        let message = try XCTUnwrap(try Packet(linkType: .raw, bytes: frame).icmp)

        XCTAssertNil(message.quote)
        XCTAssertFalse(message.isError)
        XCTAssertEqual(message.restOfHeader, 0x0001_0002)
        XCTAssertNil(message.nextHopMTU)
    }

    func testAnErrorWhoseQuoteIsCutOffIsRefusedSinceItMightConcernAnyFlow() throws {
        let quote = octets("4500 002d 0000 4000 4006 0000 0a090001 0a090002 9c40 1388 000003e8")

        for length in 0..<quote.count {
            let frame = try hostUnreachable(quoting: Array(quote.prefix(length)))
            let error = wireError(try Packet(linkType: .raw, bytes: frame))
            guard case .packetTruncated(let layer, _, _, _) = error else {
                return XCTFail("\(length)")
            }
            XCTAssertTrue(layer.hasPrefix("quoted"), layer)
        }
    }

    func testAQuotedLaterFragmentHasNoPorts() throws {
        let quote = octets("4500 002d 0000 0003 4006 0000 0a090001 0a090002")

        let message = try Packet(linkType: .raw, bytes: hostUnreachable(quoting: quote)).icmp

        XCTAssertNil(message?.quote?.sourcePort)
        XCTAssertEqual(message?.quote?.description, "10.9.0.1 > 10.9.0.2 TCP")
    }
}
