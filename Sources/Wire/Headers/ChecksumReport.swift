/// Whether the checksums of a captured frame are right.
///
/// A segment captured where it left has an unfinished checksum if the interface completes it
/// (checksum offload), so a wrong one is a fact about the capture before it is one about the path.
public struct ChecksumReport: Hashable, Sendable {
    /// What is known of a checksum.
    public enum Verdict: Hashable, Sendable {
        /// It is right.
        case correct
        /// It is wrong.
        case wrong
        /// There is none: IPv6 has no header checksum, UDP over IPv4 may go without.
        case absent
        /// It covers octets that weren't captured, or other fragments, or isn't known here.
        case unknown
    }

    /// The verdict on IPv4's header checksum.
    public let header: Verdict
    /// The verdict on the checksum of TCP, UDP, ICMP or ICMPv6.
    public let transport: Verdict

    /// Verifies the checksums of a frame. Throws ``WireError`` if its headers can't be read.
    public init(linkType: LinkType, bytes: [UInt8]) throws(WireError) {
        let packet = try Packet(linkType: linkType, bytes: bytes)
        guard let ip = packet.ip else {
            self.header = .absent
            self.transport = .absent
            return
        }
        let datagram = bytes.dropFirst(packet.link.length)
        switch ip.version {
        case .v4:
            let isValid = InternetChecksum.isValid(datagram.prefix(ip.headerLength))
            self.header = isValid ? .correct : .wrong
        case .v6:
            self.header = .absent
        }
        let segment = datagram.prefix(ip.totalLength).dropFirst(ip.headerLength)
        self.transport = Self.transport(packet.content, ip, segment)
    }

    private static func transport(
        _ content: Packet.Content, _ ip: IPHeader, _ segment: ArraySlice<UInt8>
    ) -> Verdict {
        guard segment.count == ip.payloadLength, ip.fragment == nil else { return .unknown }
        let isValid: Bool
        switch content {
        case .icmp:
            isValid = InternetChecksum.isValid(segment)
        case .udp where ip.version == .v4 && segment.dropFirst(6).prefix(2) == [0, 0]:
            return .absent
        case .tcp, .udp, .icmpv6:
            isValid =
                InternetChecksum.checksum(
                    ofSegment: segment, protocol: ip.protocol, from: ip.source, to: ip.destination)
                == 0
        case .laterFragment, .other, .notIP:
            return .unknown
        }
        // A routing header hides the final destination, which the sum covers (RFC 8200, 8.1).
        let mayBeRouted = ip.version == .v6 && ip.headerLength > 40
        return isValid ? .correct : mayBeRouted ? .unknown : .wrong
    }
}
