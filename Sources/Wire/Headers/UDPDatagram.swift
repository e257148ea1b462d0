/// The header of a UDP datagram (RFC 768).
public struct UDPDatagram: Hashable, Sendable {
    /// The sender's port.
    public let sourcePort: UInt16
    /// The receiver's port.
    public let destinationPort: UInt16
    /// How many octets of payload the datagram had on the wire.
    public let payloadLength: Int

    /// Reads a datagram from what was captured of an IP packet's payload. A first fragment carries
    /// less than the UDP header says.
    static func parse(
        _ bytes: ArraySlice<UInt8>, of ip: IPHeader
    ) throws(WireError) -> UDPDatagram {
        var reader = ByteReader(bytes, of: "UDP header", in: .packet)
        let start = reader.offset
        guard ip.payloadLength >= 8 else {
            throw reader.malformed("needs 8 bytes, the IP header leaves it \(ip.payloadLength)")
        }
        try reader.require(8)
        let sourcePort = try reader.uint16()
        let destinationPort = try reader.uint16()
        let length = Int(try reader.uint16())
        guard length >= 8, length <= ip.payloadLength || ip.fragment != nil else {
            throw reader.malformed(
                "length \(length), the IP header leaves it \(ip.payloadLength)", at: start + 4)
        }
        return UDPDatagram(
            sourcePort: sourcePort, destinationPort: destinationPort, payloadLength: length - 8)
    }
}
