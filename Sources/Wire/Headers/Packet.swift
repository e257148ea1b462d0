/// A captured frame, taken apart: link layer, Internet Protocol, and what that carries.
///
/// All lengths are what the headers say of the wire; a snapshot length that spared the headers
/// changes none of them.
public struct Packet: Hashable, Sendable {
    /// What the network layer carries.
    public enum Content: Hashable, Sendable {
        /// A TCP segment.
        case tcp(TCPSegment)
        /// An ICMP message in IPv4.
        case icmp(ICMPMessage)
        /// An ICMPv6 message in IPv6.
        case icmpv6(ICMPMessage)
        /// A UDP datagram.
        case udp(UDPDatagram)
        /// A fragment that isn't the first, so without the header of its protocol.
        case laterFragment(IPProtocol)
        /// Another protocol in IP.
        case other(IPProtocol)
        /// Not the Internet Protocol: ARP and the like.
        case notIP(EtherType)
    }

    /// What precedes the network header.
    public let link: LinkHeader
    /// The IP header; nil if and only if the content is `.notIP`.
    public let ip: IPHeader?
    /// What the packet carries.
    public let content: Content

    /// Takes a frame apart.
    ///
    /// Throws ``WireError`` if a header is cut off, contradicts another, or has a form that can't
    /// be trusted. Octets after the IP packet (Ethernet padding, a frame check sequence) are
    /// ignored.
    public init(linkType: LinkType, bytes: [UInt8]) throws(WireError) {
        let (link, datagram) = try LinkHeader.parse(bytes[...], linkType)
        self.link = link
        guard link.etherType == .ipv4 || link.etherType == .ipv6 else {
            self.ip = nil
            self.content = .notIP(link.etherType)
            return
        }
        let (ip, payload) = try IPHeader.parse(datagram)
        guard (ip.version == .v4) == (link.etherType == .ipv4) else {
            throw .packetMalformed(
                layer: "IP header", offset: datagram.startIndex,
                reason: "version \(ip.version.rawValue) in a frame marked \(link.etherType)")
        }
        self.ip = ip
        self.content = try Self.content(of: ip, payload)
    }

    private static func content(
        of ip: IPHeader, _ payload: ArraySlice<UInt8>
    ) throws(WireError) -> Content {
        if let fragment = ip.fragment, fragment.offset > 0 {
            return .laterFragment(ip.protocol)
        }
        switch (ip.protocol, ip.version) {
        case (.tcp, _):
            return .tcp(try TCPSegment.parse(payload, payloadLength: ip.payloadLength))
        case (.udp, _):
            return .udp(try UDPDatagram.parse(payload, of: ip))
        case (.icmp, .v4):
            return .icmp(try ICMPMessage.parse(payload, .v4, payloadLength: ip.payloadLength))
        case (.icmpv6, .v6):
            return .icmpv6(try ICMPMessage.parse(payload, .v6, payloadLength: ip.payloadLength))
        default:
            return .other(ip.protocol)
        }
    }

    /// The TCP segment, if the packet carries one.
    public var tcp: TCPSegment? {
        if case .tcp(let segment) = content { return segment }
        return nil
    }

    /// The ICMP or ICMPv6 message, if the packet carries one.
    public var icmp: ICMPMessage? {
        switch content {
        case .icmp(let message), .icmpv6(let message): return message
        case .tcp, .udp, .laterFragment, .other, .notIP: return nil
        }
    }

    /// Where the packet comes from, if it is TCP or UDP.
    public var source: Endpoint? { endpoints?.source }

    /// Where the packet goes, if it is TCP or UDP.
    public var destination: Endpoint? { endpoints?.destination }

    private var endpoints: (source: Endpoint, destination: Endpoint)? {
        guard let ip else { return nil }
        let ports: (UInt16, UInt16)
        switch content {
        case .tcp(let segment): ports = (segment.sourcePort, segment.destinationPort)
        case .udp(let datagram): ports = (datagram.sourcePort, datagram.destinationPort)
        case .icmp, .icmpv6, .laterFragment, .other, .notIP: return nil
        }
        return (
            Endpoint(address: ip.source, port: ports.0),
            Endpoint(address: ip.destination, port: ports.1)
        )
    }
}

extension Packet: CustomStringConvertible {
    /// One line in the manner of tcpdump:
    /// "10.9.0.1:40000 > 10.9.0.2:5000 [PA] seq 1000 ack 2000 win 501 len 5".
    public var description: String {
        let fragment = ip?.fragment.map { fragment in
            " (fragment \(fragment.identification), offset \(fragment.offset)"
                + (fragment.hasMore ? ", more follow)" : ", last)")
        }
        return line + (fragment ?? "")
    }

    private var line: String {
        let hosts = ip.map { "\($0.source) > \($0.destination)" } ?? ""
        let ends = endpoints.map { "\($0.source) > \($0.destination)" } ?? hosts
        switch content {
        case .tcp(let segment): return "\(ends) \(segment)"
        case .udp(let datagram): return "\(ends) UDP len \(datagram.payloadLength)"
        case .icmp(let message), .icmpv6(let message): return "\(hosts) \(message)"
        case .laterFragment(let number): return "\(hosts) \(number)"
        case .other(let number): return "\(hosts) \(number) len \(ip?.payloadLength ?? 0)"
        case .notIP(let etherType): return "\(etherType)"
        }
    }
}
