/// The cyclic redundancy check of Ethernet, gzip and PNG: polynomial 0x04C11DB7, reflected, initial
/// value and final exclusive-or 0xFFFFFFFF (ISO 3309; RFC 1952, section 8).
///
/// It finds damage, not forgery.
public struct CRC32: Hashable, Sendable {
    private var remainder: UInt32 = 0xFFFF_FFFF

    /// The check of no bytes yet.
    public init() {}

    /// Takes more bytes in.
    public mutating func update(with bytes: some Sequence<UInt8>) {
        // Bytes in a row go through code that is made for them: ten instructions each instead of
        // two hundred, which a guest feels.
        let isDone: Void? = bytes.withContiguousStorageIfAvailable { takeIn($0) }
        if isDone == nil { Array(bytes).withUnsafeBufferPointer { takeIn($0) } }
    }

    private mutating func takeIn(_ bytes: UnsafeBufferPointer<UInt8>) {
        remainder = Self.table.withUnsafeBufferPointer { table in
            bytes.reduce(remainder) { value, byte in
                table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8)
            }
        }
    }

    /// The check of all bytes taken in so far.
    public var checksum: UInt32 { ~remainder }

    /// The check of these bytes.
    public static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        var check = CRC32()
        check.update(with: bytes)
        return check.checksum
    }

    /// What each value of an octet leaves as its remainder; 0xEDB88320 is the polynomial reflected.
    private static let table: [UInt32] = (0..<256).map { octet in
        (0..<8).reduce(UInt32(octet)) { value, _ in
            value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1
        }
    }
}
