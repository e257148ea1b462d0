import XCTest

@testable import Wire

final class FlowTests: XCTestCase {
    private let builder = PacketBuilder(linkType: .raw)
    private let flow = Flow(
        subject: Endpoint(address: Sample.subject, port: 40000),
        peer: Endpoint(address: Sample.peer, port: 5000))
    private let reply = TCPSegment(
        sourcePort: 5000, destinationPort: 40000, sequence: SequenceNumber(2000),
        acknowledgment: SequenceNumber(1005), flags: .ack)

    private func relation(_ frame: [UInt8]) throws -> Flow.Relation {
        flow.relation(to: try Packet(linkType: .raw, bytes: frame))
    }

    func testSegmentsOfBothDirectionsBelongToTheFlow() throws {
        let data = try builder.tcp(Sample.data, from: Sample.subject, to: Sample.peer)
        let answer = try builder.tcp(reply, from: Sample.peer, to: Sample.subject)

        XCTAssertEqual(try relation(data), .segment(Sample.data, .fromSubject))
        XCTAssertEqual(try relation(answer), .segment(reply, .fromPeer))
    }

    func testSegmentsWithAnotherPortOrAddressDont() throws {
        var other = Sample.data
        other.sourcePort = 40001

        XCTAssertEqual(
            try relation(builder.tcp(other, from: Sample.subject, to: Sample.peer)), .unrelated)
        XCTAssertEqual(
            try relation(builder.tcp(Sample.data, from: Sample.peer, to: Sample.subject)),
            .unrelated)
        XCTAssertEqual(
            try relation(builder.tcp(Sample.data, from: Sample.subject6, to: Sample.peer6)),
            .unrelated)
    }

    func testAnICMPErrorBelongsToTheFlowThatItQuotes() throws {
        let data = try builder.tcp(Sample.data, from: Sample.subject, to: Sample.peer)
        let router = IPAddress.v4(0x0A09_00FE)
        let error = try builder.icmp(
            type: 3, code: 1, body: Array(data.prefix(28)), from: router, to: Sample.subject)
        var other = Sample.data
        other.destinationPort = 5001
        let stranger = try builder.icmp(
            type: 3, code: 1, body: builder.tcp(other, from: Sample.subject, to: Sample.peer),
            from: router, to: Sample.subject)

        guard case .icmpError(let message, .fromSubject) = try relation(error) else {
            return XCTFail("unrelated")
        }
        XCTAssertEqual(message.quote?.sequence, Sample.data.sequence)
        XCTAssertEqual(try relation(stranger), .unrelated)
    }

    func testAFragmentBetweenTheHostsIsUndecided() throws {
        var fragment = try builder.tcp(reply, from: Sample.peer, to: Sample.subject)
        fragment[6] = 0
        fragment[7] = 5

        XCTAssertEqual(try relation(fragment), .undecided(.fromPeer))
    }

    func testEchoRequestsAndARPAreUnrelated() throws {
        let echo = try builder.icmp(type: 8, code: 0, from: Sample.subject, to: Sample.peer)
        let arp = try Packet(
            linkType: .ethernet, bytes: octets("ffffffffffff 020000000001 0806 0001"))

        XCTAssertEqual(try relation(echo), .unrelated)
        XCTAssertEqual(flow.relation(to: arp), .unrelated)
    }
}
