/// The packets of one TCP connection, told by its two ends.
///
/// By the words of a trial, the subject is the end whose kernel is watched.
public struct Flow: Hashable, Sendable, Codable {
    /// The end whose kernel is watched.
    public var subject: Endpoint
    /// The other end.
    public var peer: Endpoint

    /// The connection between these ends.
    public init(subject: Endpoint, peer: Endpoint) {
        self.subject = subject
        self.peer = peer
    }

    /// Which end sent something.
    public enum Direction: String, Hashable, Sendable, Codable {
        /// The subject sent it to the peer.
        case fromSubject
        /// The peer sent it to the subject.
        case fromPeer
    }

    /// What a packet has to do with a flow.
    public enum Relation: Hashable, Sendable {
        /// It is a segment of the flow.
        case segment(TCPSegment, Direction)
        /// It is an ICMP error that quotes a segment of the flow, which went in this direction.
        case icmpError(ICMPMessage, quoting: Direction)
        /// It is a TCP fragment between the flow's hosts, which doesn't show its ports, or an ICMP
        /// error that quotes one.
        case undecided(Direction)
        /// It has nothing to do with the flow.
        case unrelated
    }

    /// What this packet has to do with the flow.
    public func relation(to packet: Packet) -> Relation {
        guard let ip = packet.ip else { return .unrelated }
        switch packet.content {
        case .tcp(let segment):
            let source = Endpoint(address: ip.source, port: segment.sourcePort)
            let destination = Endpoint(address: ip.destination, port: segment.destinationPort)
            guard let direction = direction(from: source, to: destination) else {
                return .unrelated
            }
            return .segment(segment, direction)
        case .icmp(let message), .icmpv6(let message):
            return relation(to: message)
        case .laterFragment(.tcp):
            return undecided(from: ip.source, to: ip.destination)
        case .laterFragment, .udp, .other, .notIP:
            return .unrelated
        }
    }

    private func relation(to message: ICMPMessage) -> Relation {
        guard let quote = message.quote, quote.ip.protocol == .tcp else { return .unrelated }
        guard let sourcePort = quote.sourcePort, let destinationPort = quote.destinationPort else {
            return undecided(from: quote.ip.source, to: quote.ip.destination)
        }
        let source = Endpoint(address: quote.ip.source, port: sourcePort)
        let destination = Endpoint(address: quote.ip.destination, port: destinationPort)
        guard let direction = direction(from: source, to: destination) else { return .unrelated }
        return .icmpError(message, quoting: direction)
    }

    /// The direction of a segment between these ends; nil if it isn't of the flow.
    public func direction(from source: Endpoint, to destination: Endpoint) -> Direction? {
        if source == subject, destination == peer { return .fromSubject }
        if source == peer, destination == subject { return .fromPeer }
        return nil
    }

    private func undecided(from source: IPAddress, to destination: IPAddress) -> Relation {
        if source == subject.address, destination == peer.address {
            return .undecided(.fromSubject)
        }
        if source == peer.address, destination == subject.address { return .undecided(.fromPeer) }
        return .unrelated
    }
}

extension Flow: CustomStringConvertible {
    /// "10.9.0.1:40000 <> 10.9.0.2:5000", the subject first.
    public var description: String { "\(subject) <> \(peer)" }
}
