/// Everything that can be wrong with bytes that claim to be a packet or a capture file, and every
/// reason why a value can't be written as one.
///
/// Offsets count bytes from the start of the packet or of the file; blocks and frames count from 1,
/// as Wireshark counts frames.
public enum WireError: Error, Hashable, Sendable {
    /// The captured bytes end inside a header, because the capture's snapshot length cut them off.
    case packetTruncated(layer: String, offset: Int, needed: Int, available: Int)

    /// A header contradicts itself or the header outside it.
    case packetMalformed(layer: String, offset: Int, reason: String)

    /// No decoder for what frames of this link type begin with.
    case linkTypeUnsupported(LinkType)

    /// The file begins neither like pcapng nor like pcap.
    case notACapture(firstBytes: [UInt8])

    /// The file ends inside a block or a record, or a field reaches beyond the block that holds it.
    case fileTruncated(what: String, block: Int, offset: Int, needed: Int, available: Int)

    /// A block or a record contradicts itself or what came before it.
    case fileMalformed(what: String, block: Int, offset: Int, reason: String)

    /// A bound of ``CaptureLimits`` was exceeded.
    case limitExceeded(what: String, offset: Int, value: UInt64, limit: UInt64)

    /// The value has no faithful form as bytes. Nothing was written.
    case cannotWrite(what: String, reason: String)

    /// Another error, and the frame of the capture in which it happened.
    indirect case inFrame(Int, WireError)
}

extension WireError: CustomStringConvertible {
    /// One line: what happened, where, and what to do about it.
    public var description: String {
        switch self {
        case .packetTruncated(let layer, let offset, let needed, let available):
            return "\(layer) at byte \(offset) needs \(needed) bytes, \(available) were captured; "
                + "capture with a larger snapshot length"
        case .packetMalformed(let layer, let offset, let reason):
            return "\(layer) at byte \(offset): \(reason); "
                + "check the link type, and that offloads are off"
        case .linkTypeUnsupported(let linkType):
            return "link type \(linkType) can't be decoded; "
                + "capture on an Ethernet, raw IP, loopback or \"any\" interface"
        case .notACapture(let firstBytes):
            return "the file begins with [\(hexadecimal(firstBytes))], neither pcapng nor pcap; "
                + "convert it, for example with editcap -F pcapng"
        case .fileTruncated(let what, let block, let offset, let needed, let available):
            return "\(what) (block \(block)) at byte \(offset) needs \(needed) bytes, "
                + "\(available) are there; the file is cut off or damaged: copy it again"
        case .fileMalformed(let what, let block, let offset, let reason):
            return "\(what) (block \(block)) at byte \(offset): \(reason); "
                + "the file is damaged or its writer is faulty: capture again"
        case .limitExceeded(let what, let offset, let value, let limit):
            return "\(what) at byte \(offset) is \(value), and \(limit) is the most accepted; "
                + "split the capture, or raise the limit if you trust its origin"
        case .cannotWrite(let what, let reason):
            return "\(what) can't be written: \(reason)"
        case .inFrame(let number, let error):
            return "frame \(number): \(error)"
        }
    }
}

/// Lower-case hexadecimal with a space between bytes.
func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}
