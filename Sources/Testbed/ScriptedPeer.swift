internal import Evidence
internal import LinuxNet
internal import Synchronization
internal import Wire

/// Speaks in the peer's stead, by hand, on a thread of its own in the peer's namespace.
///
/// It sees what arrives at the peer's interface, and answers whatever takes sequence space, and
/// probes, at once, so that an answer is as quick as a kernel's. Pure acknowledgements are never
/// answered: two such peers would talk for ever.
final class ScriptedPeer: Sendable {
    private let socket: PacketSocket
    private let wake: EventDescriptor
    private let flow: Flow
    private let builder: PacketBuilder
    private let state = Mutex(State())
    /// Held by whoever takes packets from the socket.
    private let hearing = Mutex(())

    private struct State: Sendable {
        var response: Response?
        var sent = 0
        var highest: SequenceNumber?
        var last: (segment: TCPSegment, datagram: [UInt8])?
        /// What is to be sent later: when, and the frame.
        var later: [(at: Int64, frame: [UInt8])] = []
        var isOver = false
    }

    /// Begins to listen on the peer's interface; inside the peer's namespace.
    init(interface: String, flow: Flow) throws(LinuxError) {
        socket = try PacketSocket(interface: interface)
        wake = try EventDescriptor()
        self.flow = flow
        var builder = PacketBuilder()
        builder.sourceMAC = [0x02, 0, 0, 0, 0x09, 0x02]
        builder.destinationMAC = [0x02, 0, 0, 0, 0x09, 0x01]
        self.builder = builder
    }

    /// Answers so from now on; nil is silence. What has come in by then is answered as before: this
    /// peer's thread may not have had its turn yet.
    func set(_ response: Response?) throws {
        try hearWhatCame()
        state.withLock {
            $0.response = response
            $0.sent = 0
        }
        try wake.signal()
    }

    /// Sends such a packet now, as if to the last that was seen.
    func inject(_ response: Response) throws {
        try hearWhatCame()
        let frame = try state.withLock { state -> [UInt8]? in
            guard let last = state.last else { return nil }
            return try self.frame(response, to: last.segment, last.datagram, state.highest)
        }
        guard let frame else {
            throw LaneError.testbed("the scripted peer has seen nothing that it could answer")
        }
        try socket.send(frame)
    }

    /// Ends `run`.
    func end() {
        state.withLock { $0.isOver = true }
        try? wake.signal()
    }

    /// Listens and answers until `end`. Returns why it could not, if it could not.
    func run() -> String? {
        do {
            while !state.withLock(\.isOver) {
                let next = state.withLock { $0.later.map(\.at).min() }
                let ready = try Poll.wait(
                    [(socket.descriptor, .input), (wake.descriptor, .input)], until: next)
                if !(ready.last ?? []).isEmpty { _ = try wake.take() }
                try hearWhatCame()
                try sendWhatIsDue()
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func hearWhatCame() throws {
        try hearing.withLock { _ in
            while let frame = try socket.receive() { try hear(frame) }
        }
    }

    private func sendWhatIsDue() throws {
        let now = MonotonicClock.nowNanoseconds()
        let due = state.withLock { state in
            defer { state.later.removeAll { $0.at <= now } }
            return state.later.filter { $0.at <= now }.map(\.frame)
        }
        for frame in due { try socket.send(frame) }
    }

    private func hear(_ bytes: [UInt8]) throws {
        guard let packet = try? Packet(linkType: .ethernet, bytes: bytes),
            case .segment(let segment, .fromSubject) = flow.relation(to: packet)
        else { return }
        let now = MonotonicClock.nowNanoseconds()
        let immediate = try state.withLock { state -> [UInt8]? in
            let isProbe =
                segment.payloadLength == 0
                && segment.sequence.advanced(by: 1) == state.highest
            if state.highest.map({ $0 < segment.sequenceEnd }) ?? true {
                state.highest = segment.sequenceEnd
            }
            let isHeard = segment.sequenceLength > 0 && !segment.flags.contains(.rst)
            guard isHeard || isProbe else { return nil }
            let datagram = Array(bytes.dropFirst(14))
            state.last = (segment, datagram)
            guard let response = state.response, state.sent < response.most else { return nil }
            state.sent += 1
            let frame = try frame(response, to: segment, datagram, state.highest)
            guard response.delayMilliseconds > 0 else { return frame }
            state.later.append((now + Int64(response.delayMilliseconds) * 1_000_000, frame))
            return nil
        }
        if let immediate { try socket.send(immediate) }
    }

    private func frame(
        _ response: Response, to segment: TCPSegment, _ datagram: [UInt8],
        _ highest: SequenceNumber?
    ) throws(WireError) -> [UInt8] {
        switch response.kind {
        case .acknowledgement(let acknowledged, let window):
            let isProbe = segment.payloadLength == 0
            let nothing = isProbe ? segment.sequence.advanced(by: 1) : segment.sequence
            let number =
                switch acknowledged {
                case .nothing: nothing
                case .everything: highest ?? nothing
                case .heard: segment.sequenceEnd
                }
            let answer = TCPSegment(
                sourcePort: flow.peer.port, destinationPort: flow.subject.port,
                sequence: segment.acknowledgment,
                acknowledgment: number,
                flags: .ack, window: UInt16(clamping: window))
            return try builder.tcp(
                answer, from: flow.peer.address, to: flow.subject.address)
        case .icmp(let type, let code):
            return try icmp(type, code, quoting: datagram)
        case .strayICMP(let type, let code):
            // The sequence number is the second word behind the IP header; its first octet is
            // worth 2^24 a unit.
            var stray = datagram
            let place = headerLength + 4
            if stray.indices.contains(place) { stray[place] &+= 0x40 }
            return try icmp(type, code, quoting: stray)
        }
    }

    private var headerLength: Int { flow.peer.address.version == .v4 ? 20 : 40 }

    /// RFC 1122, 3.2.2: quotes the IP header and at least the first eight octets behind it.
    private func icmp(
        _ type: Int, _ code: Int, quoting datagram: [UInt8]
    ) throws(WireError) -> [UInt8] {
        try builder.icmp(
            type: UInt8(clamping: type), code: UInt8(clamping: code),
            body: Array(datagram.prefix(headerLength + 40)), from: flow.peer.address,
            to: flow.subject.address)
    }
}
