internal import Evidence
internal import Wire

/// Knows, from the packets of the subject's capture, what triggers wait for.
///
/// A pure function of the segments seen, in the order of the capture.
struct WireWatch: Sendable {
    /// The highest sequence end that the subject has sent; nil before its SYN.
    private(set) var highestEnd: SequenceNumber?
    private var seen: [Trigger.Awaited: [Int64]] = [:]

    /// Takes the next segment of the flow, with its moment in nanoseconds.
    mutating func see(_ segment: TCPSegment, _ direction: Flow.Direction, at moment: Int64) {
        switch direction {
        case .fromSubject:
            if isProbe(segment) { seen[.windowProbe, default: []].append(moment) }
            let end = segment.sequenceEnd
            highestEnd = highestEnd.map { $0 < end ? end : $0 } ?? end
        case .fromPeer:
            if isShut(segment) { seen[.windowShut, default: []].append(moment) }
        }
    }

    /// When such a packet was seen first, not before `moment`.
    func first(_ awaited: Trigger.Awaited, since moment: Int64) -> Int64? {
        seen[awaited]?.first { $0 >= moment }
    }

    /// `tcp_xmit_probe_skb`: an empty segment whose sequence number is one below what is expected,
    /// so that the peer must answer.
    private func isProbe(_ segment: TCPSegment) -> Bool {
        guard let highestEnd, segment.sequenceLength == 0, !segment.flags.contains(.rst) else {
            return false
        }
        return segment.sequence.distance(to: highestEnd) == 1
    }

    /// Everything sent is acknowledged, and no more is wanted.
    private func isShut(_ segment: TCPSegment) -> Bool {
        segment.window == 0 && segment.flags.contains(.ack)
            && segment.flags.isDisjoint(with: [.syn, .rst])
            && segment.acknowledgment == highestEnd
    }
}
