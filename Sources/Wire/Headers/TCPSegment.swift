/// A TCP segment: its header, and what of its payload was captured (RFC 9293, 3.1).
public struct TCPSegment: Hashable, Sendable {
    /// The sender's port.
    public var sourcePort: UInt16
    /// The receiver's port.
    public var destinationPort: UInt16
    /// The number of the first octet of payload, or of the SYN.
    public var sequence: SequenceNumber
    /// The next number that the sender expects; counts only with `.ack`.
    public var acknowledgment: SequenceNumber
    /// The control bits.
    public var flags: TCPFlags
    /// The window as it stands in the header, octets, not scaled.
    public var window: UInt16
    /// Where urgent data ends; counts only with `.urg`.
    public var urgentPointer: UInt16
    /// The options in their order, padding left out.
    public var options: [TCPOption]
    /// How many octets of payload the segment had on the wire, by its IP header. Of a first
    /// fragment, those which that fragment carries.
    public var payloadLength: Int
    /// What of the payload was captured: its first octets, `payloadLength` or fewer.
    public var payload: [UInt8]

    /// A segment with these fields; its payload is all there.
    public init(
        sourcePort: UInt16, destinationPort: UInt16, sequence: SequenceNumber,
        acknowledgment: SequenceNumber = SequenceNumber(0), flags: TCPFlags, window: UInt16 = 65535,
        urgentPointer: UInt16 = 0, options: [TCPOption] = [], payload: [UInt8] = []
    ) {
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.sequence = sequence
        self.acknowledgment = acknowledgment
        self.flags = flags
        self.window = window
        self.urgentPointer = urgentPointer
        self.options = options
        self.payloadLength = payload.count
        self.payload = payload
    }

    /// How much sequence space the segment takes: payload, SYN and FIN (SEG.LEN of RFC 9293, 3.4).
    public var sequenceLength: Int {
        payloadLength + (flags.contains(.syn) ? 1 : 0) + (flags.contains(.fin) ? 1 : 0)
    }

    /// The sequence number after the segment.
    public var sequenceEnd: SequenceNumber { sequence.advanced(by: sequenceLength) }

    /// The sender's clock and its echo, if the segment carries them.
    public var timestamps: (value: UInt32, echoReply: UInt32)? {
        for case .timestamps(let value, let echoReply) in options { return (value, echoReply) }
        return nil
    }

    /// The selective acknowledgments; empty if there are none.
    public var sackBlocks: [SACKBlock] {
        for case .selectiveAcknowledgment(let blocks) in options { return blocks }
        return []
    }
}

extension TCPSegment {
    /// Reads a segment from what was captured of an IP packet's payload.
    static func parse(
        _ bytes: ArraySlice<UInt8>, payloadLength ipPayloadLength: Int
    ) throws(WireError) -> TCPSegment {
        var reader = ByteReader(bytes, of: "TCP header", in: .packet)
        let start = reader.offset
        guard ipPayloadLength >= 20 else {
            throw reader.malformed("needs 20 bytes, the IP header leaves it \(ipPayloadLength)")
        }
        try reader.require(20)
        let sourcePort = try reader.uint16()
        let destinationPort = try reader.uint16()
        let sequence = SequenceNumber(try reader.uint32())
        let acknowledgment = SequenceNumber(try reader.uint32())
        let word = try reader.uint16()
        let headerLength = Int(word >> 12) * 4
        guard headerLength >= 20, headerLength <= ipPayloadLength else {
            throw reader.malformed(
                "data offset of \(headerLength) bytes, the IP header leaves it \(ipPayloadLength)",
                at: start + 12)
        }
        let window = try reader.uint16()
        _ = try reader.uint16()  // checksum: see ChecksumReport
        let urgentPointer = try reader.uint16()
        let options = try TCPOption.parse(reader.bytes(headerLength - 20))
        var segment = TCPSegment(
            sourcePort: sourcePort, destinationPort: destinationPort, sequence: sequence,
            acknowledgment: acknowledgment, flags: TCPFlags(rawValue: word), window: window,
            urgentPointer: urgentPointer, options: options, payload: Array(reader.remainder()))
        segment.payloadLength = ipPayloadLength - headerLength
        return segment
    }
}

extension TCPSegment: CustomStringConvertible {
    /// Everything but the ports: "[PA] seq 1000 ack 2000 win 501 len 5 <TS val 1 ecr 2>".
    public var description: String {
        var text = "[\(flags)] seq \(sequence)"
        if flags.contains(.ack) { text += " ack \(acknowledgment)" }
        text += " win \(window)"
        if flags.contains(.urg) { text += " urg \(urgentPointer)" }
        text += " len \(payloadLength)"
        if !options.isEmpty {
            text += " <" + options.map(\.description).joined(separator: ",") + ">"
        }
        return text
    }
}
