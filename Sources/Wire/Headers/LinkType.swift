/// What every frame of an interface begins with, by the number that capture files use (LINKTYPE_…,
/// draft-ietf-opsawg-pcaplinktype).
public struct LinkType: RawRepresentable, Hashable, Sendable, Codable {
    /// The registered number.
    public var rawValue: UInt16

    /// The link type with this number, known here or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// BSD loopback: four octets of address family, in the order of the capturing machine.
    public static let null = LinkType(rawValue: 0)
    /// Ethernet.
    public static let ethernet = LinkType(rawValue: 1)
    /// Nothing: the packet begins with its IPv4 or IPv6 header.
    public static let raw = LinkType(rawValue: 101)
    /// Linux "cooked" capture of 16 octets, as libpcap's "any" device made it.
    public static let linuxSLL = LinkType(rawValue: 113)
    /// Linux "cooked" capture of 20 octets, with the interface's index.
    public static let linuxSLL2 = LinkType(rawValue: 276)
}

extension LinkType: CustomStringConvertible {
    /// The registered name if it is known here, and the number.
    public var description: String {
        switch self {
        case .null: return "NULL (0)"
        case .ethernet: return "ETHERNET (1)"
        case .raw: return "RAW (101)"
        case .linuxSLL: return "LINUX_SLL (113)"
        case .linuxSLL2: return "LINUX_SLL2 (276)"
        default: return String(rawValue)
        }
    }
}

/// The protocol that an Ethernet frame carries (IEEE 802 numbers, RFC 9542).
public struct EtherType: RawRepresentable, Hashable, Sendable, Codable {
    /// The number; below 1536 it is the length of an 802.3 frame instead.
    public var rawValue: UInt16

    /// The protocol with this number, known here or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The Internet Protocol, version 4.
    public static let ipv4 = EtherType(rawValue: 0x0800)
    /// The Address Resolution Protocol.
    public static let arp = EtherType(rawValue: 0x0806)
    /// An 802.1Q tag.
    public static let vlan = EtherType(rawValue: 0x8100)
    /// An 802.1ad service tag.
    public static let serviceVLAN = EtherType(rawValue: 0x88A8)
    /// The Internet Protocol, version 6.
    public static let ipv6 = EtherType(rawValue: 0x86DD)
}

extension EtherType: CustomStringConvertible {
    /// The protocol's name if it is known here, or the number in hexadecimal.
    public var description: String {
        switch self {
        case .ipv4: return "IPv4"
        case .arp: return "ARP"
        case .vlan: return "802.1Q"
        case .serviceVLAN: return "802.1ad"
        case .ipv6: return "IPv6"
        case EtherType(rawValue: 0x8035): return "RARP"
        case EtherType(rawValue: 0x8863): return "PPPoE discovery"
        case EtherType(rawValue: 0x8864): return "PPPoE session"
        case EtherType(rawValue: 0x888E): return "EAPOL"
        case EtherType(rawValue: 0x88CC): return "LLDP"
        default:
            if rawValue < 1536 { return "802.3 LLC" }
            return "ethertype 0x" + String(rawValue, radix: 16)
        }
    }
}
