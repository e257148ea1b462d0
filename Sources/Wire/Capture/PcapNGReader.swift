/// Reads pcapng block by block (draft-ietf-opsawg-pcapng).
///
/// The length that a section header gives for its section isn't used: it serves to skip sections.
struct PcapNGReader {
    private let limits: CaptureLimits
    private var file = CaptureFile(sections: [])
    /// How the times of each interface are to be read.
    private var clocks: [Clock] = []
    /// How many interfaces the sections before the present one have.
    private var interfaceBase = 0
    private var order = ByteOrder.little
    /// The number of the block being read, from 1.
    private var blockNumber = 0

    /// The unit of an interface's times, and what to add to them.
    private struct Clock {
        let resolution: TimestampResolution
        let offsetSeconds: Int64
    }

    static func read(_ bytes: [UInt8], _ limits: CaptureLimits) throws(WireError) -> CaptureFile {
        var reader = PcapNGReader(limits: limits)
        var rest = bytes[...]
        while !rest.isEmpty { rest = try reader.block(rest) }
        return reader.file
    }

    private init(limits: CaptureLimits) { self.limits = limits }

    private func reader(_ bytes: ArraySlice<UInt8>, of name: String) -> ByteReader {
        ByteReader(bytes, of: name, in: .file(block: blockNumber), order: order)
    }

    /// Reads one block; returns what follows it.
    private mutating func block(
        _ bytes: ArraySlice<UInt8>
    ) throws(WireError) -> ArraySlice<UInt8> {
        blockNumber += 1
        let start = bytes.startIndex
        try reader(bytes, of: "block").require(12)
        var head = reader(bytes, of: "block")
        let type = try head.uint32()
        if type == PcapNGFormat.Block.sectionHeader { try setOrder(bytes.dropFirst(8)) }
        head = reader(bytes.dropFirst(4), of: "block")
        let length = Int(try head.uint32())
        guard length >= 12, length % 4 == 0 else {
            throw head.malformed(
                "a length of \(length) isn't a multiple of 4 from 12 on", at: start + 4)
        }
        guard length <= limits.blockByteCount else {
            throw .limitExceeded(
                what: "length of block", offset: start + 4, value: UInt64(length),
                limit: UInt64(limits.blockByteCount))
        }
        try reader(bytes, of: "block").require(length)
        var tail = reader(bytes.prefix(length).suffix(4), of: "block")
        let repeated = Int(try tail.uint32())
        guard repeated == length else {
            throw tail.malformed(
                "length \(length) at its beginning, \(repeated) at its end", at: start)
        }
        try read(type, bytes.prefix(length - 4).dropFirst(8))
        return bytes.dropFirst(length)
    }

    private mutating func setOrder(_ body: ArraySlice<UInt8>) throws(WireError) {
        var reader = ByteReader(
            body, of: "section header", in: .file(block: blockNumber), order: .little)
        switch try reader.uint32() {
        case PcapNGFormat.byteOrderMagic: order = .little
        case PcapNGFormat.byteOrderMagic.byteSwapped: order = .big
        default: throw reader.malformed("no byte-order magic", at: body.startIndex)
        }
    }

    private mutating func read(_ type: UInt32, _ body: ArraySlice<UInt8>) throws(WireError) {
        switch type {
        case PcapNGFormat.Block.sectionHeader: try sectionHeader(body)
        case PcapNGFormat.Block.interfaceDescription: try interfaceDescription(body)
        case PcapNGFormat.Block.enhancedPacket: try enhancedPacket(body)
        case PcapNGFormat.Block.simplePacket: try simplePacket(body)
        case PcapNGFormat.Block.packet: try obsoletePacket(body)
        case PcapNGFormat.Block.interfaceStatistics: try interfaceStatistics(body)
        default: file.skippedBlockCount += 1
        }
    }

    /// 4.1. A minor version of 2 is to be read as 0.
    private mutating func sectionHeader(_ body: ArraySlice<UInt8>) throws(WireError) {
        var reader = reader(body, of: "section header")
        try limit("number of sections", file.sections.count, limits.sectionCount, reader)
        _ = try reader.uint32()
        let start = reader.offset
        let version = (try reader.uint16(), try reader.uint16())
        guard version == (1, 0) || version == (1, 2) else {
            throw reader.malformed(
                "version \(version.0).\(version.1), only 1.0 is known", at: start)
        }
        _ = try reader.uint64()  // section length
        let options = try PcapNGOptions(&reader, limits)
        file.sections.append(
            CaptureSection(
                comments: try options.comments(),
                hardware: try options.text(PcapNGFormat.Option.sectionHardware),
                operatingSystem: try options.text(PcapNGFormat.Option.sectionOperatingSystem),
                application: try options.text(PcapNGFormat.Option.sectionApplication)))
        interfaceBase = file.interfaces.count
    }

    /// 4.2.
    private mutating func interfaceDescription(_ body: ArraySlice<UInt8>) throws(WireError) {
        var reader = reader(body, of: "interface description")
        try limit("number of interfaces", file.interfaces.count, limits.interfaceCount, reader)
        let linkType = LinkType(rawValue: try reader.uint16())
        _ = try reader.uint16()  // reserved
        let snapshotLength = try reader.uint32()
        let options = try PcapNGOptions(&reader, limits)
        let resolution =
            try options.uint8(PcapNGFormat.Option.interfaceResolution)
            .map(TimestampResolution.init(rawValue:)) ?? .microseconds
        let offset = try options.uint64(PcapNGFormat.Option.interfaceOffset) ?? 0
        clocks.append(
            Clock(resolution: resolution, offsetSeconds: Int64(bitPattern: offset)))
        file.interfaces.append(
            CaptureInterface(
                linkType: linkType, snapshotLength: snapshotLength,
                name: try options.text(PcapNGFormat.Option.interfaceName),
                description: try options.text(PcapNGFormat.Option.interfaceDescription),
                comments: try options.comments(), resolution: resolution,
                sectionIndex: file.sections.count - 1))
    }

    /// 4.3.
    private mutating func enhancedPacket(_ body: ArraySlice<UInt8>) throws(WireError) {
        var reader = reader(body, of: "enhanced packet")
        try limit("number of packets", file.packets.count, limits.packetCount, reader)
        let index = try interfaceIndex(reader.uint32(), reader)
        let timestamp = try nanoseconds(reader.timestamp(), index, reader)
        var packet = try contents(&reader, index, timestamp)
        let options = try PcapNGOptions(&reader, limits)
        packet.comments = try options.comments()
        packet.flags = try options.uint32(PcapNGFormat.Option.packetFlags)
            .map(PacketFlags.init(rawValue:))
        packet.dropCount = try options.uint64(PcapNGFormat.Option.packetDropCount)
        file.packets.append(packet)
    }

    /// 4.4. Always of the section's first interface, whose snapshot length tells how much was kept.
    private mutating func simplePacket(_ body: ArraySlice<UInt8>) throws(WireError) {
        var reader = reader(body, of: "simple packet")
        try limit("number of packets", file.packets.count, limits.packetCount, reader)
        let index = try interfaceIndex(0, reader)
        let originalLength = Int(try reader.uint32())
        let snapshotLength = Int(file.interfaces[index].snapshotLength)
        let length = snapshotLength == 0 ? originalLength : min(originalLength, snapshotLength)
        var packet = CapturedPacket(
            interfaceIndex: index, timestampNanoseconds: 0,
            bytes: Array(try reader.bytes(length)), originalLength: originalLength)
        _ = try reader.bytes(paddingToMultipleOfFour(length))
        packet.hasTimestamp = false
        file.packets.append(packet)
    }

    /// Appendix A: interface and drop count have 16 bits; 0xFFFF drops are an unknown number.
    private mutating func obsoletePacket(_ body: ArraySlice<UInt8>) throws(WireError) {
        var reader = reader(body, of: "obsolete packet")
        try limit("number of packets", file.packets.count, limits.packetCount, reader)
        let index = try interfaceIndex(UInt32(reader.uint16()), reader)
        let drops = try reader.uint16()
        let timestamp = try nanoseconds(reader.timestamp(), index, reader)
        var packet = try contents(&reader, index, timestamp)
        let options = try PcapNGOptions(&reader, limits)
        packet.comments = try options.comments()
        packet.flags = try options.uint32(PcapNGFormat.Option.packetFlags)
            .map(PacketFlags.init(rawValue:))
        packet.dropCount = drops == 0xFFFF ? nil : UInt64(drops)
        file.packets.append(packet)
    }

    /// Both lengths of a packet, its octets and their padding.
    private func contents(
        _ reader: inout ByteReader, _ index: Int, _ timestamp: UInt64
    ) throws(WireError) -> CapturedPacket {
        let start = reader.offset
        let capturedLength = Int(try reader.uint32())
        let originalLength = Int(try reader.uint32())
        guard capturedLength <= originalLength else {
            throw reader.malformed(
                "\(capturedLength) bytes captured of \(originalLength)", at: start)
        }
        let bytes = try reader.bytes(capturedLength)
        _ = try reader.bytes(paddingToMultipleOfFour(capturedLength))
        return CapturedPacket(
            interfaceIndex: index, timestampNanoseconds: timestamp, bytes: Array(bytes),
            originalLength: originalLength)
    }

    /// 4.6. Later statistics of an interface replace earlier ones.
    private mutating func interfaceStatistics(_ body: ArraySlice<UInt8>) throws(WireError) {
        typealias Option = PcapNGFormat.Option
        var reader = reader(body, of: "interface statistics")
        let index = try interfaceIndex(reader.uint32(), reader)
        let timestamp = try nanoseconds(reader.timestamp(), index, reader)
        let options = try PcapNGOptions(&reader, limits)
        var statistics = InterfaceStatistics(timestampNanoseconds: timestamp)
        if let start = try options.timestamp(Option.statisticsStart) {
            statistics.startNanoseconds = try nanoseconds(start, index, reader)
        }
        if let end = try options.timestamp(Option.statisticsEnd) {
            statistics.endNanoseconds = try nanoseconds(end, index, reader)
        }
        statistics.receivedCount = try options.uint64(Option.statisticsReceived)
        statistics.droppedCount = try options.uint64(Option.statisticsDropped)
        statistics.acceptedCount = try options.uint64(Option.statisticsAccepted)
        statistics.droppedBySystemCount = try options.uint64(Option.statisticsDroppedBySystem)
        statistics.deliveredCount = try options.uint64(Option.statisticsDelivered)
        statistics.comments = try options.comments()
        file.interfaces[index].statistics = statistics
    }

    /// The index among all interfaces of one that a block names by its number in the section.
    private func interfaceIndex(
        _ number: UInt32, _ reader: ByteReader
    ) throws(WireError) -> Int {
        let index = interfaceBase + Int(number)
        guard index < file.interfaces.count else {
            throw reader.malformed(
                "interface \(number), the section has described "
                    + "\(file.interfaces.count - interfaceBase)")
        }
        return index
    }

    /// Nanoseconds since 1970 of a time in an interface's unit.
    private func nanoseconds(
        _ count: UInt64, _ index: Int, _ reader: ByteReader
    ) throws(WireError) -> UInt64 {
        let clock = clocks[index]
        guard let sinceOffset = clock.resolution.nanoseconds(count),
            let time = UInt64(
                exactly: Int128(sinceOffset) + Int128(clock.offsetSeconds) * 1_000_000_000)
        else {
            throw reader.malformed(
                "a time of \(count) · \(clock.resolution) with an offset of "
                    + "\(clock.offsetSeconds) s isn't between 1970 and 2554")
        }
        return time
    }

    private func limit(
        _ what: String, _ count: Int, _ limit: Int, _ reader: ByteReader
    ) throws(WireError) {
        guard count < limit else {
            throw .limitExceeded(
                what: what, offset: reader.offset, value: UInt64(count) + 1, limit: UInt64(limit))
        }
    }
}
