import Wire

/// One message between the one who asks for trials and the performer, in either direction.
///
/// On the host it travels through a pipe, in a guest through a serial port: so it is framed,
/// bounded and checksummed, and a broken one is told from an end. Layout: `ETO1`, a kind, three
/// zero bytes, the payload's length and its CRC-32 (both little-endian, 32 bits), the payload.
public struct Frame: Sendable, Hashable {
    /// What the payload is.
    public var kind: Kind
    /// The payload: a value as `Compact` writes it, or what its kind says.
    public var payload: [UInt8]

    /// A frame.
    public init(_ kind: Kind, _ payload: [UInt8] = []) {
        self.kind = kind
        self.payload = payload
    }

    /// The kinds of message.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// To the performer: what is to be performed (`Plan`).
        case plan = 1
        /// From it: who and what it is (`Greeting`).
        case greeting = 2
        /// From it: a trial has got so far (`Progress`).
        case progress = 3
        /// From it: an observation with its packets (see `ObservationPayload`).
        case observation = 4
        /// From it: it cannot perform anything, and why (`Refusal`).
        case refusal = 5
        /// From it: all is done.
        case done = 6
    }

    /// The longest payload: a flood that a broken kernel sends is cut long before.
    public static let maximumPayload = 64 << 20

    static let magic: [UInt8] = [0x45, 0x54, 0x4f, 0x31]
    static let headerLength = 16

    /// The frame's bytes.
    public var encoded: [UInt8] {
        var bytes = Frame.magic + [kind.rawValue, 0, 0, 0]
        for word in [UInt32(payload.count), CRC32.checksum(of: payload)] {
            for shift in stride(from: 0, to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(shift)))
            }
        }
        return bytes + payload
    }
}

/// What is wrong with a stream of frames.
public enum FrameError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The bytes at this offset are not the beginning of a frame.
    case notAFrame(offset: Int)
    /// The frame at this offset has a kind that nobody knows.
    case unknownKind(UInt8, offset: Int)
    /// The frame at this offset claims to be longer than allowed.
    case tooLong(Int, offset: Int)
    /// The frame's payload does not have the checksum that it claims.
    case damaged(offset: Int)

    /// One line: what happened, and where.
    public var description: String {
        switch self {
        case .notAFrame(let offset): "byte \(offset) of the stream does not begin a frame"
        case .unknownKind(let kind, let offset):
            "the frame at byte \(offset) is of the unknown kind \(kind)"
        case .tooLong(let length, let offset):
            "the frame at byte \(offset) claims \(length) bytes, more than \(Frame.maximumPayload)"
        case .damaged(let offset): "the frame at byte \(offset) fails its checksum"
        }
    }
}

/// Puts frames together from pieces of a stream.
public struct FrameParser: Sendable {
    private var buffer: [UInt8] = []
    private var consumed = 0
    private var offset = 0

    /// A parser at the beginning of a stream.
    public init() {}

    /// Takes the next piece of the stream.
    public mutating func append(_ bytes: some Sequence<UInt8>) { buffer.append(contentsOf: bytes) }

    /// Bytes of a frame that has begun and not ended.
    public var pendingBytes: Int { buffer.count - consumed }

    /// The next whole frame, or nil until more bytes come.
    public mutating func next() throws(FrameError) -> Frame? {
        guard pendingBytes >= Frame.headerLength else { return nil }
        let header = buffer[consumed..<consumed + Frame.headerLength]
        guard header.starts(with: Frame.magic) else { throw .notAFrame(offset: offset) }
        let start = header.startIndex
        guard let kind = Frame.Kind(rawValue: header[start + 4]) else {
            throw .unknownKind(header[start + 4], offset: offset)
        }
        let length = Int(Self.word(header, at: start + 8))
        guard length <= Frame.maximumPayload else { throw .tooLong(length, offset: offset) }
        guard pendingBytes >= Frame.headerLength + length else { return nil }
        let first = consumed + Frame.headerLength
        let payload = Array(buffer[first..<first + length])
        guard CRC32.checksum(of: payload) == Self.word(header, at: start + 12) else {
            throw .damaged(offset: offset)
        }
        consumed += Frame.headerLength + length
        offset += Frame.headerLength + length
        if consumed > 1 << 20 || consumed == buffer.count {
            buffer.removeFirst(consumed)
            consumed = 0
        }
        return Frame(kind, payload)
    }

    private static func word(_ bytes: ArraySlice<UInt8>, at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
    }
}
