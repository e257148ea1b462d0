/// Reads classic pcap (draft-ietf-opsawg-pcap; libpcap's pcap-savefile(5)).
enum PcapReader {
    /// What the first four octets tell.
    struct Magic {
        let order: ByteOrder
        let resolution: TimestampResolution

        /// The meaning of the octets, read in little-endian order; nil if they aren't pcap's.
        init?(littleEndian value: UInt32) {
            switch value {
            case 0xA1B2_C3D4: (order, resolution) = (.little, .microseconds)
            case 0xA1B2_3C4D: (order, resolution) = (.little, .nanoseconds)
            case 0xD4C3_B2A1: (order, resolution) = (.big, .microseconds)
            case 0x4D3C_B2A1: (order, resolution) = (.big, .nanoseconds)
            default: return nil
            }
        }
    }

    static func read(
        _ bytes: [UInt8], _ magic: Magic, _ limits: CaptureLimits
    ) throws(WireError) -> CaptureFile {
        var reader = ByteReader(
            bytes[...], of: "pcap file header", in: .file(block: 1), order: magic.order)
        try reader.require(24)
        _ = try reader.uint32()
        let version = (try reader.uint16(), try reader.uint16())
        guard version == (2, 4) else {
            throw reader.malformed("version \(version.0).\(version.1), only 2.4 is known", at: 4)
        }
        _ = try reader.uint64()  // reserved; once time zone and accuracy
        let snapshotLength = try reader.uint32()
        // The upper half tells of frame check sequences, which follow the IP packet.
        let linkType = LinkType(rawValue: UInt16(truncatingIfNeeded: try reader.uint32()))
        let interface = CaptureInterface(
            linkType: linkType, snapshotLength: snapshotLength, resolution: magic.resolution)
        var packets: [CapturedPacket] = []
        var rest = reader.remainder()
        while !rest.isEmpty {
            guard packets.count < limits.packetCount else {
                throw .limitExceeded(
                    what: "number of packets", offset: rest.startIndex,
                    value: UInt64(packets.count) + 1, limit: UInt64(limits.packetCount))
            }
            let (packet, after) = try record(rest, packets.count + 2, magic, limits)
            packets.append(packet)
            rest = after
        }
        return CaptureFile(
            format: .pcap, sections: [CaptureSection()], interfaces: [interface], packets: packets)
    }

    /// Reads a packet's record; returns also what follows it.
    private static func record(
        _ bytes: ArraySlice<UInt8>, _ number: Int, _ magic: Magic, _ limits: CaptureLimits
    ) throws(WireError) -> (CapturedPacket, ArraySlice<UInt8>) {
        var reader = ByteReader(
            bytes, of: "packet record", in: .file(block: number), order: magic.order)
        let start = reader.offset
        try reader.require(16)
        let seconds = UInt64(try reader.uint32())
        let fraction = UInt64(try reader.uint32())
        let unitNanoseconds: UInt64 = magic.resolution == .microseconds ? 1000 : 1
        guard fraction * unitNanoseconds < 1_000_000_000 else {
            throw reader.malformed("a fraction of \(fraction) is a second or more", at: start + 4)
        }
        let capturedLength = Int(try reader.uint32())
        let originalLength = Int(try reader.uint32())
        guard capturedLength <= limits.blockByteCount else {
            throw .limitExceeded(
                what: "length of packet record", offset: start + 8, value: UInt64(capturedLength),
                limit: UInt64(limits.blockByteCount))
        }
        guard capturedLength <= originalLength else {
            throw reader.malformed(
                "\(capturedLength) bytes captured of \(originalLength)", at: start + 8)
        }
        let packet = CapturedPacket(
            timestampNanoseconds: seconds * 1_000_000_000 + fraction * unitNanoseconds,
            bytes: Array(try reader.bytes(capturedLength)), originalLength: originalLength)
        return (packet, reader.remainder())
    }
}
