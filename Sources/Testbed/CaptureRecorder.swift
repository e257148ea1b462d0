internal import Evidence
internal import LinuxNet
internal import Synchronization
internal import Wire

/// One capture of a trial: takes its packets, keeps them, and tells the board.
///
/// Any thread may pump it; what was drained together is kept and announced before anyone else
/// drains, so the order is that of the capture.
final class CaptureRecorder: Sendable {
    let actor: Actor
    private let interface: String
    private let linkType: Int
    private let flow: Flow
    private let board: Board
    private let maximumPackets: Int
    private let fail: @Sendable (Observation.Failure) -> Void
    private let state: Mutex<State>

    private struct State: Sendable {
        var capture: PacketCapture?
        var packets: [PacketRecord] = []
        var beforeImpairment = 0
        var dropped = 0
        var isCut = false
        /// CLOCK_REALTIME less CLOCK_MONOTONIC, as it was before the trial.
        var clockOffset: Int64 = 0
    }

    /// Begins to record what the capture has seen since it was opened. `fail` is called when no
    /// more can be kept.
    init(
        _ capture: PacketCapture, actor: Actor, flow: Flow, board: Board, maximumPackets: Int,
        fail: @escaping @Sendable (Observation.Failure) -> Void
    ) {
        self.fail = fail
        self.actor = actor
        self.flow = flow
        self.board = board
        self.maximumPackets = maximumPackets
        interface = capture.interface
        linkType = Int(capture.linkType)
        state = Mutex(State(capture: capture))
    }

    /// Ties the capture's stamps to the trial's clock, before the first packet.
    func setClockOffset(_ offset: Int64) { state.withLock { $0.clockOffset = offset } }

    /// Takes what has arrived.
    func pump() {
        state.withLock { state in
            while let capture = state.capture {
                let packets: [LinuxNet.CapturedPacket]
                do {
                    packets = try capture.drain()
                } catch {
                    state.capture = nil
                    fail(Observation.Failure(error, during: "capturing of the \(actor)"))
                    return
                }
                if packets.isEmpty { return }
                keep(packets, &state)
            }
        }
    }

    private func keep(_ packets: [LinuxNet.CapturedPacket], _ state: inout State) {
        let room = maximumPackets - state.packets.count
        if packets.count > room, !state.isCut {
            state.isCut = true
            fail(
                .init(
                    .testbed,
                    "capture of the \(actor): more than \(maximumPackets) packets: capture cut"))
        }
        let kept = packets.prefix(max(0, room))
        var segments: [(TCPSegment, Flow.Direction, at: Int64)] = []
        for packet in kept {
            state.packets.append(
                PacketRecord(
                    realtimeNanoseconds: packet.realtimeNanoseconds, bytes: packet.bytes,
                    originalLength: packet.originalLength))
            guard actor == .subject, let segment = segment(packet) else { continue }
            let moment = packet.realtimeNanoseconds - state.clockOffset
            segments.append((segment.0, segment.1, at: moment))
        }
        board.announce(segments, count: kept.count)
    }

    /// A packet as a segment of the trial's connection; nil if it is none, or nothing that can be
    /// read: the judge will say so, the board only waits for segments.
    private func segment(
        _ packet: LinuxNet.CapturedPacket
    ) -> (TCPSegment, Flow.Direction)? {
        let type = LinkType(rawValue: UInt16(truncatingIfNeeded: linkType))
        guard let packet = try? Packet(linkType: type, bytes: packet.bytes),
            case .segment(let segment, let direction) = flow.relation(to: packet)
        else { return nil }
        return (segment, direction)
    }

    /// Notes that what was captured so far came before the impairment.
    func markImpairment() {
        pump()
        state.withLock { $0.beforeImpairment = $0.packets.count }
    }

    /// Takes the last packets, and the number of those that were lost.
    func finish() {
        pump()
        state.withLock { state in
            do {
                state.dropped = Int(try state.capture?.statistics().dropped ?? 0)
            } catch {
                fail(Observation.Failure(error, during: "capturing of the \(actor)"))
            }
        }
    }

    /// Closes the capture. The kernel waits for a grace period (`packet_release`), some 10 ms.
    func close() {
        let capture = state.withLock { state in
            let capture = state.capture
            state.capture = nil
            return capture
        }
        withExtendedLifetime(capture) {}
    }

    /// What was captured.
    var record: Capture {
        state.withLock { state in
            var record = Capture(actor: actor, interface: interface, linkType: linkType)
            record.dropped = state.dropped
            record.beforeImpairment = state.beforeImpairment
            record.packets = state.packets
            return record
        }
    }

    /// A descriptor that is readable when packets wait.
    func waitable() throws(LinuxError) -> Descriptor? {
        try state.withLock { $0.capture }?.waitable()
    }
}
