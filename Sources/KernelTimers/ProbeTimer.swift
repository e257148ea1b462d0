/// The probe ("persist") timer of a connection that has data to send and nothing in flight: the
/// peer's window is shut, or the data could never be sent.
///
/// Follows `tcp_probe_timer`, `tcp_send_probe0`, `tcp_ack_probe` and
/// `tcp_clamp_probe0_to_user_timeout` (net/ipv4/tcp_timer.c, tcp_output.c, tcp_input.c). RFC 9293
/// section 3.8.6.1 asks for the probes and lets them go on for ever while they are answered.
public struct ProbeTimer: Sendable {
    /// What becomes of a probe.
    public enum Fate: Sendable, Equatable {
        /// It is on the wire, and nobody answers.
        case lost
        /// It is on the wire, and the peer answers that its window is still shut.
        case answered
        /// It cannot be sent; nothing is on the wire.
        case unroutable
        /// It cannot be sent although there is a route, such as for a firewall's rule (EPERM);
        /// nothing is on the wire.
        case refused
        /// The host's own queue drops it (NET_XMIT_DROP), which the kernel takes for congestion;
        /// nothing is on the wire.
        case congested
        /// The probe is the data itself, it arrives, and the peer acknowledges it.
        case delivered
    }

    let conditions: Conditions
    let rules: KernelRules
    let fates: Timeline<Fate>
    let abortError: SocketError
    let unasked: Unasked?

    /// What the peer says without having been asked by a probe.
    public enum Unasked: Sendable, Equatable {
        /// Once more that its window is shut.
        case stillShut(Window)
        /// That its window is open: what waits is sent at once, and arrives.
        case open(Window)

        var window: Window {
            switch self {
            case .stillShut(let window), .open(let window): window
            }
        }
    }

    /// The timer of a connection under `conditions`, on a kernel with `rules`.
    ///
    /// `abortError` is what the application hears: ETIMEDOUT, unless failed attempts leave a soft
    /// error behind, as IPv6's do (`inet6_csk_xmit`) and IPv4's don't (`__ip_queue_xmit`).
    public init(
        _ conditions: Conditions, _ rules: KernelRules, fates: Timeline<Fate>,
        abortError: SocketError = .etimedout, unasked: Unasked? = nil
    ) {
        self.conditions = conditions
        self.rules = rules
        self.fates = fates
        self.abortError = abortError
        self.unasked = unasked
    }

    /// TCP_RTO_MIN as this timer has it: no option, route or sysctl changes it.
    private static let rtoMin = Duration.milliseconds(200)

    /// max(RTO, TCP_RTO_MIN) in jiffies (`tcp_probe0_base`, 4.2 21c8fe991527).
    public var baseJiffies: Int {
        let least = rules.probeFloor ? conditions.tick.jiffies(covering: Self.rtoMin) : 0
        return max(conditions.rtoJiffies, least)
    }

    /// What may follow a write, somewhere in `written`, of data that cannot be sent: the attempt
    /// itself, and then the timer that it arms.
    public func prospects(unsent written: Window) -> [Prospect] {
        let fate = fates.values(during: written).first?.value
        let attempt = Expected(
            .failedToSend(.data), written, "the write itself",
            counters: fate == .unroutable ? ["Ip.OutNoRoutes": 1] : [:])
        return [Prospect(attempt) { prospects(armed: $0) }]
    }

    /// What may follow once the timer was armed somewhere in `armed`.
    public func prospects(armed: Window) -> [Prospect] {
        var state = State()
        state.awaitsUnasked = unasked != nil
        return fire(state, armed: armed, plain(state))
    }

    struct State: Sendable {
        /// Unanswered probes (`icsk_probes_out`).
        var unanswered = 0
        /// Doublings of the interval (`icsk_backoff`).
        var backoff = 0
        /// When the timer first fired (`icsk_probes_tstamp`, or the head segment's stamp).
        var first: Window?
        /// When an attempt was last made.
        var last: Window?
        /// Whether that attempt met a full queue.
        var isCongested = false
        /// Whether what the peer says unasked is still to come.
        var awaitsUnasked = false
    }

    /// The backed-off interval, at most TCP_RTO_MAX (`tcp_probe0_when`).
    private func intervalJiffies(_ state: State) -> Int {
        if state.isCongested {
            let half = conditions.tick.jiffies(covering: .milliseconds(500))
            return rules.congestion == .counted ? half : min(half, baseJiffies)
        }
        let limit = Conditions.floorLog2(
            max(1, conditions.rtoMax.wholeNanoseconds / Self.rtoMin.wholeNanoseconds))
        let shift = min(state.backoff, limit + 1)
        let most = conditions.tick.jiffies(covering: conditions.rtoMax)
        return min(baseJiffies << min(shift, 20), most)
    }

    private func plain(_ state: State) -> Arming {
        Arming("probe interval", jiffies: intervalJiffies(state), rules, conditions)
    }

    private func fire(_ state: State, armed: Window, _ arming: Arming) -> [Prospect] {
        var arming = arming
        let firing = arming.firing(armed: armed, rules, conditions)
        guard !firing.isEmpty else { return [] }
        guard let unasked, state.awaitsUnasked, unasked.window.earliest <= firing.latest else {
            return fire(state, in: firing, arming)
        }
        // Whichever comes first.
        let said = unasked.window.intersection(Window(armed.earliest, firing.latest))
        let rest = firing.intersection(Window(firing.earliest, unasked.window.latest))
        return (said.isEmpty ? [] : heard(state, unasked, in: said))
            + (rest.isEmpty ? [] : fire(state, in: rest, arming))
    }

    private func fire(_ state: State, in firing: Window, _ arming: Arming) -> [Prospect] {
        conditions.userTimeoutMilliseconds.values(during: firing).flatMap {
            milliseconds, window in
            decide(state, window, userTimeout: milliseconds, arming)
        }
    }

    /// The peer's acknowledgement that nobody asked for: one that the window is still shut does
    /// what an answer does; one that it is open ends the clock, and the data leaves at once.
    private func heard(_ state: State, _ unasked: Unasked, in window: Window) -> [Prospect] {
        conditions.userTimeoutMilliseconds.values(during: window).map { milliseconds, window in
            let event = Expected(.answered, window, "the peer's acknowledgement, unasked")
            return Prospect(event) { heard in
                if case .open = unasked {
                    let data = Expected(
                        .sent(.data), heard.after(.zero, conditions.reach), "the window is open",
                        anchors: [heard])
                    return [Prospect(data) { [delivery(of: $0)] }]
                }
                var next = state
                next.awaitsUnasked = false
                next.unanswered = 0
                return rearm(next, heard, milliseconds)
            }
        }
    }

    private func delivery(of sent: Window) -> Prospect {
        Prospect(
            Expected(
                .answered, sent.after(.zero, .milliseconds(200) + conditions.tick.jiffy * 2),
                "the peer's acknowledgement, delayed or not", anchors: [sent]))
    }

    private func decide(
        _ state: State, _ firing: Window, userTimeout milliseconds: Int, _ arming: Arming
    ) -> [Prospect] {
        if let words = tooMany(state) {
            return [abort(firing, "\(arming.derivation); \(words)", arming.anchors)]
        }
        guard milliseconds > 0 else { return probe(state, firing, milliseconds, arming) }
        let timeout = Duration.milliseconds(milliseconds)
        let words = "TCP_USER_TIMEOUT \(milliseconds) ms"
        switch rules.probing {
        case .ignored:
            return probe(state, firing, milliseconds, arming)
        case .fromUnansweredCount:
            let elapsed = conditions.modelTimeout(
                retries: state.unanswered, base: conditions.tick.duration(jiffies: baseJiffies))
            guard elapsed >= timeout else { return probe(state, firing, milliseconds, arming) }
            return [
                abort(
                    firing,
                    "\(arming.derivation); \(words) ≤ \(elapsed.formattedSeconds), what "
                        + "\(state.unanswered) unanswered probes would take", arming.anchors)
            ]
        case .fromLastAttempt:
            return compare(state, firing, state.last, timeout, milliseconds, arming)
        case .fromFirstProbeStrict, .fromFirstProbe, .fromFirstProbeClamped:
            return compare(state, firing, state.first, timeout, milliseconds, arming)
        }
    }

    /// Why there were too many probes; nil while there were not.
    ///
    /// An orphan whose interval would be TCP_RTO_MAX is not probed on, answered or not (3.18
    /// b248230c3497). The interval grows no further than tcp_retries2 doublings, so where those do
    /// not reach TCP_RTO_MAX an orphan whose peer answers is probed for ever.
    private func tooMany(_ state: State) -> String? {
        var most = conditions.retries2
        var words = "tcp_retries2=\(most)"
        let rtoMax = conditions.tick.jiffies(covering: conditions.rtoMax)
        let isAlive = conditions.rtoJiffies << min(state.backoff, 20) < rtoMax
        if let tries = conditions.orphanTries(isAlive: isAlive) {
            most = tries
            words = "an orphan's tries: \(tries)"
            if !isAlive, state.backoff >= most, rules.probing != .ignored {
                return "the interval of an orphan would be TCP_RTO_MAX, backoff \(state.backoff)"
            }
        }
        let isOver =
            rules.probeLimit == .reaching ? state.unanswered >= most : state.unanswered > most
        return isOver ? "\(state.unanswered) unanswered probes, \(words)" : nil
    }

    /// Compares the time since `start` with T, as the kernel does when the timer fires.
    private func compare(
        _ state: State, _ firing: Window, _ start: Window?, _ timeout: Duration,
        _ milliseconds: Int, _ arming: Arming
    ) -> [Prospect] {
        guard let start else { return probe(state, firing, milliseconds, arming) }
        // The clock is `tcp_jiffies32` (or whole milliseconds): an interval of T may look one tick
        // longer or shorter than it is.
        let clockTick = conditions.tick.jiffy
        var prospects: [Prospect] = []
        let late = firing.intersection(
            Window(start.earliest + (timeout - clockTick), firing.latest))
        if !late.isEmpty {
            prospects.append(
                abort(
                    late,
                    "\(arming.derivation); TCP_USER_TIMEOUT \(milliseconds) ms from the clock's "
                        + "start at \(start.text) is over",
                    arming.anchors + [start]))
        }
        let early = firing.intersection(
            Window(firing.earliest, start.latest + (timeout + clockTick)))
        if !early.isEmpty, !arming.ends(milliseconds) {
            prospects += probe(state, early, milliseconds, arming)
        }
        return prospects
    }

    private func abort(
        _ window: Window, _ derivation: @autoclosure @escaping @Sendable () -> String,
        _ anchors: [Window]
    ) -> Prospect {
        Prospect(
            Expected(
                conditions.end(abortError), window, derivation(),
                counters: conditions.countingEnd(["TcpExt.TCPAbortOnTimeout": 1]),
                anchors: anchors))
    }

    private func probe(
        _ state: State, _ firing: Window, _ milliseconds: Int, _ arming: Arming
    ) -> [Prospect] {
        fates.values(during: firing).map { fate, window in
            switch fate {
            case .lost, .answered:
                let event = Expected(
                    .sent(.windowProbe), window, arming.derivation,
                    counters: ["TcpExt.TCPWinProbe": 1], anchors: arming.anchors)
                return Prospect(event) { fired in
                    let next = state.probed(at: fired, retries2: conditions.retries2)
                    guard fate == .answered else { return rearm(next, fired, milliseconds) }
                    return [answer(next, to: fired, milliseconds)]
                }
            case .unroutable, .refused:
                let event = Expected(
                    .failedToSend(.windowProbe), window, arming.derivation,
                    counters: fate == .unroutable ? ["Ip.OutNoRoutes": 1] : [:],
                    anchors: arming.anchors)
                return Prospect(event) { fired in
                    rearm(
                        state.probed(at: fired, retries2: conditions.retries2), fired, milliseconds)
                }
            case .congested:
                let event = Expected(
                    .failedToSend(.windowProbe), window, arming.derivation, anchors: arming.anchors)
                return Prospect(event) { fired in
                    var next = state
                    next.congest(at: fired, counting: rules.congestion == .counted)
                    return rearm(next, fired, milliseconds)
                }
            case .delivered:
                let event = Expected(
                    .sent(.data), window, arming.derivation, anchors: arming.anchors)
                return Prospect(event) { [delivery(of: $0)] }
            }
        }
    }

    /// The peer says that its window is still shut: unanswered probes are none, the backoff stays,
    /// and the timer is armed anew (`tcp_ack`, `tcp_ack_probe`).
    private func answer(_ state: State, to probed: Window, _ milliseconds: Int) -> Prospect {
        let interval = conditions.tick.duration(jiffies: intervalJiffies(state))
        let event = Expected(
            .answered, probed.after(.zero, interval), "the peer's answer, before the next probe",
            anchors: [probed])
        return Prospect(event) { answered in
            var next = state
            next.unanswered = 0
            return rearm(next, answered, milliseconds)
        }
    }

    private func rearm(_ state: State, _ now: Window, _ milliseconds: Int) -> [Prospect] {
        let interval = intervalJiffies(state)
        guard milliseconds > 0, rules.probing == .fromFirstProbeClamped, let first = state.first
        else { return fire(state, armed: now, plain(state)) }
        // Whole jiffies: the first firing's tick s plus those of T is the tick of the deadline, and
        // s lies at most one tick before the first firing was seen.
        let tick = conditions.tick
        let deadlineJiffies = tick.jiffies(covering: .milliseconds(milliseconds))
        let deadline = first.after(
            tick.duration(jiffies: deadlineJiffies), tick.duration(jiffies: deadlineJiffies))
        let least = tick.jiffies(covering: deadline.earliest - now.latest - tick.jiffy)
        let most = tick.jiffies(covering: deadline.latest - now.earliest + tick.jiffy)
        var prospects: [Prospect] = []
        // Before 7.1 what is left of a T that is over is a very large number (2b9f6f7065d4).
        let mayBeOver = !rules.clampsWhatIsOver && now.latest > deadline.earliest - tick.jiffy
        let isOver = mayBeOver && now.earliest > deadline.latest + tick.jiffy
        if mayBeOver { prospects += fire(state, armed: now, plain(state)) }
        if least < interval, !isOver {
            // TCP_TIMEOUT_MIN, two jiffies, is the least for which the timer is armed.
            let delays = max(2, least)...max(2, min(most, interval))
            let slack = rules.wheel.granularity(
                jiffies: delays.upperBound, trail: conditions.trail(at: now))
            let bound = Window(
                deadline.earliest - conditions.lag,
                max(deadline.latest, now.latest + tick.duration(jiffies: 2))
                    + tick.duration(jiffies: slack) + conditions.reach)
            var clamped = Arming(
                cut: "probe interval", to: delays, bound: bound, rules, conditions)
            // Deadline and clock are both counted in jiffies: the one cannot fire before the other.
            clamped.endsAtDeadline = true
            clamped.cutMilliseconds = milliseconds
            prospects += fire(state, armed: now, clamped)
        }
        if most >= interval, !mayBeOver { prospects += fire(state, armed: now, plain(state)) }
        return prospects
    }
}

extension ProbeTimer.State {
    /// The state after an attempt that met a full queue: the interval is another, the backoff stays
    /// (`tcp_send_probe0`, 5.1 c1d5674f8313).
    mutating func congest(at fired: Window, counting: Bool) {
        isCongested = true
        unanswered = counting ? unanswered + 1 : max(1, unanswered)
        if first == nil { first = fired }
        last = fired
    }

    /// The state after one more probe, not (yet) answered.
    func probed(at fired: Window, retries2: Int) -> Self {
        var copy = self
        copy.unanswered += 1
        copy.isCongested = false
        if backoff < retries2 { copy.backoff += 1 }
        if first == nil { copy.first = fired }
        copy.last = fired
        return copy
    }
}
