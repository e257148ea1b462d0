import Behaviours
import Evidence
import KernelTimers
import Wire

/// An observation read as events: what the three witnesses saw since the outage began, on the
/// trial's one clock.
struct Reading {
    /// What the model needs to know.
    var conditions: Conditions
    /// When the outage began.
    var begin: Moment
    /// The events since, in the order of time.
    var events: [ObservedEvent]
    /// What the application heard, if anything.
    var heard: ObservedEvent?
    /// What is wrong with the kernel's own account of its timer.
    var stateParting: Parting?

    /// Why an observation cannot be read.
    struct Objection: Error {
        /// The cause in one line.
        var cause: String
    }

    /// Reads an observation of a behaviour.
    static func read(
        _ observation: Observation, _ behaviour: Behaviour
    ) -> Result<Reading, Objection> {
        guard let tick = TickRate(hz: observation.hz) else {
            return .failure(Objection(cause: "no such tick rate: \(observation.hz) Hz"))
        }
        let clock = CaptureClock(observation)
        var marks: [String: Window] = [:]
        for step in observation.steps where marks[step.label] == nil {
            marks[step.label] = step.window
        }
        let parameters = observation.trial.parameters
        var conditions = Conditions(
            tick: tick, rtoJiffies: 0, marks: marks, processors: observation.processors)
        conditions.adopt(parameters)
        conditions.userTimeoutMilliseconds = behaviour.userTimeout(parameters, marks)

        guard behaviour.outage != .none else {
            return .success(
                Reading(conditions: conditions, begin: .zero, events: [], heard: nil))
        }
        guard let trace = FlowTrace(observation, clock) else {
            return .failure(Objection(cause: "the trial has no connection"))
        }
        guard let begin = begin(of: behaviour.outage, marks, trace) else {
            return .failure(Objection(cause: "the outage never began"))
        }
        if case .windowShut = behaviour.outage {
            conditions.marks["shut"] = Window(at: begin)
        }
        if let received = trace.lastReceived(until: begin) {
            conditions.marks["received"] = Window(at: received)
        }
        guard let sample = restingSample(observation, begin) ?? requestSample(observation) else {
            return .failure(Objection(cause: "the kernel was not asked for its RTO in time"))
        }
        let rto = Duration.microseconds(sample.rtoMicroseconds)
        conditions.rtoJiffies = tick.jiffies(covering: rto - .microseconds(1))
        conditions.smoothedRTT = .microseconds(sample.rttMicroseconds)

        let heard = heardEvent(observation)
        let wire = trace.events(after: begin, until: observation.end)
        let failed = failedAttempts(observation, begin, wire, reach: conditions.reach)
        let events = wire + failed + (heard.map { [$0] } ?? []) + returned(observation)
        return .success(
            Reading(
                conditions: conditions, begin: begin, events: events.sorted(by: precedes),
                heard: heard, stateParting: rtoParting(sample, conditions)))
    }

    private static func precedes(_ left: ObservedEvent, _ right: ObservedEvent) -> Bool {
        (left.window.latest, left.window.earliest) < (right.window.latest, right.window.earliest)
    }

    private static func begin(
        of outage: Outage, _ marks: [String: Window], _ trace: FlowTrace
    ) -> Moment? {
        switch outage {
        case .step(let label): marks[label]?.latest
        case .windowShut(let label): marks[label].flatMap { trace.windowShut(since: $0.earliest) }
        case .none: nil
        }
    }

    /// The kernel's account of the connection just before any timer can have fired: TCP_RTO_MIN,
    /// 200 ms, after the outage began at the latest. In SYN_SENT no timer fires without showing in
    /// `tcpi_retransmits`, and the first not before a second has passed (RFC 6298, 2.1).
    ///
    /// What a scripted peer answers in that time is measured, and makes another RTO: an account
    /// from before it is of no use, if the next one tells of another round trip.
    private static func restingSample(
        _ observation: Observation, _ begin: Moment
    ) -> KernelSample? {
        let limits = ["ESTABLISHED": 200, "SYN_SENT": 1000]
        let injected = observation.script.lanes.flatMap(\.steps).compactMap { step -> Moment? in
            guard case .inject = step.action else { return nil }
            return observation.step(step.label)?.end
        }
        let answered = injected.filter { $0 <= begin + .milliseconds(200) }.max()
        let samples = observation.samples
        let place = samples.lastIndex {
            guard let limit = limits[$0.state] else { return false }
            return $0.first.earliest <= begin + .milliseconds(limit) && $0.backoff == 0
                && $0.retransmits == 0 && $0.probes == 0 && $0.isFromTable != true
        }
        guard let place else { return nil }
        if let answered, samples[place].last.latest < answered,
            let next = samples[(place + 1)...].first,
            next.rttMicroseconds != samples[place].rttMicroseconds
        {
            return nil
        }
        return samples[place]
    }

    /// The RTO that the kernel reports, against RFC 6298 as Linux has it: srtt + max(TCP_RTO_MIN,
    /// variation), rounded up to jiffies. The variation term is at least what `tcpi_rttvar` says,
    /// and exactly TCP_RTO_MIN, 200 ms unless the trial sets it, where four times that is less.
    private static func rtoParting(
        _ sample: KernelSample, _ conditions: Conditions
    ) -> Parting? {
        if sample.state == "SYN_SENT" { return initialRTOParting(sample) }
        let tick = conditions.tick
        let smoothed = Duration.microseconds(sample.rttMicroseconds)
        let variation = Duration.microseconds(sample.rttVariationMicroseconds * 4)
        let least = Conditions.rtoJiffies(
            smoothedRTT: smoothed, variation: .zero, rtoMin: conditions.rtoMin,
            rtoMax: conditions.rtoMax, tick: tick)
        let reported = Duration.microseconds(sample.rtoMicroseconds)
        let jiffies = tick.jiffies(covering: reported - .microseconds(1))
        let isRight = variation < conditions.rtoMin ? jiffies == least : jiffies >= least
        guard !isRight else { return nil }
        return Parting(
            .state,
            "RTO: expected srtt \(sample.rttMicroseconds) µs + "
                + "\(conditions.rtoMin.formattedSeconds) = \(least) jiffies of "
                + "\(tick.jiffy.formattedSeconds), observed \(sample.rtoMicroseconds) µs "
                + "(TCP_INFO), variation \(sample.rttVariationMicroseconds) µs")
    }
}

extension Reading {
    /// The RTO before anything was measured: one second (RFC 6298, 2.1), three before 3.1
    /// (9ad7c049f0f7).
    private static func initialRTOParting(_ sample: KernelSample) -> Parting? {
        guard ![1_000_000, 3_000_000].contains(sample.rtoMicroseconds) else { return nil }
        return Parting(
            .state,
            "RTO of a SYN: expected 1 s, or 3 s before 3.1, observed "
                + "\(sample.rtoMicroseconds) µs (TCP_INFO)")
    }

    /// A request in SYN_RECV has no descriptor: its timer is that of an opening, one second.
    private static func requestSample(_ observation: Observation) -> KernelSample? {
        guard var sample = observation.samples.first, sample.state == "SYN_RECV" else {
            return nil
        }
        sample.state = "SYN_SENT"
        sample.rtoMicroseconds = 1_000_000
        return sample
    }

    /// The error as the application heard it: when the waiting call returned, and which errno.
    static func heardEvent(_ observation: Observation) -> ObservedEvent? {
        let steps = observation.script.lanes.filter { $0.actor == .subject }.flatMap(\.steps)
        for step in steps {
            if case .awaitVanishing = step.action { return vanishing(observation) }
            guard case .awaitError(let waiter, _) = step.action,
                let call = observation.step(step.label)?.calls.last
            else { continue }
            switch waiter {
            case .read, .write, .connect:
                if call.result > 0 || waiter == .connect && call.result == 0 { return nil }
                if ["EAGAIN", "EINPROGRESS"].contains(call.errno?.name) { return nil }
                let what = call.errno.map(ObservedEvent.What.error) ?? .hungUp
                return ObservedEvent(what, narrowed(call, observation), source: call.name)
            case .poll, .hangUp, .select, .epollLevel, .epollEdge, .epollOneShot:
                if call.result == 0 { return nil }
                let taken = observation.steps.filter { $0.actor == .subject }
                    .flatMap(\.calls).first { $0.name == "SO_ERROR" && $0.begin >= call.end }
                let what = taken?.errno.map(ObservedEvent.What.error) ?? .hungUp
                return ObservedEvent(what, narrowed(call, observation), source: call.name)
            }
        }
        return nil
    }

    /// When close(2) returned, where SO_LINGER had it wait.
    private static func returned(_ observation: Observation) -> [ObservedEvent] {
        observation.script.lanes.flatMap(\.steps).filter { $0.action == .closeLingering }
            .flatMap { observation.step($0.label)?.calls ?? [] }.map { call in
                ObservedEvent(.returned, call.returned, source: call.name)
            }
    }

    /// When the kernel forgot the connection: between the last reading of the table of sockets that
    /// had it and the first that had not.
    private static func vanishing(_ observation: Observation) -> ObservedEvent? {
        let table = observation.samples
        guard let gone = table.firstIndex(where: { $0.state == "NONE" }), gone > 0 else {
            return nil
        }
        return ObservedEvent(
            .vanished, Window(table[gone - 1].last.earliest, table[gone].first.latest),
            source: "/proc/net/tcp")
    }

    /// When the call can have been over inside the kernel, by the thread's own account of its
    /// waiting for a processor and by what the kernel said of the socket meanwhile.
    private static func narrowed(_ call: CallRecord, _ observation: Observation) -> Window {
        var window = call.returned
        let samples = observation.samples.filter { $0.last.latest >= call.begin }
        if let alive = samples.last(where: { $0.state != "CLOSE" }) {
            window.earliest = max(window.earliest, min(alive.last.earliest, window.latest))
        }
        if let dead = samples.first(where: { $0.state == "CLOSE" && $0.first.latest > call.begin })
        {
            window.latest = max(window.earliest, min(window.latest, dead.first.latest))
        }
        return window
    }

    /// Attempts that the kernel counted and that are not on the wire: each lies between the last
    /// reading of the old count and the first of the new.
    ///
    /// A packet is stamped after it was counted; on loopback only when it arrives. So one that is
    /// stamped up to the witness's reach after the reading explains the count, too.
    static func failedAttempts(
        _ observation: Observation, _ begin: Moment, _ wire: [ObservedEvent], reach: Duration
    ) -> [ObservedEvent] {
        var events: [ObservedEvent] = []
        let samples = observation.samples.filter { $0.state == "ESTABLISHED" }
        for (before, after) in zip(samples, samples.dropFirst()) {
            let window = Window(before.last.earliest, after.first.latest)
            guard window.latest > begin else { continue }
            let stamped = Window(window.earliest, window.latest + reach)
            let seen = wire.filter { $0.window.overlaps(stamped) }
            let probes =
                after.probes - before.probes - seen.count { $0.what == .windowProbe }
            let retransmissions =
                after.retransmits - before.retransmits - seen.count { $0.what.isRepeatedData }
            events += (0..<max(0, probes)).map { _ in
                ObservedEvent(.failedProbe, window, source: "TCP_INFO probes \(after.probes)")
            }
            events += (0..<max(0, retransmissions)).map { _ in
                ObservedEvent(
                    .failedRetransmission, window,
                    source: "TCP_INFO retransmits \(after.retransmits)")
            }
        }
        return events
    }
}

extension ObservedEvent.What {
    /// Whether it is data that was sent before.
    var isRepeatedData: Bool {
        if case .data(_, _, repeated: true) = self { return true }
        return false
    }
}
