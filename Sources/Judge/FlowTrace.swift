import Evidence
import KernelTimers
import Wire

/// Ties CLOCK_REALTIME, in which packets are stamped, to the trial's clock.
struct CaptureClock {
    private let offset: Int64

    /// The clock of an observation, by its first pair.
    init(_ observation: Observation) {
        offset = (observation.clocks.first?.offset ?? 0) + observation.zeroMonotonicNanoseconds
    }

    /// When a packet was captured, on the trial's clock.
    func moment(realtimeNanoseconds: Int64) -> Moment {
        Moment(nanoseconds: realtimeNanoseconds &- offset)
    }
}

/// The trial's connection as the subject's interface saw it.
struct FlowTrace {
    /// One packet of the flow, or one that quotes it.
    struct Entry {
        /// When it was captured.
        var moment: Moment
        /// Its number in the subject's capture, from 1.
        var frame: Int
        /// What it has to do with the flow.
        var relation: Flow.Relation
    }

    private var entries: [Entry] = []

    /// The trace of an observation's connection; nil where it never had one.
    init?(_ observation: Observation, _ clock: CaptureClock) {
        guard let flow = observation.flow,
            let capture = observation.captures.first(where: { $0.actor == .subject })
        else { return nil }
        let type = LinkType(rawValue: UInt16(clamping: capture.linkType))
        for (index, record) in capture.packets.enumerated() {
            guard let packet = try? Packet(linkType: type, bytes: record.bytes) else { continue }
            let relation = flow.relation(to: packet)
            guard relation != .unrelated else { continue }
            entries.append(
                Entry(
                    moment: clock.moment(realtimeNanoseconds: record.realtimeNanoseconds),
                    frame: index + 1, relation: relation))
        }
    }

    /// When the peer first said, since a moment, that its window is shut, all being acknowledged.
    func windowShut(since moment: Moment) -> Moment? {
        var highest: SequenceNumber?
        for entry in entries {
            guard case .segment(let segment, let direction) = entry.relation else { continue }
            switch direction {
            case .fromSubject:
                highest = Self.later(highest, segment.sequenceEnd)
            case .fromPeer:
                if entry.moment >= moment, segment.window == 0, segment.flags.contains(.ack),
                    segment.acknowledgment == highest
                {
                    return entry.moment
                }
            }
        }
        return nil
    }

    /// When the peer's last segment came, at a moment at the latest.
    func lastReceived(until moment: Moment) -> Moment? {
        entries.last { entry in
            guard entry.moment <= moment, case .segment(_, .fromPeer) = entry.relation else {
                return false
            }
            return true
        }?.moment
    }

    /// The flow's packets after one moment and until another, as events.
    func events(after begin: Moment, until end: Moment) -> [ObservedEvent] {
        var highest: SequenceNumber?
        var base: SequenceNumber?
        var scale = 0
        var events: [ObservedEvent] = []
        for entry in entries {
            if entry.moment > begin, entry.moment <= end {
                if base == nil { base = highest }
                events.append(
                    ObservedEvent(
                        Self.what(entry.relation, base: base, highest: highest, scale: scale),
                        Window(at: entry.moment), source: "subject frame \(entry.frame)"))
            }
            if case .segment(let segment, let direction) = entry.relation {
                switch direction {
                case .fromSubject: highest = Self.later(highest, segment.sequenceEnd)
                case .fromPeer:
                    if segment.flags.contains(.syn) { scale = segment.windowScale ?? 0 }
                }
            }
        }
        return events
    }

    private static func later(_ left: SequenceNumber?, _ right: SequenceNumber) -> SequenceNumber {
        guard let left else { return right }
        return right > left ? right : left
    }

    /// What a segment of the subject's does that opens or ends the connection; nil for any other.
    private static func turn(
        _ segment: TCPSegment, highest: SequenceNumber?
    ) -> ObservedEvent.What? {
        let isRepeated = highest.map { segment.sequence < $0 } ?? false
        if segment.flags.contains(.rst) { return .reset }
        if segment.flags.contains(.syn) { return .opening(repeated: isRepeated) }
        if segment.flags.contains(.fin) { return .finish(repeated: isRepeated) }
        return nil
    }

    private static func what(
        _ relation: Flow.Relation, base: SequenceNumber?, highest: SequenceNumber?, scale: Int
    ) -> ObservedEvent.What {
        switch relation {
        case .segment(let segment, let direction):
            let base = base ?? segment.sequence
            let who = direction == .fromSubject ? "the subject" : "the peer"
            if direction == .fromSubject, let turn = turn(segment, highest: highest) {
                return turn
            }
            if !segment.flags.isDisjoint(with: [.syn, .fin, .rst]) {
                return .other("[\(segment.flags)] from \(who)")
            }
            switch direction {
            case .fromSubject:
                if segment.payloadLength > 0 {
                    let isRepeated = highest.map { segment.sequence < $0 } ?? false
                    return .data(
                        offset: base.distance(to: segment.sequence),
                        length: segment.payloadLength, repeated: isRepeated)
                }
                if let highest, segment.sequence.advanced(by: 1) == highest { return .windowProbe }
                return .other("acknowledgement from the subject")
            case .fromPeer:
                if segment.payloadLength > 0 {
                    return .other("\(segment.payloadLength) bytes from the peer")
                }
                return .answer(
                    upTo: base.distance(to: segment.acknowledgment),
                    window: Int(segment.window) << scale)
            }
        case .icmpError(let message, .fromSubject): return .complaint("\(message)")
        case .icmpError(let message, .fromPeer):
            return .other("\(message)")
        case .undecided: return .other("a fragment between the two hosts")
        case .unrelated: return .other("a packet that has nothing to do with the connection")
        }
    }
}

extension TCPSegment {
    /// The shift of the window scale option, where the segment has it (RFC 7323, 2.2).
    var windowScale: Int? {
        for case .windowScale(let shift) in options { return min(14, Int(shift)) }
        return nil
    }
}
