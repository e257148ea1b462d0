/// What a capture file holds: its sections, its interfaces and its packets, in the order of the
/// file.
///
/// Both formats are read into the same value; classic pcap has one section and one interface, and
/// neither comments, names nor directions.
public struct CaptureFile: Hashable, Sendable {
    /// A format of capture files.
    public enum Format: Hashable, Sendable {
        /// draft-ietf-opsawg-pcapng.
        case pcapng
        /// draft-ietf-opsawg-pcap.
        case pcap
    }

    /// The format that was read.
    public var format: Format
    /// The sections; in pcapng, files put one behind the other make several.
    public var sections: [CaptureSection]
    /// The interfaces of all sections.
    public var interfaces: [CaptureInterface]
    /// The packets of all interfaces.
    public var packets: [CapturedPacket]
    /// How many blocks were skipped because they hold no packets and no facts about them: name
    /// resolution, decryption secrets, and types not known here.
    public var skippedBlockCount: Int

    /// A file with these contents.
    public init(
        format: Format = .pcapng, sections: [CaptureSection], interfaces: [CaptureInterface] = [],
        packets: [CapturedPacket] = [], skippedBlockCount: Int = 0
    ) {
        self.format = format
        self.sections = sections
        self.interfaces = interfaces
        self.packets = packets
        self.skippedBlockCount = skippedBlockCount
    }

    /// Takes the packet of a frame apart; frames count from 1, as in Wireshark.
    ///
    /// Nil if there is no such frame. Throws ``WireError/inFrame(_:_:)``.
    public func packet(inFrame number: Int) throws(WireError) -> Packet? {
        guard number >= 1, number <= packets.count else { return nil }
        let captured = packets[number - 1]
        guard interfaces.indices.contains(captured.interfaceIndex) else { return nil }
        let linkType = interfaces[captured.interfaceIndex].linkType
        do {
            return try Packet(linkType: linkType, bytes: captured.bytes)
        } catch {
            throw .inFrame(number, error)
        }
    }
}

/// What a section header of pcapng tells (draft-ietf-opsawg-pcapng, 4.1).
public struct CaptureSection: Hashable, Sendable {
    /// The comments on the section.
    public var comments: [String]
    /// The machine that captured.
    public var hardware: String?
    /// The operating system that captured: on Linux, release and version of the kernel.
    public var operatingSystem: String?
    /// The program that captured.
    public var application: String?

    /// A section with these facts.
    public init(
        comments: [String] = [], hardware: String? = nil, operatingSystem: String? = nil,
        application: String? = nil
    ) {
        self.comments = comments
        self.hardware = hardware
        self.operatingSystem = operatingSystem
        self.application = application
    }
}

/// An interface on which packets were captured (draft-ietf-opsawg-pcapng, 4.2).
public struct CaptureInterface: Hashable, Sendable {
    /// How its frames begin.
    public var linkType: LinkType
    /// The most octets kept of a frame; 0 if there was no limit.
    public var snapshotLength: UInt32
    /// Its name, such as "veth0".
    public var name: String?
    /// What it is.
    public var description: String?
    /// The comments on it.
    public var comments: [String]
    /// The unit of its time stamps in the file that was read. Those of ``CapturedPacket`` are
    /// nanoseconds all the same, cut off if the unit is finer; files are written in nanoseconds.
    public var resolution: TimestampResolution
    /// The section that it belongs to: an index of ``CaptureFile/sections``.
    public var sectionIndex: Int
    /// The last statistics about it, whose counts include earlier ones; nil if there are none.
    public var statistics: InterfaceStatistics?

    /// An interface with these facts.
    public init(
        linkType: LinkType, snapshotLength: UInt32 = 0, name: String? = nil,
        description: String? = nil, comments: [String] = [],
        resolution: TimestampResolution = .nanoseconds, sectionIndex: Int = 0,
        statistics: InterfaceStatistics? = nil
    ) {
        self.linkType = linkType
        self.snapshotLength = snapshotLength
        self.name = name
        self.description = description
        self.comments = comments
        self.resolution = resolution
        self.sectionIndex = sectionIndex
        self.statistics = statistics
    }
}

/// What a capture counted on an interface (draft-ietf-opsawg-pcapng, 4.6). Times are nanoseconds
/// since 1970-01-01 UTC.
public struct InterfaceStatistics: Hashable, Sendable {
    /// When the statistics were taken.
    public var timestampNanoseconds: UInt64
    /// When the capture began.
    public var startNanoseconds: UInt64?
    /// When the capture ended.
    public var endNanoseconds: UInt64?
    /// How many packets arrived since the capture began.
    public var receivedCount: UInt64?
    /// How many packets the interface dropped for want of resources.
    public var droppedCount: UInt64?
    /// How many packets the filter accepted.
    public var acceptedCount: UInt64?
    /// How many packets the operating system dropped.
    public var droppedBySystemCount: UInt64?
    /// How many packets were delivered to the program.
    public var deliveredCount: UInt64?
    /// The comments on the statistics.
    public var comments: [String]

    /// Statistics of this moment.
    public init(
        timestampNanoseconds: UInt64, startNanoseconds: UInt64? = nil,
        endNanoseconds: UInt64? = nil, receivedCount: UInt64? = nil, droppedCount: UInt64? = nil,
        acceptedCount: UInt64? = nil, droppedBySystemCount: UInt64? = nil,
        deliveredCount: UInt64? = nil, comments: [String] = []
    ) {
        self.timestampNanoseconds = timestampNanoseconds
        self.startNanoseconds = startNanoseconds
        self.endNanoseconds = endNanoseconds
        self.receivedCount = receivedCount
        self.droppedCount = droppedCount
        self.acceptedCount = acceptedCount
        self.droppedBySystemCount = droppedBySystemCount
        self.deliveredCount = deliveredCount
        self.comments = comments
    }
}
