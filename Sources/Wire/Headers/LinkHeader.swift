/// What precedes the network header in a frame.
public struct LinkHeader: Hashable, Sendable {
    /// How the frame begins.
    public let linkType: LinkType
    /// The protocol of what follows, VLAN tags skipped.
    public let etherType: EtherType
    /// How many octets precede the network header, VLAN tags included.
    public let length: Int
    /// The identifiers of the VLAN tags, outermost first: 0…4095.
    public let vlanIdentifiers: [UInt16]
    /// The sender's link address: 6 octets on Ethernet, 0…8 in Linux cooked capture, else empty.
    public let source: [UInt8]
    /// The receiver's link address: 6 octets on Ethernet, else empty.
    public let destination: [UInt8]
    /// Where the frame was headed as the capturing host saw it; only in Linux cooked capture.
    public let cookedType: CookedPacketType?
    /// The index of the interface that saw it; only in LINUX_SLL2.
    public let interfaceIndex: UInt32?

    private init(
        _ linkType: LinkType, _ etherType: EtherType, length: Int, vlanIdentifiers: [UInt16] = [],
        source: ArraySlice<UInt8> = [], destination: ArraySlice<UInt8> = [],
        cookedType: CookedPacketType? = nil, interfaceIndex: UInt32? = nil
    ) {
        self.linkType = linkType
        self.etherType = etherType
        self.length = length
        self.vlanIdentifiers = vlanIdentifiers
        self.source = Array(source)
        self.destination = Array(destination)
        self.cookedType = cookedType
        self.interfaceIndex = interfaceIndex
    }
}

/// Where a frame was headed as the capturing host saw it (Linux's PACKET_HOST … PACKET_OUTGOING in
/// linux/if_packet.h; LINKTYPE_LINUX_SLL).
public struct CookedPacketType: RawRepresentable, Hashable, Sendable {
    /// The number in the header.
    public var rawValue: UInt16

    /// The type with this number, known here or not.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// To this host.
    public static let host = CookedPacketType(rawValue: 0)
    /// Broadcast by somebody else.
    public static let broadcast = CookedPacketType(rawValue: 1)
    /// Multicast by somebody else.
    public static let multicast = CookedPacketType(rawValue: 2)
    /// From somebody else to somebody else.
    public static let otherHost = CookedPacketType(rawValue: 3)
    /// Sent by this host.
    public static let outgoing = CookedPacketType(rawValue: 4)
}

extension LinkHeader {
    /// More tags than this in a row are refused: two are standard (802.1ad), hostile frames have
    /// hundreds.
    static let vlanTagLimit = 4

    /// Reads the header of a frame; returns also what follows it.
    static func parse(
        _ frame: ArraySlice<UInt8>, _ linkType: LinkType
    ) throws(WireError) -> (LinkHeader, ArraySlice<UInt8>) {
        switch linkType {
        case .ethernet: return try ethernet(frame)
        case .raw: return try raw(frame)
        case .null: return try null(frame)
        case .linuxSLL: return try cooked(frame)
        case .linuxSLL2: return try cookedVersion2(frame)
        default: throw .linkTypeUnsupported(linkType)
        }
    }

    private static func ethernet(
        _ frame: ArraySlice<UInt8>
    ) throws(WireError) -> (LinkHeader, ArraySlice<UInt8>) {
        var reader = ByteReader(frame, of: "Ethernet header", in: .packet)
        try reader.require(14)
        let destination = try reader.bytes(6)
        let source = try reader.bytes(6)
        let (etherType, tags) = try skipTags(EtherType(rawValue: reader.uint16()), &reader)
        let header = LinkHeader(
            .ethernet, etherType, length: reader.offset - frame.startIndex, vlanIdentifiers: tags,
            source: source, destination: destination)
        return (header, reader.remainder())
    }

    /// Skips 802.1Q and 802.1ad tags: two octets of priority and identifier, two of the next type.
    private static func skipTags(
        _ first: EtherType, _ reader: inout ByteReader
    ) throws(WireError) -> (EtherType, [UInt16]) {
        var etherType = first
        var tags: [UInt16] = []
        while etherType == .vlan || etherType == .serviceVLAN {
            guard tags.count < vlanTagLimit else {
                throw reader.malformed("more than \(vlanTagLimit) VLAN tags")
            }
            try reader.require(4)
            tags.append(try reader.uint16() & 0x0FFF)
            etherType = EtherType(rawValue: try reader.uint16())
        }
        return (etherType, tags)
    }

    private static func raw(
        _ frame: ArraySlice<UInt8>
    ) throws(WireError) -> (LinkHeader, ArraySlice<UInt8>) {
        let reader = ByteReader(frame, of: "IP header", in: .packet)
        guard let first = frame.first else { throw reader.shortage(1) }
        switch first >> 4 {
        case 4: return (LinkHeader(.raw, .ipv4, length: 0), frame)
        case 6: return (LinkHeader(.raw, .ipv6, length: 0), frame)
        case let version: throw reader.malformed("IP version \(version) is neither 4 nor 6")
        }
    }

    /// The family is 2 for IPv4; for IPv6 it is 24, 28 or 30, by the BSD, and 10 on Linux. All are
    /// below 256, so the other byte order is told by the zeros.
    private static func null(
        _ frame: ArraySlice<UInt8>
    ) throws(WireError) -> (LinkHeader, ArraySlice<UInt8>) {
        var reader = ByteReader(frame, of: "loopback header", in: .packet)
        let value = try reader.uint32()
        switch value < 256 ? value : value.byteSwapped {
        case 2: return (LinkHeader(.null, .ipv4, length: 4), reader.remainder())
        case 10, 24, 28, 30: return (LinkHeader(.null, .ipv6, length: 4), reader.remainder())
        case let family:
            throw reader.malformed(
                "address family \(family) is neither IPv4 nor IPv6", at: frame.startIndex)
        }
    }

    private static func cooked(
        _ frame: ArraySlice<UInt8>
    ) throws(WireError) -> (LinkHeader, ArraySlice<UInt8>) {
        var reader = ByteReader(frame, of: "Linux cooked header", in: .packet)
        try reader.require(16)
        let type = CookedPacketType(rawValue: try reader.uint16())
        _ = try reader.uint16()  // ARPHRD_ type of the interface
        let addressLength = Int(try reader.uint16())
        let address = try reader.bytes(8)
        let (etherType, tags) = try skipTags(EtherType(rawValue: reader.uint16()), &reader)
        let header = LinkHeader(
            .linuxSLL, etherType, length: reader.offset - frame.startIndex, vlanIdentifiers: tags,
            source: address.prefix(addressLength), cookedType: type)
        return (header, reader.remainder())
    }

    private static func cookedVersion2(
        _ frame: ArraySlice<UInt8>
    ) throws(WireError) -> (LinkHeader, ArraySlice<UInt8>) {
        var reader = ByteReader(frame, of: "Linux cooked header v2", in: .packet)
        try reader.require(20)
        let first = EtherType(rawValue: try reader.uint16())
        _ = try reader.uint16()  // reserved
        let interfaceIndex = try reader.uint32()
        _ = try reader.uint16()  // ARPHRD_ type of the interface
        let type = CookedPacketType(rawValue: UInt16(try reader.uint8()))
        let addressLength = Int(try reader.uint8())
        let address = try reader.bytes(8)
        let (etherType, tags) = try skipTags(first, &reader)
        let header = LinkHeader(
            .linuxSLL2, etherType, length: reader.offset - frame.startIndex, vlanIdentifiers: tags,
            source: address.prefix(addressLength), cookedType: type, interfaceIndex: interfaceIndex)
        return (header, reader.remainder())
    }
}
