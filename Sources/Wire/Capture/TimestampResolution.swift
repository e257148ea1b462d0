/// The unit of an interface's time stamps: a negative power of 10 or of 2 of a second
/// (if_tsresol; draft-ietf-opsawg-pcapng, 4.2).
public struct TimestampResolution: RawRepresentable, Hashable, Sendable {
    /// The option's octet: the exponent's absolute value, with the highest bit set for powers of 2.
    public var rawValue: UInt8

    /// The unit of this octet.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// 10⁻⁶ s, which holds if an interface doesn't tell.
    public static let microseconds = TimestampResolution(rawValue: 6)
    /// 10⁻⁹ s.
    public static let nanoseconds = TimestampResolution(rawValue: 9)

    private var isPowerOfTwo: Bool { rawValue & 0x80 != 0 }
    private var exponent: Int { Int(rawValue & 0x7F) }

    /// How many nanoseconds `count` units last, finer units cut off; nil if they don't fit.
    func nanoseconds(_ count: UInt64) -> UInt64? {
        if isPowerOfTwo {
            // count · 10⁹ / 2ⁿ. The product stays below 2⁹⁴, so greater shifts leave zero.
            return UInt64(exactly: (UInt128(count) * 1_000_000_000) >> UInt128(exponent))
        }
        if exponent <= 9 {
            return UInt64(exactly: UInt128(count) * Self.powerOfTen(9 - exponent))
        }
        // 10²⁰ is more than any 64-bit count.
        return exponent - 9 >= 20 ? 0 : UInt64(UInt128(count) / Self.powerOfTen(exponent - 9))
    }

    private static func powerOfTen(_ exponent: Int) -> UInt128 {
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}

extension TimestampResolution: CustomStringConvertible {
    /// "10^-9 s" or "2^-20 s".
    public var description: String { "\(isPowerOfTwo ? 2 : 10)^-\(exponent) s" }
}
