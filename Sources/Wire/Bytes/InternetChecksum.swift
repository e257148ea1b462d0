/// The checksum of IPv4, TCP, UDP and ICMP headers: the ones' complement of the ones' complement
/// sum of 16-bit words (RFC 1071).
public enum InternetChecksum {
    /// The checksum to store for these bytes, their checksum field being zero.
    ///
    /// An odd last byte counts as if a zero followed it (RFC 1071, section 1).
    public static func checksum(of bytes: some Sequence<UInt8>) -> UInt16 {
        var sum: UInt64 = 0
        var isHighByte = true
        for byte in bytes {
            sum &+= isHighByte ? UInt64(byte) << 8 : UInt64(byte)
            isHighByte.toggle()
        }
        while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
        return ~UInt16(truncatingIfNeeded: sum)
    }

    /// Whether bytes that hold their own checksum are intact.
    public static func isValid(_ bytes: some Sequence<UInt8>) -> Bool {
        checksum(of: bytes) == 0
    }

    /// The checksum to store in a TCP, UDP or ICMPv6 segment, its checksum field being zero.
    ///
    /// The sum begins with the pseudo-header of RFC 9293, 3.1 (IPv4) or RFC 8200, 8.1 (IPv6). With
    /// addresses of two families it is meaningless.
    public static func checksum(
        ofSegment segment: some Collection<UInt8>, protocol number: IPProtocol,
        from source: IPAddress, to destination: IPAddress
    ) -> UInt16 {
        var bytes = source.octets + destination.octets
        let length = UInt32(truncatingIfNeeded: segment.count)
        switch source {
        case .v4:
            bytes += [0, number.rawValue]
            bytes.appendBigEndian(UInt16(truncatingIfNeeded: length))
        case .v6:
            bytes.appendBigEndian(length)
            bytes += [0, 0, 0, number.rawValue]
        }
        bytes += segment
        return checksum(of: bytes)
    }
}
