internal import Evidence
internal import KernelTimers
internal import Wire

/// What crossed one node's interface of one connection, with moments that count from the event.
///
/// The journal says when a client published and when a program noticed; on a busy machine a fifth
/// of a second lies between. The capture says when the bytes were there.
struct FailoverWire {
    /// When data came that had not come before, in order.
    let received: [Moment]
    /// When data went out for the first time, in order.
    let sent: [Moment]
    /// Since when data have been in flight that nobody acknowledged: when the first of them went
    /// out, or when what was before them was acknowledged, which starts the timer again
    /// (`tcp_rearm_rto`); nil if all was acknowledged.
    let unacknowledgedSince: Moment?

    /// Reads a node's capture, whose side of the connection is `own`; nil without one, where it was
    /// cut, and where the connection's beginning is not in it.
    init?(
        _ observation: FailoverObservation, at node: FailoverNode, from own: String, to peer: String
    ) {
        guard let own = Endpoint(own), let peer = Endpoint(peer),
            let capture = observation.captures.first(where: { $0.node == node }),
            !capture.packets.isEmpty, capture.cut == 0, capture.dropped == 0
        else { return nil }
        var ways = (out: Way(), in: Way())
        for packet in capture.packets {
            guard Self.mayBelong(packet.bytes, own.port, peer.port),
                let parsed = try? Packet(
                    linkType: LinkType(rawValue: UInt16(truncatingIfNeeded: capture.linkType)),
                    bytes: packet.bytes),
                case .tcp(let segment) = parsed.content, let ip = parsed.ip
            else { continue }
            let source = Endpoint(address: ip.source, port: segment.sourcePort)
            let target = Endpoint(address: ip.destination, port: segment.destinationPort)
            let at = Moment(
                nanoseconds: packet.realtimeNanoseconds - observation.zeroRealtimeNanoseconds)
            if source == own, target == peer {
                ways.out.take(segment, at)
            } else if source == peer, target == own {
                ways.in.take(segment, at)
                if segment.flags.contains(.ack) {
                    ways.out.acknowledge(segment.acknowledgment, at)
                }
            }
        }
        guard ways.out.hasBegun, ways.in.hasBegun else { return nil }
        received = ways.in.moments
        sent = ways.out.moments
        unacknowledgedSince = ways.out.waitingSince
    }

    /// Whether the ports of a frame on Ethernet are those, one way or the other: most of a capture
    /// need not be taken apart.
    private static func mayBelong(_ bytes: [UInt8], _ one: UInt16, _ other: UInt16) -> Bool {
        guard bytes.count >= 38, bytes[12] == 0x08, bytes[13] == 0, bytes[14] == 0x45 else {
            return true
        }
        let source = UInt16(bytes[34]) << 8 | UInt16(bytes[35])
        let target = UInt16(bytes[36]) << 8 | UInt16(bytes[37])
        return (source == one && target == other) || (source == other && target == one)
    }

    /// One direction of a connection.
    private struct Way {
        private(set) var moments: [Moment] = []
        private var pending: [(at: Moment, end: SequenceNumber)] = []
        private var next: SequenceNumber?
        private var acknowledged: (to: SequenceNumber, at: Moment)?

        var hasBegun: Bool { next != nil }

        mutating func take(_ segment: TCPSegment, _ at: Moment) {
            if segment.flags.contains(.syn) {
                next = segment.sequenceEnd
                return
            }
            guard let known = next, segment.payloadLength > 0, segment.sequenceEnd > known else {
                return
            }
            next = segment.sequenceEnd
            moments.append(at)
            pending.append((at, segment.sequenceEnd))
        }

        mutating func acknowledge(_ number: SequenceNumber, _ at: Moment) {
            guard let first = pending.firstIndex(where: { $0.end > number }) else {
                if !pending.isEmpty { acknowledged = (number, at) }
                pending = []
                return
            }
            if first > 0 { acknowledged = (number, at) }
            pending.removeFirst(first)
        }

        var waitingSince: Moment? {
            guard let first = pending.first else { return nil }
            return max(first.at, acknowledged?.at ?? first.at)
        }
    }
}

extension FailoverTrace {
    /// A session's connection between its proxy and the broker, as seen at one of both.
    func wire(of session: String, at node: FailoverNode) -> FailoverWire? {
        let known = entries.first { $0.what == .subscribed && $0.detail.hasPrefix("\(session) ") }
        guard let proxy = known?.detail.split(separator: " ").last.map(String.init),
            let broker = brokerAddress(of: proxy)
        else { return nil }
        return node == .broker
            ? FailoverWire(observation, at: node, from: broker, to: proxy)
            : FailoverWire(observation, at: node, from: proxy, to: broker)
    }

    /// The broker's side of a proxy's connection, as its sockets were seen.
    private func brokerAddress(of proxy: String) -> String? {
        let seen = entries.first {
            $0.what == .socket && $0.who == FailoverNode.broker.rawValue
                && $0.detail.contains(" \(proxy) ")
        }
        return seen?.detail.split(separator: " ").first.map(String.init)
    }
}
