/// A frame as it was captured (draft-ietf-opsawg-pcapng, 4.3).
public struct CapturedPacket: Hashable, Sendable {
    /// The interface that saw it: an index of ``CaptureFile/interfaces``.
    public var interfaceIndex: Int
    /// When it was seen: nanoseconds since 1970-01-01 UTC, which end in 2554. 0 without meaning if
    /// ``hasTimestamp`` is false.
    public var timestampNanoseconds: UInt64
    /// Whether the capture tells when it was seen. Simple packet blocks don't
    /// (draft-ietf-opsawg-pcapng, 4.4).
    public var hasTimestamp: Bool
    /// Its first octets, up to the interface's snapshot length.
    public var bytes: [UInt8]
    /// How many octets it had on the wire.
    public var originalLength: Int
    /// Which way it went, and how it was received; nil if the capture doesn't say.
    public var flags: PacketFlags?
    /// How many packets were lost between this one and the one before on the same interface; nil if
    /// the capture doesn't say.
    public var dropCount: UInt64?
    /// The comments on it.
    public var comments: [String]

    /// A frame captured whole, unless `originalLength` says otherwise.
    public init(
        interfaceIndex: Int = 0, timestampNanoseconds: UInt64, bytes: [UInt8],
        originalLength: Int? = nil, flags: PacketFlags? = nil, dropCount: UInt64? = nil,
        comments: [String] = []
    ) {
        self.interfaceIndex = interfaceIndex
        self.timestampNanoseconds = timestampNanoseconds
        self.hasTimestamp = true
        self.bytes = bytes
        self.originalLength = originalLength ?? bytes.count
        self.flags = flags
        self.dropCount = dropCount
        self.comments = comments
    }

    /// Which way it went, if the capture says.
    public var direction: PacketFlags.Direction? { flags?.direction }
}

/// The flags word of a captured frame (draft-ietf-opsawg-pcapng, 4.3.1). All bits are kept, those
/// not named here included.
public struct PacketFlags: RawRepresentable, Hashable, Sendable {
    /// Which way a frame went, as the capturing host sees it.
    public enum Direction: UInt32, Hashable, Sendable, Codable {
        /// Received.
        case inbound = 1
        /// Sent.
        case outbound = 2
    }

    /// The word.
    public var rawValue: UInt32

    /// The flags of this word.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Only the direction, nothing said of the rest.
    public init(direction: Direction) { self.rawValue = direction.rawValue }

    /// Bits 0 and 1; nil if they don't say.
    public var direction: Direction? { Direction(rawValue: rawValue & 3) }
}
