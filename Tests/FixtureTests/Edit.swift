import Evidence
import KernelTimers
import Wire

/// Edits of stored observations: what a broken kernel, or a broken instrument, would have left.
///
/// Packets are named by their place among the subject's segments with payload since the outage
/// began, 0 being the first.
extension Observation {
    /// Both captures without one of the subject's packets.
    func removingPacket(_ index: Int) -> Observation {
        editingPacket(index) { _ in [] }
    }

    /// Both captures with one of the subject's packets twice, the second a millisecond later.
    func doublingPacket(_ index: Int) -> Observation {
        editingPacket(index) { record in
            var second = record
            second.realtimeNanoseconds += 1_000_000
            return [record, second]
        }
    }

    /// Both captures with one of the subject's packets at another time.
    func shiftingPacket(_ index: Int, by delay: Duration) -> Observation {
        editingPacket(index) { record in
            var moved = record
            moved.realtimeNanoseconds += delay.wholeNanoseconds
            return [moved]
        }
    }

    /// Both captures with a reset by the subject after the last packet.
    func addingReset(at moment: Moment) throws -> Observation {
        guard let flow else { return self }
        let segment = TCPSegment(
            sourcePort: flow.subject.port, destinationPort: flow.peer.port,
            sequence: lastSequence(flow), acknowledgment: SequenceNumber(0), flags: [.rst, .ack],
            window: 0)
        let bytes = try PacketBuilder().tcp(
            segment, from: flow.subject.address, to: flow.peer.address)
        let record = PacketRecord(
            realtimeNanoseconds: moment.nanoseconds + realtimeOffset, bytes: bytes,
            originalLength: bytes.count)
        var copy = self
        for capture in copy.captures.indices { copy.captures[capture].packets.append(record) }
        return copy.sorted()
    }

    /// The application heard another error.
    func hearing(_ error: SocketError) -> Observation {
        editingCall("heard") { $0.errno = error }
    }

    /// The application heard the error at another time.
    func hearing(later delay: Duration) -> Observation {
        var copy = editingCall("heard") { $0.end = $0.end + delay }
        // Nobody else may contradict it.
        copy.samples.removeAll { $0.state == "CLOSE" }
        for index in copy.samples.indices where index == copy.samples.count - 1 {
            copy.samples[index].last = Window(at: copy.samples[index].last.latest + delay)
        }
        copy.end = copy.end + delay
        return copy
    }

    /// A step's first call with something else in it.
    func editingCall(_ label: String, _ edit: (inout CallRecord) -> Void) -> Observation {
        var copy = self
        for step in copy.steps.indices where copy.steps[step].label == label {
            for call in copy.steps[step].calls.indices { edit(&copy.steps[step].calls[call]) }
            if let end = copy.steps[step].calls.last?.end { copy.steps[step].end = end }
        }
        return copy
    }

    /// A counter that went up by so much more.
    func counting(_ name: String, more: Int64) -> Observation {
        var copy = self
        copy.counters.after[name, default: 0] += more
        return copy
    }

    /// Without what the kernel counted on the way, so that the wire is the only witness.
    func forgettingCounts() -> Observation {
        var copy = self
        copy.samples.removeAll {
            $0.state == "ESTABLISHED" && ($0.retransmits > 0 || $0.probes > 0)
        }
        return copy
    }

    // MARK: -

    private var realtimeOffset: Int64 {
        (clocks.first?.offset ?? 0) + zeroMonotonicNanoseconds
    }

    private func lastSequence(_ flow: Flow) -> SequenceNumber {
        var last = SequenceNumber(0)
        for record in captures.first?.packets ?? [] {
            if let segment = Self.subjectSegment(record, flow) { last = segment.sequenceEnd }
        }
        return last
    }

    private static func subjectSegment(_ record: PacketRecord, _ flow: Flow) -> TCPSegment? {
        guard let packet = try? Packet(linkType: .ethernet, bytes: record.bytes),
            case .segment(let segment, .fromSubject) = flow.relation(to: packet)
        else { return nil }
        return segment
    }

    private func editingPacket(
        _ index: Int, _ edit: (PacketRecord) -> [PacketRecord]
    ) -> Observation {
        guard let flow, let begin = step("silence")?.end ?? step("remove")?.end ?? step("shut")?.end
        else { return self }
        var copy = self
        for capture in copy.captures.indices {
            var seen = -1
            copy.captures[capture].packets = copy.captures[capture].packets.flatMap { record in
                let isLater = record.realtimeNanoseconds - realtimeOffset > begin.nanoseconds
                guard isLater, Self.subjectSegment(record, flow) != nil else { return [record] }
                seen += 1
                return seen == index ? edit(record) : [record]
            }
        }
        return copy.sorted()
    }

    private func sorted() -> Observation {
        var copy = self
        for capture in copy.captures.indices {
            copy.captures[capture].packets.sort {
                $0.realtimeNanoseconds < $1.realtimeNanoseconds
            }
        }
        return copy
    }
}
