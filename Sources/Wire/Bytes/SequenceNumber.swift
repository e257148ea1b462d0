/// A TCP sequence number: a position on a circle of 2³² octets (RFC 9293, 3.4).
///
/// It has the comparison operators but isn't `Comparable`: on a circle "before" isn't transitive,
/// so sorting would be meaningless. Two numbers exactly 2³¹ apart are each before the other, as in
/// the kernel's `before()` (include/net/tcp.h), whose answer RFC 9293 leaves open.
public struct SequenceNumber: RawRepresentable, Hashable, Sendable, Codable {
    /// The number as it stands in the header.
    public var rawValue: UInt32

    /// The position with this number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The position with this number.
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// How many octets on `other` is, by the shorter way round: −2³¹ … 2³¹−1.
    public func distance(to other: SequenceNumber) -> Int {
        Int(Int32(bitPattern: other.rawValue &- rawValue))
    }

    /// The position `octets` further on, or back if negative, modulo 2³².
    public func advanced(by octets: Int) -> SequenceNumber {
        SequenceNumber(rawValue &+ UInt32(truncatingIfNeeded: octets))
    }

    /// Whether `left` comes before `right`.
    public static func < (left: SequenceNumber, right: SequenceNumber) -> Bool {
        right.distance(to: left) < 0
    }

    /// Whether `left` comes after `right`.
    public static func > (left: SequenceNumber, right: SequenceNumber) -> Bool { right < left }

    /// Whether `left` is `right` or comes before it.
    public static func <= (left: SequenceNumber, right: SequenceNumber) -> Bool {
        left == right || left < right
    }

    /// Whether `left` is `right` or comes after it.
    public static func >= (left: SequenceNumber, right: SequenceNumber) -> Bool {
        left == right || left > right
    }
}

extension SequenceNumber: CustomStringConvertible {
    /// The number in decimal.
    public var description: String { String(rawValue) }
}
