internal import Evidence
internal import LinuxNet
internal import Synchronization

/// The captures of all cells, read by one thread.
final class LabCaptures: Sendable {
    /// One capture.
    final class Recorder: Sendable {
        private struct State {
            var record: FailoverCapture
            var capture: PacketCapture?
        }

        private let state: Mutex<State>
        private let most: Int

        fileprivate init(_ capture: PacketCapture, _ node: FailoverNode, most: Int) {
            self.most = most
            state = Mutex(
                State(
                    record: FailoverCapture(
                        node: node, interface: capture.interface, linkType: Int(capture.linkType)),
                    capture: capture))
        }

        fileprivate func pump() {
            state.withLock { state in
                while let packets = try? state.capture?.drain(), !packets.isEmpty {
                    let room = most - state.record.packets.count
                    state.record.cut += max(0, packets.count - room)
                    for packet in packets.prefix(max(0, room)) {
                        state.record.packets.append(
                            PacketRecord(
                                realtimeNanoseconds: packet.realtimeNanoseconds,
                                bytes: packet.bytes, originalLength: packet.originalLength))
                    }
                }
            }
        }

        fileprivate func waitable() throws(LinuxError) -> Descriptor? {
            try state.withLock { $0.capture }?.waitable()
        }

        /// Takes the last packets; what was captured.
        func finish() -> FailoverCapture {
            pump()
            return state.withLock { state in
                state.record.dropped = Int((try? state.capture?.statistics())?.dropped ?? 0)
                state.record.count = state.record.packets.count
                return state.record
            }
        }
    }

    private let poll: EventPoll
    private let recorders = Mutex<[UInt64: (Recorder, Descriptor)]>([:])
    private let thread = Mutex<WorkerThread?>(nil)

    init() throws {
        poll = try EventPoll()
        let worker = try WorkerThread(name: "captures") { [self] in
            _ = CurrentThread.raisePriority()
            while let events = try? poll.wait(timeoutMilliseconds: nil) {
                for event in events {
                    recorders.withLock { $0[event.token]?.0 }?.pump()
                }
            }
        }
        thread.withLock { $0 = worker }
    }

    /// Begins to capture at an interface: headers and the beginning of what they carry.
    func add(
        _ node: FailoverNode, _ interface: String, in namespace: NetworkNamespace,
        bufferBytes: Int, most: Int = 12_000
    ) throws -> Recorder {
        let capture = try namespace.run {
            try PacketCapture(
                interface: interface,
                options: .init(snapshotLength: 128, bufferBytes: bufferBytes))
        }
        let recorder = Recorder(capture, node, most: most)
        guard let waitable = try recorder.waitable() else { return recorder }
        let token = recorders.withLock { recorders in
            let token = UInt64(recorders.count + 1)
            recorders[token] = (recorder, waitable)
            return token
        }
        try poll.add(waitable, for: .input, token: token)
        return recorder
    }
}
