/// A version of the Internet Protocol.
public enum IPVersion: UInt8, Hashable, Sendable, Codable {
    /// RFC 791.
    case v4 = 4
    /// RFC 8200.
    case v6 = 6
}

/// What an IP packet carries (IANA protocol numbers).
public struct IPProtocol: RawRepresentable, Hashable, Sendable, Codable {
    /// The number in the IPv4 header, or in the last "next header" field of IPv6.
    public var rawValue: UInt8

    /// The protocol with this number, known here or not.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Internet Control Message Protocol.
    public static let icmp = IPProtocol(rawValue: 1)
    /// Internet Group Management Protocol.
    public static let igmp = IPProtocol(rawValue: 2)
    /// Transmission Control Protocol.
    public static let tcp = IPProtocol(rawValue: 6)
    /// User Datagram Protocol.
    public static let udp = IPProtocol(rawValue: 17)
    /// Internet Control Message Protocol for IPv6.
    public static let icmpv6 = IPProtocol(rawValue: 58)
    /// Nothing follows the IPv6 header.
    public static let noNextHeader = IPProtocol(rawValue: 59)
}

extension IPProtocol: CustomStringConvertible {
    /// The protocol's name if it is known here, or its number.
    public var description: String {
        switch self {
        case .icmp: return "ICMP"
        case .igmp: return "IGMP"
        case .tcp: return "TCP"
        case .udp: return "UDP"
        case .icmpv6: return "ICMPv6"
        case .noNextHeader: return "no next header"
        default: return "protocol \(rawValue)"
        }
    }
}

/// The header of an IPv4 or IPv6 packet, IPv6 extension headers included.
public struct IPHeader: Hashable, Sendable {
    /// Which octets of a larger packet a fragment carries (RFC 791, 3.1; RFC 8200, 4.5).
    public struct Fragment: Hashable, Sendable {
        /// The position of the first octet: a multiple of 8, at most 65,528.
        public var offset: Int
        /// Whether fragments follow.
        public var hasMore: Bool
        /// What the fragments of one packet have in common; 16 bits in IPv4.
        public var identification: UInt32

        /// A fragment with these fields.
        public init(offset: Int, hasMore: Bool, identification: UInt32) {
            self.offset = offset
            self.hasMore = hasMore
            self.identification = identification
        }
    }

    /// The sender's address.
    public let source: IPAddress
    /// The receiver's address.
    public let destination: IPAddress
    /// What the packet carries, IPv6 extension headers skipped.
    public let `protocol`: IPProtocol
    /// IPv4's time to live, IPv6's hop limit.
    public let timeToLive: UInt8
    /// Differentiated services and, in the lowest two bits, congestion notification (RFC 3168).
    public let trafficClass: UInt8
    /// IPv4's identification; nil in IPv6.
    public let identification: UInt16?
    /// Whether routers may not fragment the packet: IPv4's flag, always true in IPv6.
    public let dontFragment: Bool
    /// Nil in a packet that is whole.
    public let fragment: Fragment?
    /// How many octets the header has, IPv4 options and IPv6 extension headers included.
    public let headerLength: Int
    /// How many octets the packet had on the wire, the header included, whatever was captured.
    public let totalLength: Int

    /// The version of the Internet Protocol.
    public var version: IPVersion { source.version }

    /// How many octets follow the header on the wire, whatever was captured.
    public var payloadLength: Int { totalLength - headerLength }

    init(
        source: IPAddress, destination: IPAddress, protocol: IPProtocol, timeToLive: UInt8,
        trafficClass: UInt8, identification: UInt16?, dontFragment: Bool, fragment: Fragment?,
        headerLength: Int, totalLength: Int
    ) {
        self.source = source
        self.destination = destination
        self.protocol = `protocol`
        self.timeToLive = timeToLive
        self.trafficClass = trafficClass
        self.identification = identification
        self.dontFragment = dontFragment
        self.fragment = fragment
        self.headerLength = headerLength
        self.totalLength = totalLength
    }
}
