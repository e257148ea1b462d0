extension IPHeader {
    /// More IPv6 extension headers than this in a row are refused: RFC 8200, 4.1, has each at most
    /// once but for destination options, which may come twice.
    static let extensionHeaderLimit = 16

    /// Reads the header; returns also what of the payload was captured, padding of the link layer
    /// cut off. `role` begins the layer's name in errors, for packets quoted in others.
    static func parse(
        _ packet: ArraySlice<UInt8>, role: String = ""
    ) throws(WireError) -> (IPHeader, ArraySlice<UInt8>) {
        let reader = ByteReader(packet, of: role + "IP header", in: .packet)
        guard let first = packet.first else { throw reader.shortage(1) }
        let header: IPHeader
        switch first >> 4 {
        case 4: header = try version4(packet, role)
        case 6: header = try version6(packet, role)
        case let version: throw reader.malformed("IP version \(version) is neither 4 nor 6")
        }
        return (header, packet.prefix(header.totalLength).dropFirst(header.headerLength))
    }

    /// RFC 791, 3.1.
    private static func version4(
        _ packet: ArraySlice<UInt8>, _ role: String
    ) throws(WireError) -> IPHeader {
        var reader = ByteReader(packet, of: role + "IPv4 header", in: .packet)
        let start = reader.offset
        try reader.require(20)
        let headerLength = Int(try reader.uint8() & 0x0F) * 4
        guard headerLength >= 20 else {
            throw reader.malformed("header length \(headerLength) is below 20", at: start)
        }
        let trafficClass = try reader.uint8()
        let totalLength = Int(try reader.uint16())
        guard totalLength >= headerLength else {
            throw reader.malformed(
                "total length \(totalLength) is below the header's \(headerLength)", at: start + 2)
        }
        let identification = try reader.uint16()
        let flags = try reader.uint16()
        let timeToLive = try reader.uint8()
        let next = IPProtocol(rawValue: try reader.uint8())
        _ = try reader.uint16()  // checksum: see ChecksumReport
        let source = try reader.uint32()
        let destination = try reader.uint32()
        _ = try reader.bytes(headerLength - 20)
        let offset = Int(flags & 0x1FFF) * 8
        let hasMore = flags & 0x2000 != 0
        let isWhole = offset == 0 && !hasMore
        return IPHeader(
            source: .v4(source), destination: .v4(destination), protocol: next,
            timeToLive: timeToLive, trafficClass: trafficClass, identification: identification,
            dontFragment: flags & 0x4000 != 0,
            fragment: isWhole
                ? nil
                : Fragment(
                    offset: offset, hasMore: hasMore, identification: UInt32(identification)),
            headerLength: headerLength, totalLength: totalLength)
    }

    /// RFC 8200, 3.
    private static func version6(
        _ packet: ArraySlice<UInt8>, _ role: String
    ) throws(WireError) -> IPHeader {
        var reader = ByteReader(packet, of: role + "IPv6 header", in: .packet)
        try reader.require(40)
        let first = try reader.uint32()
        let totalLength = 40 + Int(try reader.uint16())
        let next = IPProtocol(rawValue: try reader.uint8())
        let hopLimit = try reader.uint8()
        let source = IPAddress.v6(high: try reader.uint64(), low: try reader.uint64())
        let destination = IPAddress.v6(high: try reader.uint64(), low: try reader.uint64())
        var chain = ExtensionHeaders(next: next, length: 40)
        try chain.skip(reader.remainder(), totalLength: totalLength, role)
        return IPHeader(
            source: source, destination: destination, protocol: chain.next, timeToLive: hopLimit,
            trafficClass: UInt8(truncatingIfNeeded: first >> 20), identification: nil,
            dontFragment: true, fragment: chain.fragment, headerLength: chain.length,
            totalLength: totalLength)
    }
}

/// The extension headers of an IPv6 packet, as far as they were skipped (RFC 8200, 4).
private struct ExtensionHeaders {
    /// What follows the last header skipped.
    var next: IPProtocol
    /// How many octets all headers have so far.
    var length: Int
    var fragment: IPHeader.Fragment?

    /// Skips hop-by-hop options (0), routing (43), fragment (44) and destination options (60).
    /// After a fragment header whose offset isn't 0, what follows is the middle of something.
    mutating func skip(
        _ bytes: ArraySlice<UInt8>, totalLength: Int, _ role: String
    ) throws(WireError) {
        var reader = ByteReader(bytes, of: role + "IPv6 extension header", in: .packet)
        var count = 0
        while [0, 43, 44, 60].contains(next.rawValue), (fragment?.offset ?? 0) == 0 {
            count += 1
            guard count <= IPHeader.extensionHeaderLimit else {
                throw reader.malformed("more than \(IPHeader.extensionHeaderLimit) in a row")
            }
            let start = reader.offset
            guard length + 8 <= totalLength else {
                throw reader.malformed("begins beyond the packet's \(totalLength) bytes")
            }
            try reader.require(8)
            let isFragment = next.rawValue == 44
            next = IPProtocol(rawValue: try reader.uint8())
            let extent = try reader.uint8()
            let size = isFragment ? 8 : (Int(extent) + 1) * 8
            guard length + size <= totalLength else {
                throw reader.malformed(
                    "\(size) bytes reach beyond the packet's \(totalLength)", at: start)
            }
            if isFragment {
                try readFragment(&reader)
            } else {
                _ = try reader.bytes(size - 2)
            }
            length += size
        }
    }

    /// RFC 8200, 4.5. A fragment of offset 0 that has no others is whole: an atomic fragment
    /// (RFC 6946).
    private mutating func readFragment(_ reader: inout ByteReader) throws(WireError) {
        let word = try reader.uint16()
        let identification = try reader.uint32()
        let hasMore = word & 1 != 0
        guard word & 0xFFF8 != 0 || hasMore else { return }
        fragment = IPHeader.Fragment(
            offset: Int(word & 0xFFF8), hasMore: hasMore, identification: identification)
    }
}
