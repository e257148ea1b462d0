public import Behaviours
public import Evidence
public import KernelTimers
import Wire

/// Observations that the model makes: for kernels that cannot be had, and for tests that edit them.
///
/// A walk through a variant's tree: each event is put at a random moment of its window, and becomes
/// a packet, a pair of kernel samples or an errno, as a performer would have recorded it.
public struct SyntheticObservation {
    private let behaviour: Behaviour
    private let variant: Variant
    private let parameters: Parameters
    private let tick: TickRate
    private var generator: SeededGenerator
    private let realtimeOffset: Int64 = 1_700_000_000_000_000_000
    private let flow: Flow
    private var observation: Observation
    private var packets: [(Moment, [UInt8])] = []
    private var subjectNext = SequenceNumber(1001)
    private let peerNext = SequenceNumber(5101)
    private var failed: [Moment] = []
    private var failsProbes = false
    private var counters: [String: Int64] = [:]
    private var hasFinished = false
    /// When close(2) returned, where it waited.
    private var returned: Moment?
    private var lastReceived: Moment?
    /// Up to when everything is there that the variant does, where nothing ends it before.
    private var witnessedUntil: Moment?
    /// What the application was told of a connection that lives on.
    private var told: (moment: Moment, errno: SocketError)?

    /// The observation of a kernel that behaves as the variant says.
    public static func make(
        _ behaviour: Behaviour, _ variant: Variant, _ parameters: Parameters,
        tick: TickRate = .hz250, seed: UInt64 = 1
    ) throws -> Observation {
        var maker = SyntheticObservation(behaviour, variant, parameters, tick, seed)
        return try maker.made()
    }

    private init(
        _ behaviour: Behaviour, _ variant: Variant, _ parameters: Parameters, _ tick: TickRate,
        _ seed: UInt64
    ) {
        self.behaviour = behaviour
        self.variant = variant
        self.parameters = parameters
        self.tick = tick
        generator = SeededGenerator(seed: seed)
        let isFour = parameters.family == .ipv4
        flow = Flow(
            subject: Endpoint(
                address: isFour ? .v4(0x0a09_00fe) : .v6(high: 0xfd00_0009 << 32, low: 0xfe),
                port: 40_000),
            peer: Endpoint(
                address: isFour ? .v4(0x0a09_0002) : .v6(high: 0xfd00_0009 << 32, low: 2),
                port: 5000))
        observation = Observation(
            trial: TrialID(behaviour: behaviour.id, parameters: parameters),
            script: behaviour.script(parameters), attempt: 1, hz: tick.hz,
            processors: 1)
        observation.flow = flow
    }

    private mutating func made() throws -> Observation {
        var clock = Schedule(of: observation.script)
        let before = clock.run(from: .milliseconds(10), abort: nil)
        observation.steps = before
        if isOpening { try beforeOpening() } else { try handshake() }
        let begin = clock.shut ?? .milliseconds(10)
        var conditions = conditions(shut: begin)
        let rtt = Int.random(in: 20...400, using: &generator)
        conditions.smoothedRTT = .microseconds(rtt)
        conditions.rtoJiffies =
            behaviour.initialRTO.map { tick.jiffies(covering: $0) }
            ?? conditions.rtoAtRest
        for (label, moment) in clock.pending where conditions.marks[label] == nil {
            conditions.marks[label] = Window(at: moment)
        }
        conditions.marks["received"] = lastReceived.map { Window(at: $0) }
        if case .windowShut = behaviour.outage { try fill(until: begin) }

        let horizon = clock.horizon
        let abort = try walk(conditions, until: horizon)
        clock.returned = returned
        observation.steps += clock.run(
            from: begin, abort: abort?.moment ?? told?.moment ?? horizon)
        observation.end =
            witnessedUntil ?? (observation.steps.map(\.end).max() ?? horizon) + .milliseconds(1)
        fillCalls(conditions, errno: abort?.errno ?? told?.errno)
        fillSamples(conditions, aliveUntil: abort?.moment)
        finish()
        return observation
    }

    private func conditions(shut: Moment) -> Conditions {
        var marks: [String: Window] = ["shut": Window(at: shut)]
        for step in observation.steps where marks[step.label] == nil {
            marks[step.label] = step.window
        }
        var conditions = Conditions(
            tick: tick, rtoJiffies: 0,
            userTimeoutMilliseconds: behaviour.userTimeout(parameters, marks), marks: marks)
        conditions.adopt(parameters)
        return conditions
    }

    // MARK: - Events

    /// Whether the trial is about a connection that is only being made.
    private var isOpening: Bool { behaviour.initialRTO != nil }

    /// Whether the trial is about what no descriptor belongs to.
    private var isInTableOnly: Bool {
        observation.script.lanes.flatMap(\.steps).contains {
            if case .awaitVanishing = $0.action { return true }
            return false
        }
    }

    private mutating func walk(
        _ conditions: Conditions, until horizon: Moment
    ) throws -> (moment: Moment, errno: SocketError?)? {
        var prospects = variant.prospects(conditions, parameters)
        var now = Moment.zero
        while let prospect = prospects.randomElement(using: &generator) {
            let window = prospect.event.window
            let first = max(window.earliest, now + .microseconds(1))
            var last = max(first, window.latest)
            // A peer on the same machine answers at once.
            if [.answered, .complaint].contains(prospect.event.kind) {
                last = min(last, first + .milliseconds(1))
            }
            let moment = Moment(
                nanoseconds: Int64.random(
                    in: first.nanoseconds...last.nanoseconds, using: &generator))
            let limit = limit(of: prospect.event.kind, horizon)
            guard moment < limit else {
                witnessedUntil = limit
                return nil
            }
            now = moment
            for (name, count) in prospect.event.counters {
                counters[name, default: 0] += Int64(count)
            }
            switch prospect.event.kind {
            case .sent(let segment): try send(segment, at: moment)
            case .answered: try answer(at: moment)
            case .complaint: try complain(at: moment)
            case .told(let errno): told = told ?? (moment, errno)
            case .failedToSend(.data), .failedToSend(.tailLossProbe): break
            case .failedToSend(let segment):
                failed.append(moment)
                failsProbes = [.windowProbe, .keepAliveProbe].contains(segment)
            case .aborted(let errno):
                try endWith(prospect.then(Window(at: moment)), after: moment)
                return (moment, errno)
            case .returned: returned = moment
            case .vanished:
                // A close(2) that waited returns with it.
                returned = returned ?? moment + .microseconds(30)
                return (moment, nil)
            }
            prospects = prospect.then(Window(at: moment))
        }
        return nil
    }

    /// Until when something of that kind is witnessed.
    private func limit(of kind: Expected.Kind, _ horizon: Moment) -> Moment {
        if kind.isAbort { return horizon }
        let steps = observation.script.lanes.filter { $0.actor == .subject }.flatMap(\.steps)
        let watched = steps.drop { !$0.action.isAwaitingEnd }.map { step in
            if case .watch(let milliseconds) = step.action { return milliseconds }
            return 0
        }
        return (told?.moment ?? horizon) + .milliseconds(watched.reduce(0, +))
    }

    /// What is still sent when the application has heard of the end: a reset, at once or in answer
    /// to a peer that speaks again.
    private mutating func endWith(_ rest: [Prospect], after moment: Moment) throws {
        guard let next = rest.first else { return }
        let event = next.event
        if event.kind == .answered {
            // The application has heard of the end by then.
            let spoken = moment + .milliseconds(50)
            try answer(at: spoken)
            return try endWith(next.then(Window(at: spoken)), after: spoken)
        }
        guard event.kind == .sent(.reset) else { return }
        try send(.reset, at: min(event.window.latest, moment + .microseconds(20)))
        for (name, count) in event.counters { counters[name, default: 0] += Int64(count) }
    }

    private mutating func send(_ segment: Expected.Segment, at moment: Moment) throws {
        let bytes = Script.messageBytes
        switch segment {
        case .data:
            try packet(moment, from: subjectNext, length: bytes)
            subjectNext = subjectNext.advanced(by: bytes)
        case .syn:
            try append(moment, opening, fromSubject: true)
            subjectNext = SequenceNumber(901)
        case .fin:
            try packet(moment, from: subjectNext, length: 0, flags: [.fin, .ack])
            subjectNext = subjectNext.advanced(by: 1)
            hasFinished = true
        case .reset: try packet(moment, from: subjectNext, length: 0, flags: [.rst, .ack])
        case .retransmission where isOpening: try append(moment, opening, fromSubject: true)
        case .tailLossProbe where hasFinished, .retransmission where hasFinished:
            try packet(
                moment, from: subjectNext.advanced(by: -1), length: 0, flags: [.fin, .ack])
        case .tailLossProbe, .retransmission:
            try packet(moment, from: subjectNext.advanced(by: -bytes), length: bytes)
        case .windowProbe, .keepAliveProbe:
            try packet(moment, from: subjectNext.advanced(by: -1), length: 0)
        }
    }

    private mutating func answer(at moment: Moment) throws {
        var isShut = false
        if case .windowShut = behaviour.outage { isShut = true }
        try packet(moment, fromPeerAcknowledging: subjectNext, window: isShut ? 0 : 500)
    }

    /// A message that quotes the subject's last packet, from its IP header on.
    private mutating func complain(at moment: Moment) throws {
        let quoted = packets.last { $0.0 <= moment }?.1.dropFirst(14) ?? []
        let isFour = parameters.family == .ipv4
        let bytes = try PacketBuilder().icmp(
            type: UInt8(clamping: parameters.setting("type") ?? (isFour ? 3 : 1)),
            code: UInt8(clamping: parameters.setting("code") ?? 0),
            body: Array(quoted.prefix(isFour ? 60 : 80)), from: flow.peer.address,
            to: flow.subject.address)
        packets.append((moment, bytes))
    }

    private mutating func handshake() throws {
        try append(.milliseconds(1), opening, fromSubject: true)
        try packet(.milliseconds(2), from: SequenceNumber(901), length: 100)
        try packet(.milliseconds(3), fromPeerAcknowledging: subjectNext, window: 500)
        lastReceived = .milliseconds(3)
    }

    private var opening: TCPSegment {
        TCPSegment(
            sourcePort: flow.subject.port, destinationPort: flow.peer.port,
            sequence: SequenceNumber(900), acknowledgment: SequenceNumber(0), flags: .syn,
            window: 64_240)
    }

    /// What was captured before a connection that is only being made: a stranger's packet, and of
    /// a request its first answer.
    private mutating func beforeOpening() throws {
        var other = opening
        other.sourcePort = 40_001
        try append(.milliseconds(1), other, fromSubject: true)
        if isInTableOnly, let asked = observation.step("connect") {
            try append(asked.begin, opening, fromSubject: true)
        }
    }

    private mutating func fill(until shut: Moment) throws {
        try packet(shut - .microseconds(200), from: subjectNext, length: 1000)
        subjectNext = subjectNext.advanced(by: 1000)
        try packet(shut, fromPeerAcknowledging: subjectNext, window: 0)
        lastReceived = shut
    }

    private mutating func packet(
        _ moment: Moment, from sequence: SequenceNumber, length: Int, flags: TCPFlags? = nil
    ) throws {
        let segment = TCPSegment(
            sourcePort: flow.subject.port, destinationPort: flow.peer.port, sequence: sequence,
            acknowledgment: peerNext, flags: flags ?? (length > 0 ? [.psh, .ack] : .ack),
            window: 502,
            payload: [UInt8](repeating: 0x2e, count: length))
        try append(moment, segment, fromSubject: true)
    }

    private mutating func packet(
        _ moment: Moment, fromPeerAcknowledging number: SequenceNumber, window: UInt16
    ) throws {
        let segment = TCPSegment(
            sourcePort: flow.peer.port, destinationPort: flow.subject.port, sequence: peerNext,
            acknowledgment: number, flags: .ack, window: window)
        try append(moment, segment, fromSubject: false)
    }

    private mutating func append(
        _ moment: Moment, _ segment: TCPSegment, fromSubject: Bool
    ) throws {
        let bytes = try PacketBuilder().tcp(
            segment, from: fromSubject ? flow.subject.address : flow.peer.address,
            to: fromSubject ? flow.peer.address : flow.subject.address)
        packets.append((moment, bytes))
    }

    // MARK: - The other witnesses

    /// Gives each call the result that the behaviour and the variant want.
    private mutating func fillCalls(_ conditions: Conditions, errno: SocketError?) {
        let expectations = behaviour.values(parameters) + variant.values(parameters, conditions)
        for index in observation.steps.indices {
            let step = observation.steps[index]
            let wanted = expectations.first { $0.label == step.label }?.outcome
            let call = Self.call(step, wanted, errno: errno, in: observation.script)
            observation.steps[index].calls = call.map { [$0] } ?? []
        }
    }

    private static func call(
        _ step: StepRecord, _ wanted: ValueExpectation.Outcome?, errno: SocketError?,
        in script: Script
    ) -> CallRecord? {
        let action = script.lanes.flatMap(\.steps).first { $0.label == step.label }?.action
        var call = CallRecord("call", begin: step.begin, end: step.end, result: 0)
        switch action {
        case .awaitError(let waiter, _):
            call.name = waiter.rawValue
            switch waiter {
            case .connect:
                call.result = -1
                call.errno = errno ?? SocketError("EINPROGRESS")
                call.queuedNanoseconds = 30_000
            case .read, .write:
                call.result = -1
                call.errno = errno ?? SocketError("EAGAIN")
                call.queuedNanoseconds = 30_000
            case .poll, .hangUp, .select, .epollLevel, .epollEdge, .epollOneShot:
                call.result = errno == nil ? 0 : 1
                call.queuedNanoseconds = 30_000
            }
        case .call(.takeError): call.name = "SO_ERROR"
        default: if wanted == nil { return nil }
        }
        switch wanted {
        case .result(let result): call.result = result
        case .value(let value): call.value = value
        case .fails(let error):
            if errno != nil || action == nil || !isWaiting(action) {
                call.result = -1
                call.errno = error
            }
        case .tookError: call.errno = errno
        case .events(let with, _): call.events = with
        case .tookNoError, .reports, nil: break
        }
        return call
    }

    private static func isWaiting(_ action: Action?) -> Bool {
        if case .awaitError? = action { return true }
        return false
    }

    private mutating func fillSamples(_ conditions: Conditions, aliveUntil abort: Moment?) {
        let isTable = isInTableOnly
        let alive = isOpening ? (isTable ? "SYN_RECV" : "SYN_SENT") : "ESTABLISHED"
        func sample(_ window: Window, _ attempts: Int, _ state: String) -> KernelSample {
            let isProbe = failsProbes
            return KernelSample(
                at: window, state: state, retransmits: isProbe ? 0 : attempts,
                probes: isProbe ? attempts : 0, backoff: attempts,
                rtoMicroseconds: Int(conditions.rto.wholeNanoseconds / 1000),
                rttMicroseconds: Int(conditions.smoothedRTT.wholeNanoseconds / 1000),
                rttVariationMicroseconds: 30, unacked: 0, notSentBytes: 0,
                totalRetransmissions: 0)
        }
        var samples = [sample(Window(at: .milliseconds(4)), 0, alive)]
        let moments = failed.sorted()
        for (index, moment) in moments.enumerated() {
            // Two attempts may lie within one period of the sampler: then it sees one jump of two.
            let before = max(samples[samples.count - 1].first.latest, moment - .milliseconds(10))
            samples[samples.count - 1].last = Window(at: before)
            samples.append(sample(Window(at: moment + .milliseconds(10)), index + 1, alive))
        }
        if let abort {
            let last = samples.count - 1
            samples[last].last = Window(
                at: max(samples[last].first.latest, abort - .milliseconds(10)))
            if samples[last].last.latest > abort {
                samples[last].first = Window(at: abort - .microseconds(1))
                samples[last].last = samples[last].first
            }
            samples.append(
                sample(Window(at: abort + .milliseconds(10)), 0, isTable ? "NONE" : "CLOSE"))
        }
        observation.samples = samples
    }

    private mutating func finish() {
        var subject = Capture(actor: .subject, interface: "subject0", linkType: 1)
        subject.beforeImpairment = 3
        subject.packets = packets.sorted { $0.0 < $1.0 }.map {
            PacketRecord(
                realtimeNanoseconds: $0.0.nanoseconds + realtimeOffset, bytes: $0.1,
                originalLength: $0.1.count)
        }
        var peer = subject
        peer.actor = .peer
        observation.captures = [subject, peer]
        observation.clocks = [0, observation.end.nanoseconds].map {
            ClockPair(monotonicBefore: $0, realtime: $0 + realtimeOffset, monotonicAfter: $0)
        }
        for name in CounterPair.modelled {
            observation.counters.after[name] = counters[name, default: 0]
        }
    }
}
