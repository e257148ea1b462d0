/// The control bits of a TCP header (RFC 9293, 3.1), with the reserved ones, so that nothing is
/// lost: the low 12 bits of the header's octets 12 and 13.
public struct TCPFlags: OptionSet, Hashable, Sendable, Codable {
    /// The bits: 0…0x0FFF.
    public let rawValue: UInt16

    /// The set of these bits; those above 0x0FFF are dropped.
    public init(rawValue: UInt16) { self.rawValue = rawValue & 0x0FFF }

    /// No more data from the sender.
    public static let fin = TCPFlags(rawValue: 0x001)
    /// Synchronize sequence numbers.
    public static let syn = TCPFlags(rawValue: 0x002)
    /// Reset the connection.
    public static let rst = TCPFlags(rawValue: 0x004)
    /// Push.
    public static let psh = TCPFlags(rawValue: 0x008)
    /// The acknowledgment number counts.
    public static let ack = TCPFlags(rawValue: 0x010)
    /// The urgent pointer counts.
    public static let urg = TCPFlags(rawValue: 0x020)
    /// Congestion was echoed (RFC 3168).
    public static let ece = TCPFlags(rawValue: 0x040)
    /// The congestion window was reduced (RFC 3168).
    public static let cwr = TCPFlags(rawValue: 0x080)
    /// Accurate congestion notification (RFC 9768).
    public static let ae = TCPFlags(rawValue: 0x100)
}

extension TCPFlags: CustomStringConvertible {
    /// One letter a flag, FIN first: "SA", "PA", "FA", "R"; "none" if there are none. Reserved bits
    /// follow in hexadecimal.
    public var description: String {
        let letters: [(TCPFlags, String)] = [
            (.fin, "F"), (.syn, "S"), (.rst, "R"), (.psh, "P"), (.ack, "A"), (.urg, "U"),
            (.ece, "E"), (.cwr, "W"), (.ae, "e"),
        ]
        var text = letters.filter { contains($0.0) }.map(\.1).joined()
        let reserved = rawValue & 0x0E00
        if reserved != 0 { text += "+0x" + String(reserved, radix: 16) }
        return text.isEmpty ? "none" : text
    }
}
