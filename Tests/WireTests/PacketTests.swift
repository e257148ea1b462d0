import XCTest

@testable import Wire

/// Bytes written by hand from the RFCs, not by the builder.
final class PacketTests: XCTestCase {
    private let ipv4 = octets("4510 002d 1c46 4000 4006 0000 0a090001 0a090002")
    private let tcp = octets("9c40 1388 000003e8 000007d0 5018 01f5 0000 0000 68656c6c6f")

    func testASegmentInEthernetAndIPv4IsReadWithAllItsFields() throws {
        let ethernet = octets("020000000002 020000000001 0800")

        let packet = try Packet(linkType: .ethernet, bytes: ethernet + ipv4 + tcp)

        XCTAssertEqual(packet.link.length, 14)
        XCTAssertEqual(packet.link.source, [2, 0, 0, 0, 0, 1])
        XCTAssertEqual(packet.link.destination, [2, 0, 0, 0, 0, 2])
        let ip = try XCTUnwrap(packet.ip)
        XCTAssertEqual(ip.source, Sample.subject)
        XCTAssertEqual(ip.destination, Sample.peer)
        XCTAssertEqual(ip.timeToLive, 64)
        XCTAssertEqual(ip.trafficClass, 0x10)
        XCTAssertEqual(ip.identification, 0x1C46)
        XCTAssertTrue(ip.dontFragment)
        XCTAssertNil(ip.fragment)
        XCTAssertEqual(ip.headerLength, 20)
        XCTAssertEqual(ip.totalLength, 45)
        XCTAssertEqual(packet.tcp, Sample.data)
        XCTAssertEqual(packet.source?.description, "10.9.0.1:40000")
        XCTAssertEqual(
            packet.description,
            "10.9.0.1:40000 > 10.9.0.2:5000 [PA] seq 1000 ack 2000 win 501 len 5")
    }

    func testEveryLinkTypeLeadsToTheSameSegment() throws {
        let frames: [(LinkType, String)] = [
            (.ethernet, "020000000002 020000000001 8100 6064 0800"),
            (.ethernet, "020000000002 020000000001 88a8 0001 8100 6064 0800"),
            (.raw, ""),
            (.null, "02000000"),
            (.null, "00000002"),
            (.linuxSLL, "0004 0001 0006 020000000001 0000 0800"),
            (.linuxSLL2, "0800 0000 00000007 0001 04 06 020000000001 0000"),
        ]
        for (linkType, header) in frames {
            let packet = try Packet(linkType: linkType, bytes: octets(header) + ipv4 + tcp)
            XCTAssertEqual(packet.tcp, Sample.data, "\(linkType)")
            XCTAssertEqual(packet.link.length, octets(header).count)
        }
    }

    func testCookedHeadersTellTheDirectionAndTheInterface() throws {
        let sll2 = octets("0800 0000 00000007 0001 04 06 020000000001 0000")

        let link = try Packet(linkType: .linuxSLL2, bytes: sll2 + ipv4 + tcp).link

        XCTAssertEqual(link.cookedType, .outgoing)
        XCTAssertEqual(link.interfaceIndex, 7)
        XCTAssertEqual(link.source, [2, 0, 0, 0, 0, 1])
    }

    func testVLANIdentifiersAreKeptAndAHostileStackOfTagsIsRefused() throws {
        let addresses = octets("020000000002 020000000001")
        let two = addresses + octets("88a8 e001 8100 6064 0800") + ipv4 + tcp
        let many = addresses + octets(String(repeating: "8100 0001", count: 5) + "0800")

        XCTAssertEqual(
            try Packet(linkType: .ethernet, bytes: two).link.vlanIdentifiers, [0x001, 0x064])
        let error = wireError(try Packet(linkType: .ethernet, bytes: many + ipv4 + tcp))
        XCTAssertEqual(
            error,
            .packetMalformed(layer: "Ethernet header", offset: 30, reason: "more than 4 VLAN tags"))
    }

    func testPayloadLengthComesFromTheIPHeaderNotFromTheCapture() throws {
        let snapped = try Packet(linkType: .raw, bytes: ipv4 + tcp.dropLast(3))
        let padded = try Packet(linkType: .raw, bytes: ipv4 + tcp + [0, 0, 0, 0])

        XCTAssertEqual(snapped.tcp?.payloadLength, 5)
        XCTAssertEqual(snapped.tcp?.payload, Array("he".utf8))
        XCTAssertEqual(padded.tcp, Sample.data)
    }

    func testIPv4OptionsAreSkipped() throws {
        var header = ipv4
        header[0] = 0x46
        header[3] = 0x31

        let packet = try Packet(linkType: .raw, bytes: header + [1, 1, 1, 0] + tcp)

        XCTAssertEqual(packet.ip?.headerLength, 24)
        XCTAssertEqual(packet.tcp, Sample.data)
    }

    func testIPv6ExtensionHeadersAreSkipped() throws {
        let addresses = Sample.subject6.octets + Sample.peer6.octets
        let fixed = octets("6a000000 0041 00 40") + addresses
        let chain = octets(
            """
            3c 00 0502 0000 0100
            2b 01 01 0c 000000000000000000000000
            2c 00 00 00 00000000
            06 00 0000 00001234
            """)

        let packet = try Packet(linkType: .raw, bytes: fixed + chain + tcp)

        let ip = try XCTUnwrap(packet.ip)
        XCTAssertEqual(ip.headerLength, 80)
        XCTAssertEqual(ip.trafficClass, 0xA0)
        XCTAssertNil(ip.fragment, "an atomic fragment is whole")
        XCTAssertEqual(packet.tcp, Sample.data)
        XCTAssertEqual(
            packet.description,
            "[fd00:9::1]:40000 > [fd00:9::2]:5000 [PA] seq 1000 ack 2000 win 501 len 5")
    }

    func testLaterFragmentsAreNamedAndFirstOnesRead() throws {
        var first = ipv4
        first[6] = 0x20
        var later = first
        later[7] = 0x03

        let firstPacket = try Packet(linkType: .raw, bytes: first + tcp)
        let laterPacket = try Packet(linkType: .raw, bytes: later + tcp)

        XCTAssertEqual(firstPacket.tcp, Sample.data)
        XCTAssertEqual(
            firstPacket.ip?.fragment, .init(offset: 0, hasMore: true, identification: 0x1C46))
        XCTAssertEqual(laterPacket.content, .laterFragment(.tcp))
        XCTAssertEqual(
            laterPacket.description,
            "10.9.0.1 > 10.9.0.2 TCP (fragment 7238, offset 24, more follow)")
    }

    func testIPv6FragmentsAreRead() throws {
        let fixed = octets("60000000 0021 2c 40") + Sample.subject6.octets + Sample.peer6.octets

        let packet = try Packet(
            linkType: .raw, bytes: fixed + octets("06 00 0018 0000000a") + tcp)

        XCTAssertEqual(packet.content, .laterFragment(.tcp))
        XCTAssertEqual(packet.ip?.fragment, .init(offset: 24, hasMore: false, identification: 10))
    }

    func testWhatIsNotIPIsNamed() throws {
        let addresses = octets("ffffffffffff 020000000001")

        for (type, name) in [
            ("0806", "ARP"), ("88cc", "LLDP"), ("0026", "802.3 LLC"), ("9999", "ethertype 0x9999"),
        ] {
            let packet = try Packet(linkType: .ethernet, bytes: addresses + octets(type))
            XCTAssertEqual(packet.description, name)
            XCTAssertNil(packet.ip)
        }
    }

    func testUDPAndOtherProtocolsAreNamed() throws {
        var header = ipv4
        header[9] = 17
        let udp = try Packet(linkType: .raw, bytes: header + octets("0035 1388 0019 0000"))
        header[9] = 132
        let sctp = try Packet(linkType: .raw, bytes: header)

        XCTAssertEqual(udp.description, "10.9.0.1:53 > 10.9.0.2:5000 UDP len 17")
        XCTAssertEqual(sctp.description, "10.9.0.1 > 10.9.0.2 protocol 132 len 25")
    }

    func testContradictionsBetweenHeadersAreRefused() {
        func refuse(_ offset: Int, _ change: (inout [UInt8]) -> Void, line: UInt = #line) {
            var bytes = ipv4 + tcp
            change(&bytes)
            let error = wireError(try Packet(linkType: .raw, bytes: bytes), line: line)
            guard case .packetMalformed(_, offset, _) = error else {
                return XCTFail("\(String(describing: error))", line: line)
            }
        }
        refuse(0) { $0[0] = 0x55 }  // IP version 5
        refuse(0) { $0[0] = 0x44 }  // header of 16 bytes
        refuse(2) { $0[3] = 19 }  // total length below the header's
        refuse(20) { $0[3] = 39 }  // no room for a TCP header
        refuse(32) { $0[32] = 0x40 }  // data offset of 16 bytes
        refuse(32) { $0[32] = 0xF0 }  // data offset beyond the packet
    }

    func testTheEtherTypeAndTheVersionMustAgree() {
        let ethernet = octets("020000000002 020000000001 86dd")

        let error = wireError(try Packet(linkType: .ethernet, bytes: ethernet + ipv4 + tcp))

        XCTAssertEqual(
            error?.description,
            "IP header at byte 14: version 4 in a frame marked IPv6; "
                + "check the link type, and that offloads are off")
    }

    func testUnknownLinkTypesAreRefusedByName() {
        let error = wireError(try Packet(linkType: LinkType(rawValue: 147), bytes: ipv4 + tcp))

        XCTAssertEqual(error, .linkTypeUnsupported(LinkType(rawValue: 147)))
    }

    func testTruncationAnywhereInTheHeadersIsAnErrorThatSaysSo() throws {
        for linkType in [LinkType.ethernet, .raw] {
            for (source, destination) in [
                (Sample.subject, Sample.peer), (Sample.subject6, Sample.peer6),
            ] {
                let builder = PacketBuilder(linkType: linkType)
                let frame = try builder.tcp(Sample.data, from: source, to: destination)
                let headers = frame.count - 5
                for length in 0..<frame.count {
                    let prefix = Array(frame.prefix(length))
                    if length < headers {
                        let error = wireError(try Packet(linkType: linkType, bytes: prefix))
                        guard case .packetTruncated(_, _, let needed, let available) = error else {
                            return XCTFail("\(length): \(String(describing: error))")
                        }
                        XCTAssertLessThan(available, needed)
                    } else {
                        let packet = try Packet(linkType: linkType, bytes: prefix)
                        XCTAssertEqual(packet.tcp?.payloadLength, 5)
                        XCTAssertEqual(packet.tcp?.payload.count, length - headers)
                    }
                }
            }
        }
    }
}
