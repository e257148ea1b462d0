/// An ICMP (RFC 792) or ICMPv6 (RFC 4443) message.
public struct ICMPMessage: Hashable, Sendable {
    /// Which of the two it is.
    public let version: IPVersion
    /// The type.
    public let type: UInt8
    /// The code.
    public let code: UInt8
    /// The four octets after the checksum; their meaning depends on the type.
    public let restOfHeader: UInt32
    /// The packet that caused the message; nil if it isn't an error message.
    public let quote: QuotedPacket?

    /// Whether it tells of an error, and so quotes the packet that caused it.
    ///
    /// In ICMP these are destination unreachable (3), source quench (4), redirect (5), time
    /// exceeded (11) and parameter problem (12); in ICMPv6 destination unreachable (1), packet too
    /// big (2), time exceeded (3) and parameter problem (4).
    public var isError: Bool {
        switch version {
        case .v4: return [3, 4, 5, 11, 12].contains(type)
        case .v6: return (1...4).contains(type)
        }
    }

    /// The next hop's MTU in octets, of "fragmentation needed" (RFC 1191, 4) and "packet too big"
    /// (RFC 4443, 3.2).
    public var nextHopMTU: Int? {
        switch (version, type, code) {
        case (.v4, 3, 4): return Int(restOfHeader & 0xFFFF)
        case (.v6, 2, _): return Int(restOfHeader)
        default: return nil
        }
    }
}

/// What an ICMP error message quotes of the packet that caused it: the IP header and at least the
/// first 8 octets that followed it (RFC 792), which are enough for ports and a sequence number.
public struct QuotedPacket: Hashable, Sendable {
    /// The header of the packet, lengths as its sender wrote them.
    public let ip: IPHeader
    /// The sender's port, of TCP and UDP.
    public let sourcePort: UInt16?
    /// The receiver's port, of TCP and UDP.
    public let destinationPort: UInt16?
    /// The sequence number, of TCP.
    public let sequence: SequenceNumber?
}

extension ICMPMessage {
    /// Reads a message from what was captured of an IP packet's payload. An error message whose
    /// quote can't be read is an error: it might concern any flow.
    static func parse(
        _ bytes: ArraySlice<UInt8>, _ version: IPVersion, payloadLength: Int
    ) throws(WireError) -> ICMPMessage {
        let name = version == .v4 ? "ICMP message" : "ICMPv6 message"
        var reader = ByteReader(bytes, of: name, in: .packet)
        // Of ICMPv6's messages some have no more than type, code and checksum.
        let headerLength = version == .v4 ? 8 : 4
        guard payloadLength >= headerLength else {
            throw reader.malformed(
                "needs \(headerLength) bytes, the IP header leaves it \(payloadLength)")
        }
        try reader.require(headerLength)
        let type = try reader.uint8()
        let code = try reader.uint8()
        _ = try reader.uint16()  // checksum: see ChecksumReport
        let rest = payloadLength >= 8 ? try reader.uint32() : 0
        let message = ICMPMessage(
            version: version, type: type, code: code, restOfHeader: rest, quote: nil)
        guard message.isError else { return message }
        let quote = try QuotedPacket.parse(reader.remainder())
        return ICMPMessage(
            version: version, type: type, code: code, restOfHeader: rest, quote: quote)
    }
}

extension QuotedPacket {
    static func parse(_ bytes: ArraySlice<UInt8>) throws(WireError) -> QuotedPacket {
        let (ip, payload) = try IPHeader.parse(bytes, role: "quoted ")
        guard ip.fragment.map({ $0.offset == 0 }) ?? true,
            ip.protocol == .tcp || ip.protocol == .udp
        else {
            return QuotedPacket(ip: ip, sourcePort: nil, destinationPort: nil, sequence: nil)
        }
        var reader = ByteReader(payload, of: "quoted \(ip.protocol) header", in: .packet)
        try reader.require(8)
        let source = try reader.uint16()
        let destination = try reader.uint16()
        let word = try reader.uint32()
        return QuotedPacket(
            ip: ip, sourcePort: source, destinationPort: destination,
            sequence: ip.protocol == .tcp ? SequenceNumber(word) : nil)
    }
}

extension ICMPMessage: CustomStringConvertible {
    /// The message's name, type and code, and the packet it quotes.
    public var description: String {
        var text = "\(version == .v4 ? "ICMP" : "ICMPv6") \(name) (\(type)/\(code))"
        if let mtu = nextHopMTU { text += " mtu \(mtu)" }
        if let quote { text += " quoting \(quote)" }
        return text
    }

    private var name: String {
        switch (version, type, code) {
        case (.v4, 0, _), (.v6, 129, _): return "echo reply"
        case (.v4, 3, 0): return "network unreachable"
        case (.v4, 3, 1): return "host unreachable"
        case (.v4, 3, 2): return "protocol unreachable"
        case (.v4, 3, 3), (.v6, 1, 4): return "port unreachable"
        case (.v4, 3, 4): return "fragmentation needed"
        case (.v4, 3, 9), (.v4, 3, 10), (.v4, 3, 13), (.v6, 1, 1):
            return "administratively prohibited"
        case (.v6, 1, 0): return "no route"
        case (.v6, 1, 3): return "address unreachable"
        case (.v4, 3, _), (.v6, 1, _): return "destination unreachable"
        case (.v4, 4, _): return "source quench"
        case (.v4, 5, _), (.v6, 137, _): return "redirect"
        case (.v4, 8, _), (.v6, 128, _): return "echo request"
        case (.v4, 11, _), (.v6, 3, _): return "time exceeded"
        case (.v4, 12, _), (.v6, 4, _): return "parameter problem"
        case (.v6, 2, _): return "packet too big"
        case (.v6, 133, _): return "router solicitation"
        case (.v6, 134, _): return "router advertisement"
        case (.v6, 135, _): return "neighbor solicitation"
        case (.v6, 136, _): return "neighbor advertisement"
        default: return "message"
        }
    }
}

extension QuotedPacket: CustomStringConvertible {
    /// The packet's ends, its protocol and, of TCP, its sequence number.
    public var description: String {
        guard let sourcePort, let destinationPort else {
            return "\(ip.source) > \(ip.destination) \(ip.protocol)"
        }
        let source = Endpoint(address: ip.source, port: sourcePort)
        let destination = Endpoint(address: ip.destination, port: destinationPort)
        let text = "\(source) > \(destination) \(ip.protocol)"
        return sequence.map { "\(text) seq \($0)" } ?? text
    }
}
