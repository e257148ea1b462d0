/// Writes a pcapng file into memory: one section header, then whatever is added, in that order.
///
/// Integers are little-endian and times are nanoseconds. The same calls make the same bytes, on any
/// machine. An error leaves the writer as it was.
///
///     var writer = try PcapNGWriter(section: CaptureSection(application: "etimedout"))
///     let veth = try writer.add(CaptureInterface(linkType: .ethernet, name: "veth0"))
///     try writer.add(CapturedPacket(interfaceIndex: veth, timestampNanoseconds: t, bytes: frame))
///
/// Source: draft-ietf-opsawg-pcapng.
public struct PcapNGWriter: Sendable {
    /// The file so far; a valid file at any time.
    public private(set) var bytes: [UInt8] = []

    /// The snapshot length of each interface added, of all sections.
    private var snapshotLengths: [UInt32] = []
    /// How many interfaces the sections before the present one have.
    private var interfaceBase = 0
    private let limits = CaptureLimits()

    /// Begins a file with a section header.
    public init(section: CaptureSection) throws(WireError) {
        try begin(section)
    }

    /// Begins another section. Interfaces of earlier sections get no more packets; indices go on.
    public mutating func begin(_ section: CaptureSection) throws(WireError) {
        var block = BlockBuilder(PcapNGFormat.Block.sectionHeader, "section header")
        block.body.appendLittleEndian(PcapNGFormat.byteOrderMagic)
        block.body.appendLittleEndian(UInt16(1))  // major version
        block.body.appendLittleEndian(UInt16(0))  // minor version
        block.body.appendLittleEndian(UInt64.max)  // section length: not specified
        try block.add(comments: section.comments)
        try block.add(PcapNGFormat.Option.sectionHardware, section.hardware)
        try block.add(PcapNGFormat.Option.sectionOperatingSystem, section.operatingSystem)
        try block.add(PcapNGFormat.Option.sectionApplication, section.application)
        bytes += try block.finished(limits)
        interfaceBase = snapshotLengths.count
    }

    /// Adds an interface to the present section; returns its index, which packets refer to.
    ///
    /// `sectionIndex`, `resolution` and `statistics` aren't written; see
    /// ``add(_:ofInterface:)``.
    @discardableResult
    public mutating func add(_ interface: CaptureInterface) throws(WireError) -> Int {
        guard snapshotLengths.count < limits.interfaceCount else {
            throw .cannotWrite(
                what: "interface", reason: "there are \(limits.interfaceCount) already")
        }
        var block = BlockBuilder(
            PcapNGFormat.Block.interfaceDescription, "interface description")
        block.body.appendLittleEndian(interface.linkType.rawValue)
        block.body.appendLittleEndian(UInt16(0))  // reserved
        block.body.appendLittleEndian(interface.snapshotLength)
        try block.add(comments: interface.comments)
        try block.add(PcapNGFormat.Option.interfaceName, interface.name)
        try block.add(PcapNGFormat.Option.interfaceDescription, interface.description)
        try block.add(
            PcapNGFormat.Option.interfaceResolution, [TimestampResolution.nanoseconds.rawValue])
        bytes += try block.finished(limits)
        snapshotLengths.append(interface.snapshotLength)
        return snapshotLengths.count - 1
    }

    /// Adds a packet, as an enhanced packet block.
    ///
    /// Refuses one that has no time, that is longer than its interface's snapshot length or than it
    /// was on the wire, or whose interface isn't of the present section.
    public mutating func add(_ packet: CapturedPacket) throws(WireError) {
        let number = try numberInSection(ofInterface: packet.interfaceIndex, for: "packet")
        guard packet.hasTimestamp else {
            throw .cannotWrite(what: "packet", reason: "it has no time stamp")
        }
        guard packet.bytes.count <= limits.blockByteCount,
            let originalLength = UInt32(exactly: packet.originalLength),
            packet.bytes.count <= packet.originalLength
        else {
            throw .cannotWrite(
                what: "packet",
                reason: "\(packet.bytes.count) bytes captured of \(packet.originalLength)")
        }
        let snapshotLength = snapshotLengths[packet.interfaceIndex]
        guard snapshotLength == 0 || packet.bytes.count <= Int(snapshotLength) else {
            throw .cannotWrite(
                what: "packet",
                reason: "\(packet.bytes.count) bytes, the snapshot length is \(snapshotLength)")
        }
        var block = BlockBuilder(PcapNGFormat.Block.enhancedPacket, "enhanced packet")
        block.body.appendLittleEndian(number)
        block.body.append(timestamp: packet.timestampNanoseconds)
        block.body.appendLittleEndian(UInt32(truncatingIfNeeded: packet.bytes.count))
        block.body.appendLittleEndian(originalLength)
        block.body += packet.bytes
        block.body.padToMultipleOfFour()
        try block.add(comments: packet.comments)
        try block.add(PcapNGFormat.Option.packetFlags, packet.flags?.rawValue)
        try block.add(PcapNGFormat.Option.packetDropCount, packet.dropCount)
        bytes += try block.finished(limits)
    }

    /// Adds what was counted on an interface of the present section.
    public mutating func add(
        _ statistics: InterfaceStatistics, ofInterface index: Int
    ) throws(WireError) {
        typealias Option = PcapNGFormat.Option
        let number = try numberInSection(ofInterface: index, for: "interface statistics")
        var block = BlockBuilder(PcapNGFormat.Block.interfaceStatistics, "interface statistics")
        block.body.appendLittleEndian(number)
        block.body.append(timestamp: statistics.timestampNanoseconds)
        try block.add(comments: statistics.comments)
        try block.add(Option.statisticsStart, timestamp: statistics.startNanoseconds)
        try block.add(Option.statisticsEnd, timestamp: statistics.endNanoseconds)
        try block.add(Option.statisticsReceived, statistics.receivedCount)
        try block.add(Option.statisticsDropped, statistics.droppedCount)
        try block.add(Option.statisticsAccepted, statistics.acceptedCount)
        try block.add(Option.statisticsDroppedBySystem, statistics.droppedBySystemCount)
        try block.add(Option.statisticsDelivered, statistics.deliveredCount)
        bytes += try block.finished(limits)
    }

    /// The number of an interface in its section, which is what blocks hold.
    private func numberInSection(
        ofInterface index: Int, for what: String
    ) throws(WireError) -> UInt32 {
        guard index >= interfaceBase, index < snapshotLengths.count else {
            throw .cannotWrite(
                what: what,
                reason: "interface \(index) isn't of the present section, which has "
                    + "\(interfaceBase)..<\(snapshotLengths.count)")
        }
        return UInt32(truncatingIfNeeded: index - interfaceBase)
    }
}

extension CaptureFile {
    /// The file in pcapng, section after section: header, interfaces, packets, statistics.
    ///
    /// Reading these bytes gives the same value back, if it is pcapng in nanoseconds, skipped no
    /// blocks, and has its packets in the order of its sections. Throws
    /// ``WireError/cannotWrite(what:reason:)``, within a frame where there is one.
    public func pcapNGBytes() throws(WireError) -> [UInt8] {
        guard let first = sections.first else {
            throw .cannotWrite(what: "capture file", reason: "it has no section")
        }
        let order = interfaces.map(\.sectionIndex)
        guard order == order.sorted(), order.allSatisfy(sections.indices.contains) else {
            throw .cannotWrite(
                what: "capture file", reason: "its interfaces aren't in the order of its sections")
        }
        var writer = try PcapNGWriter(section: first)
        var rest = packets.enumerated().makeIterator()
        var pending = rest.next()
        for (index, section) in sections.enumerated() {
            if index > 0 { try writer.begin(section) }
            let own = interfaces.indices.filter { interfaces[$0].sectionIndex == index }
            for interface in own { try writer.add(interfaces[interface]) }
            while let (offset, packet) = pending,
                index == sections.count - 1 || own.contains(packet.interfaceIndex)
            {
                do { try writer.add(packet) } catch { throw .inFrame(offset + 1, error) }
                pending = rest.next()
            }
            for interface in own {
                guard let statistics = interfaces[interface].statistics else { continue }
                try writer.add(statistics, ofInterface: interface)
            }
        }
        return writer.bytes
    }
}
