/// An IPv4 or IPv6 address.
///
/// It is coded, and printed, as text. There is no zone: a capture doesn't tell one.
public enum IPAddress: Hashable, Sendable {
    /// An IPv4 address, its first octet being the most significant one.
    case v4(UInt32)
    /// An IPv6 address: its first and its last eight octets.
    case v6(high: UInt64, low: UInt64)

    /// An address from 4 or 16 octets in network order; nil for any other number of them.
    public init?(octets: some Collection<UInt8>) {
        func integer(_ bytes: some Sequence<UInt8>) -> UInt64 {
            bytes.reduce(0) { $0 << 8 | UInt64($1) }
        }
        switch octets.count {
        case 4: self = .v4(UInt32(truncatingIfNeeded: integer(octets)))
        case 16: self = .v6(high: integer(octets.prefix(8)), low: integer(octets.dropFirst(8)))
        default: return nil
        }
    }

    /// The 4 or 16 octets in network order.
    public var octets: [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .v4(let value):
            bytes.appendBigEndian(value)
        case .v6(let high, let low):
            bytes.appendBigEndian(high)
            bytes.appendBigEndian(low)
        }
        return bytes
    }

    /// The version of the Internet Protocol that the address belongs to.
    public var version: IPVersion {
        switch self {
        case .v4: return .v4
        case .v6: return .v6
        }
    }
}

extension IPAddress: Comparable {
    /// Whether `left` sorts before `right`: IPv4 before IPv6, then by octets.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        switch (left, right) {
        case (.v4(let a), .v4(let b)): return a < b
        case (.v4, .v6): return true
        case (.v6, .v4): return false
        case (.v6(let a, let b), .v6(let c, let d)): return (a, b) < (c, d)
        }
    }
}

extension IPAddress: Codable {
    /// Decodes text such as "10.9.0.1" or "2001:db8::1".
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = IPAddress(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text)\" is not an IP address")
        }
        self = address
    }

    /// Encodes ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
