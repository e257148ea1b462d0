/// An option of a TCP header (RFC 9293, 3.2). The two that only pad, End of Option List and
/// No-Operation, are left out.
public enum TCPOption: Hashable, Sendable {
    /// The greatest segment that the sender is willing to receive (kind 2; RFC 9293, 3.7.1),
    /// octets.
    case maximumSegmentSize(UInt16)
    /// How far to shift later windows to the left (kind 3; RFC 7323, 2.2).
    case windowScale(UInt8)
    /// The sender understands selective acknowledgments (kind 4; RFC 2018, 2).
    case selectiveAcknowledgmentPermitted
    /// What was received out of order (kind 5; RFC 2018, 3): one to four blocks.
    case selectiveAcknowledgment([SACKBlock])
    /// The sender's clock and the last value of the receiver's clock (kind 8; RFC 7323, 3.2).
    case timestamps(value: UInt32, echoReply: UInt32)
    /// How long the sender leaves data unacknowledged (kind 28; RFC 5482, 3). Linux sends none.
    case userTimeout(UserTimeoutOption)
    /// Any other option, or one of the above with a length that its RFC doesn't allow, which a
    /// receiver ignores: its data, without kind and length.
    case unknown(kind: UInt8, data: [UInt8])
}

/// A run of octets that were received: from `left` up to, not including, `right` (RFC 2018, 3).
public struct SACKBlock: Hashable, Sendable, Codable {
    /// The first octet of the run.
    public var left: SequenceNumber
    /// The first octet after the run.
    public var right: SequenceNumber

    /// The run between these.
    public init(left: SequenceNumber, right: SequenceNumber) {
        self.left = left
        self.right = right
    }
}

/// The value of a User Timeout Option (RFC 5482, 3).
public struct UserTimeoutOption: Hashable, Sendable, Codable {
    /// Whether `value` counts minutes, not seconds: the option's granularity bit.
    public let isInMinutes: Bool
    /// The number of minutes or seconds: 0…32,767.
    public let value: UInt16

    /// This many minutes or seconds; the highest bit of `value` is dropped.
    public init(value: UInt16, isInMinutes: Bool) {
        self.value = value & 0x7FFF
        self.isInMinutes = isInMinutes
    }

    /// The time that the option stands for.
    public var duration: Duration { .seconds(Int(value) * (isInMinutes ? 60 : 1)) }
}

extension TCPOption: CustomStringConvertible {
    /// The option as tcpdump names it.
    public var description: String {
        switch self {
        case .maximumSegmentSize(let size): return "mss \(size)"
        case .windowScale(let shift): return "wscale \(shift)"
        case .selectiveAcknowledgmentPermitted: return "sackOK"
        case .selectiveAcknowledgment(let blocks):
            return "sack " + blocks.map { "{\($0.left):\($0.right)}" }.joined()
        case .timestamps(let value, let echoReply): return "TS val \(value) ecr \(echoReply)"
        case .userTimeout(let option):
            return "uto \(option.value)\(option.isInMinutes ? "m" : "s")"
        case .unknown(let kind, let data):
            return "unknown-\(kind) [\(hexadecimal(data))]"
        }
    }
}

extension TCPOption {
    /// Reads the options of a header. A length that reaches beyond the header, or is below 2, is an
    /// error: what follows can't be known.
    static func parse(_ bytes: ArraySlice<UInt8>) throws(WireError) -> [TCPOption] {
        var reader = ByteReader(bytes, of: "TCP option", in: .packet)
        var options: [TCPOption] = []
        while reader.count > 0 {
            let start = reader.offset
            let kind = try reader.uint8()
            if kind == 0 { break }
            if kind == 1 { continue }
            guard reader.count > 0 else {
                throw reader.malformed("kind \(kind) has no length", at: start)
            }
            let length = Int(try reader.uint8())
            guard length >= 2, length - 2 <= reader.count else {
                throw reader.malformed("kind \(kind) has length \(length)", at: start)
            }
            options.append(try option(kind, reader.bytes(length - 2)))
        }
        return options
    }

    private static func option(
        _ kind: UInt8, _ data: ArraySlice<UInt8>
    ) throws(WireError) -> TCPOption {
        var reader = ByteReader(data, of: "TCP option", in: .packet)
        switch (kind, data.count) {
        case (2, 2): return .maximumSegmentSize(try reader.uint16())
        case (3, 1): return .windowScale(try reader.uint8())
        case (4, 0): return .selectiveAcknowledgmentPermitted
        case (5, 8), (5, 16), (5, 24), (5, 32):
            var blocks: [SACKBlock] = []
            while reader.count > 0 {
                let left = SequenceNumber(try reader.uint32())
                blocks.append(SACKBlock(left: left, right: SequenceNumber(try reader.uint32())))
            }
            return .selectiveAcknowledgment(blocks)
        case (8, 8):
            return .timestamps(value: try reader.uint32(), echoReply: try reader.uint32())
        case (28, 2):
            let word = try reader.uint16()
            return .userTimeout(UserTimeoutOption(value: word, isInMinutes: word & 0x8000 != 0))
        default:
            return .unknown(kind: kind, data: Array(data))
        }
    }

    /// The option as it stands in a header: kind, length, data. Nil if it has more than 38 octets
    /// of data, which no header holds, or if it is a padding kind.
    var bytes: [UInt8]? {
        var data: [UInt8] = []
        let kind: UInt8
        switch self {
        case .maximumSegmentSize(let size):
            kind = 2
            data.appendBigEndian(size)
        case .windowScale(let shift):
            kind = 3
            data.append(shift)
        case .selectiveAcknowledgmentPermitted:
            kind = 4
        case .selectiveAcknowledgment(let blocks):
            kind = 5
            for block in blocks.prefix(5) {
                data.appendBigEndian(block.left.rawValue)
                data.appendBigEndian(block.right.rawValue)
            }
        case .timestamps(let value, let echoReply):
            kind = 8
            data.appendBigEndian(value)
            data.appendBigEndian(echoReply)
        case .userTimeout(let option):
            kind = 28
            data.appendBigEndian(option.value | (option.isInMinutes ? 0x8000 : 0))
        case .unknown(let rawKind, let rawData):
            kind = rawKind
            data = rawData
        }
        guard kind > 1, data.count <= 38 else { return nil }
        return [kind, UInt8(data.count + 2)] + data
    }
}
