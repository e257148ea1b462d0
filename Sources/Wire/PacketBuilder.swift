/// Composes frames with correct lengths and checksums, for tests and synthetic observations.
///
/// What it builds from a ``TCPSegment``, ``Packet/init(linkType:bytes:)`` takes apart into the same
/// segment.
public struct PacketBuilder: Hashable, Sendable {
    /// How frames begin: Ethernet or raw IP.
    public var linkType: LinkType
    /// The sender's Ethernet address: 6 octets.
    public var sourceMAC: [UInt8] = [0x02, 0, 0, 0, 0, 1]
    /// The receiver's Ethernet address: 6 octets.
    public var destinationMAC: [UInt8] = [0x02, 0, 0, 0, 0, 2]
    /// The identifiers of the 802.1Q tags, outermost first: 0…4095.
    public var vlanIdentifiers: [UInt16] = []
    /// IPv4's time to live, IPv6's hop limit.
    public var timeToLive: UInt8 = 64
    /// Differentiated services and congestion notification.
    public var trafficClass: UInt8 = 0
    /// IPv4's identification.
    public var identification: UInt16 = 0
    /// IPv4's "don't fragment".
    public var dontFragment = true

    /// A builder of frames of this link type.
    public init(linkType: LinkType = .ethernet) { self.linkType = linkType }

    /// A frame with a TCP segment.
    ///
    /// Throws ``WireError/cannotWrite(what:reason:)`` if the addresses are of two families, the
    /// options don't fit 40 octets, the packet doesn't fit 65,535, or the segment doesn't hold its
    /// whole payload.
    public func tcp(
        _ segment: TCPSegment, from source: IPAddress, to destination: IPAddress
    ) throws(WireError) -> [UInt8] {
        var bytes = try Self.header(of: segment) + segment.payload
        let checksum = InternetChecksum.checksum(
            ofSegment: bytes, protocol: .tcp, from: source, to: destination)
        bytes.replaceBigEndian(checksum, at: 16)
        return try frame(packet(bytes, .tcp, from: source, to: destination))
    }

    /// A frame with an ICMP or, between IPv6 addresses, an ICMPv6 message.
    ///
    /// `body` follows the first eight octets: of an error message, the packet it quotes, from its
    /// IP header on. Throws ``WireError/cannotWrite(what:reason:)`` like ``tcp(_:from:to:)``.
    public func icmp(
        type: UInt8, code: UInt8, restOfHeader: UInt32 = 0, body: [UInt8] = [],
        from source: IPAddress, to destination: IPAddress
    ) throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = [type, code, 0, 0]
        bytes.appendBigEndian(restOfHeader)
        bytes += body
        let number: IPProtocol
        switch source.version {
        case .v4:
            number = .icmp
            bytes.replaceBigEndian(InternetChecksum.checksum(of: bytes), at: 2)
        case .v6:
            number = .icmpv6
            let checksum = InternetChecksum.checksum(
                ofSegment: bytes, protocol: .icmpv6, from: source, to: destination)
            bytes.replaceBigEndian(checksum, at: 2)
        }
        return try frame(packet(bytes, number, from: source, to: destination))
    }

    /// An IP packet around any payload, without link layer.
    public func packet(
        _ payload: [UInt8], _ number: IPProtocol, from source: IPAddress, to destination: IPAddress
    ) throws(WireError) -> [UInt8] {
        guard source.version == destination.version else {
            throw .cannotWrite(
                what: "IP packet", reason: "\(source) and \(destination) are of two families")
        }
        let counted = source.version == .v4 ? payload.count + 20 : payload.count
        guard let length = UInt16(exactly: counted) else {
            throw .cannotWrite(
                what: "IP packet", reason: "a payload of \(payload.count) bytes is too long")
        }
        var header: [UInt8] = []
        switch source.version {
        case .v4:
            header += [0x45, trafficClass]
            header.appendBigEndian(length)
            header.appendBigEndian(identification)
            header.appendBigEndian(UInt16(dontFragment ? 0x4000 : 0))
            header += [timeToLive, number.rawValue, 0, 0]
            header += source.octets + destination.octets
            header.replaceBigEndian(InternetChecksum.checksum(of: header), at: 10)
        case .v6:
            header.appendBigEndian(0x6000_0000 | UInt32(trafficClass) << 20)
            header.appendBigEndian(length)
            header += [number.rawValue, timeToLive]
            header += source.octets + destination.octets
        }
        return header + payload
    }

    /// A frame around an IP packet.
    public func frame(_ packet: [UInt8]) throws(WireError) -> [UInt8] {
        switch linkType {
        case .raw:
            return packet
        case .ethernet:
            guard sourceMAC.count == 6, destinationMAC.count == 6 else {
                throw .cannotWrite(what: "frame", reason: "an Ethernet address isn't 6 bytes")
            }
            var header = destinationMAC + sourceMAC
            for identifier in vlanIdentifiers {
                header.appendBigEndian(EtherType.vlan.rawValue)
                header.appendBigEndian(identifier & 0x0FFF)
            }
            let isVersion6 = (packet.first ?? 0) >> 4 == 6
            header.appendBigEndian((isVersion6 ? EtherType.ipv6 : .ipv4).rawValue)
            return header + packet
        default:
            throw .cannotWrite(
                what: "frame", reason: "link type \(linkType) is neither Ethernet nor raw IP")
        }
    }

    /// The header of a segment, its checksum zero, its options padded with End of Option List.
    private static func header(of segment: TCPSegment) throws(WireError) -> [UInt8] {
        guard segment.payload.count == segment.payloadLength else {
            throw .cannotWrite(
                what: "TCP segment",
                reason: "only \(segment.payload.count) of \(segment.payloadLength) bytes are here")
        }
        var options: [UInt8] = []
        for option in segment.options {
            guard let bytes = option.bytes else {
                throw .cannotWrite(what: "TCP option", reason: "\(option) has no form as bytes")
            }
            options += bytes
        }
        options.padToMultipleOfFour()
        guard options.count <= 40 else {
            throw .cannotWrite(
                what: "TCP segment", reason: "\(options.count) bytes of options, 40 fit")
        }
        var bytes: [UInt8] = []
        bytes.appendBigEndian(segment.sourcePort)
        bytes.appendBigEndian(segment.destinationPort)
        bytes.appendBigEndian(segment.sequence.rawValue)
        bytes.appendBigEndian(segment.acknowledgment.rawValue)
        let words = UInt16(5 + options.count / 4)
        bytes.appendBigEndian(words << 12 | segment.flags.rawValue)
        bytes.appendBigEndian(segment.window)
        bytes.appendBigEndian(UInt16(0))  // checksum
        bytes.appendBigEndian(segment.urgentPointer)
        return bytes + options
    }
}
