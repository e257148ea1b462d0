/// The retransmission timer of an established connection whose data is in flight: tail loss probe,
/// RTO with backoff, the limit by tcp_retries2 or TCP_USER_TIMEOUT.
///
/// Follows `tcp_retransmit_timer`, `retransmits_timed_out` and `tcp_clamp_rto_to_user_timeout`
/// (net/ipv4/tcp_timer.c), and `tcp_schedule_loss_probe` and `tcp_send_loss_probe`
/// (net/ipv4/tcp_output.c). RFC 6298 section 5 is what these implement.
public struct RetransmitTimer: Sendable {
    /// What becomes of a segment that the timer sends.
    public enum Fate: Sendable, Equatable {
        /// It is on the wire, and nobody answers.
        case lost
        /// It is on the wire, the peer gets it, and its answer comes in but reaches no socket.
        case answeredInVain
        /// It is on the wire, the peer gets it, and its answer ends the outage.
        case delivered
        /// It is on the wire, and an ICMP error that quotes it comes back.
        case complained(Complaint)
        /// It cannot be sent; nothing is on the wire.
        case unroutable
        /// It leaves TCP, which takes it for sent, and is dropped on its way to the device: nothing
        /// is on the wire.
        case swallowed
        /// It leaves TCP, and waits in the host until a neighbour's address is known. Until then it
        /// is not sent again: the attempt fails (`skb_still_in_host_queue`).
        case waiting
        /// It cannot be sent although there is a route, such as for a firewall's rule (EPERM);
        /// nothing is on the wire, but the kernel counts it, and stamps the segment.
        case refused
    }

    let conditions: Conditions
    let rules: KernelRules
    let fates: Timeline<Fate>
    let progress: Progress?
    let shrinking: Shrinking?

    /// The timer of a connection under `conditions`, on a kernel with `rules`.
    ///
    /// `fates` says what becomes of segments over time, as the script's impairments have it;
    /// `progress` what the peer acknowledges all the same; `shrinking` whether smaller segments
    /// are tried, which pass.
    public init(
        _ conditions: Conditions, _ rules: KernelRules, fates: Timeline<Fate>,
        progress: Progress? = nil, shrinking: Shrinking? = nil
    ) {
        self.conditions = conditions
        self.rules = rules
        self.fates = fates
        self.progress = progress
        self.shrinking = shrinking
    }

    /// What may follow from a call, somewhere in `written`, that sends one segment: a write, or a
    /// close or shutdown, whose segment is a FIN.
    public func prospects(written: Window, as segment: Expected.Segment = .data) -> [Prospect] {
        fates.values(during: written).map { fate, window in
            let data = Expected(
                fate.isSeen ? .sent(segment) : .failedToSend(segment), window, "the call itself")
            return Prospect(data) { sent in
                var state = State(
                    rtoJiffies: conditions.rtoJiffies, lastSent: sent, softError: fate.softError)
                state.isWaiting = fate == .waiting
                return answers(to: fate, at: sent) { [state] in afterData(state) }
            }
        }
    }

    // MARK: - Tail loss probe

    /// In how many jiffies a tail loss probe is due (`tcp_schedule_loss_probe`): for a lone segment
    /// min(2·srtt + TCP_RTO_MIN, RTO), since its acknowledgement may be delayed; for several
    /// 2·srtt and two milliseconds, which were two jiffies before 6.6 1c2709cfff1d.
    ///
    /// A range: the kernel's srtt has three more bits than TCP_INFO shows.
    func probeTimeout(segments: Int) -> (jiffies: ClosedRange<Int>, words: String) {
        let tick = conditions.tick
        let twice = conditions.smoothedRTT * 2
        guard segments > 1 else {
            let delay = min(
                tick.jiffies(covering: twice + conditions.rtoMin), conditions.rtoJiffies)
            return (delay...delay, "2*srtt + \(conditions.rtoMin.formattedSeconds)")
        }
        let next = twice + .microseconds(1)
        switch rules.lossProbeFloor {
        case .milliseconds:
            let floor = Duration.milliseconds(2)
            return (
                tick.jiffies(covering: twice + floor)...tick.jiffies(covering: next + floor),
                "2*srtt + 2 ms"
            )
        case .jiffies:
            return (
                tick.jiffies(covering: twice) + 2...tick.jiffies(covering: next) + 2,
                "2*srtt + 2 jiffies"
            )
        }
    }

    func afterData(_ state: State, segments: Int = 1) -> [Prospect] {
        let sent = state.lastSent
        switch rules.tailLossProbe {
        case .none:
            return fire(state, armed: sent, delay: conditions.rtoJiffies)
        case .untilRTO:
            return tailLossProbe(state, armed: sent, segments: segments)
        }
    }

    private func tailLossProbe(_ state: State, armed: Window, segments: Int) -> [Prospect] {
        let (delays, words) = probeTimeout(segments: segments)
        let delay = delays.upperBound
        var arming = Arming(
            "PTO = min(\(words), RTO) after the data:", jiffies: delay, rules, conditions)
        arming.delays = delays
        let firing = arming.firing(armed: armed, rules, conditions)
        let derivation = arming.derivation
        return fates.values(during: firing).map { fate, window in
            if fate == .refused {
                // The probe fails, and the RTO counts from the segment's stamp: the attempt.
                let event = Expected(
                    .failedToSend(.tailLossProbe), window, derivation,
                    counters: ["Tcp.RetransSegs": 1, "TcpExt.TCPRetransFail": 1],
                    anchors: [armed])
                return Prospect(event) { fired in
                    guard rules.failedAttemptStamps else {
                        return fire(
                            state, armed: fired, delay: max(1, conditions.rtoJiffies - delay))
                    }
                    return fire(state, armed: fired, delay: conditions.rtoJiffies)
                }
            }
            if fate == .unroutable || state.isWaiting {
                // The probe fails, and the RTO is set to what is left of it since the data, at
                // least a jiffy (`tcp_rearm_rto` with the loss probe still pending).
                let event = Expected(
                    .failedToSend(.tailLossProbe), window, derivation, anchors: [armed])
                return Prospect(event) { fired in
                    let left = conditions.rtoJiffies - delay
                    return fire(state, armed: fired, delay: max(1, left))
                }
            }
            let event = Expected(
                fate.isSeen ? .sent(.tailLossProbe) : .failedToSend(.tailLossProbe), window,
                derivation, counters: ["TcpExt.TCPLossProbes": 1, "Tcp.RetransSegs": 1],
                anchors: [armed])
            return Prospect(event) { fired in
                var next = state
                next.lastSent = fired
                next.isWaiting = fate == .waiting
                next.softError = fate.softError ?? state.softError
                return answers(to: fate.unheard, at: fired) { [next] in
                    fire(next, armed: fired, delay: conditions.rtoJiffies)
                }
            }
        }
    }

    // MARK: - RTO

    struct State: Sendable {
        /// The RTO with its backoff so far.
        var rtoJiffies: Int
        /// When the segment was last sent successfully (`skb_mstamp`).
        var lastSent: Window
        /// Where the clock started (`retrans_stamp`): the first RTO, or the last success before it.
        var clockStart: Window?
        /// RTOs so far (`icsk_retransmits`).
        var retransmits = 0
        /// Whether the last of them came of a delay that was cut to the deadline, just before it.
        var wasCut = false
        /// Doublings of the RTO (`icsk_backoff`).
        var backoff = 0
        /// What an ICMP error left behind (`sk_err_soft`).
        var softError: SocketError?
        /// Whether the segment waits in the host for a neighbour's address.
        var isWaiting = false
        /// Whether something is still to be acknowledged out of turn.
        var awaitsProgress = false
    }

    func fire(_ state: State, armed: Window, delay: Int) -> [Prospect] {
        fire(state, armed: armed, plain(delay))
    }

    private func plain(_ delay: Int) -> Arming {
        Arming("RTO", jiffies: delay, rules, conditions)
    }

    func fire(_ state: State, armed: Window, _ arming: Arming) -> [Prospect] {
        var arming = arming
        let firing = arming.firing(armed: armed, rules, conditions)
        guard !firing.isEmpty else { return [] }
        guard let progress, state.awaitsProgress, progress.window.earliest <= firing.latest else {
            return fire(state, in: firing, arming)
        }
        // Whichever comes first.
        let heard = progress.window.intersection(Window(armed.earliest, firing.latest))
        let rest = firing.intersection(Window(firing.earliest, progress.window.latest))
        return (heard.isEmpty ? [] : progressed(state, progress, in: heard))
            + (rest.isEmpty ? [] : fire(state, in: rest, arming))
    }

    private func fire(_ state: State, in firing: Window, _ arming: Arming) -> [Prospect] {
        conditions.userTimeoutMilliseconds.values(during: firing).flatMap {
            milliseconds, window in
            decide(state, window, userTimeout: milliseconds, arming)
        }
    }

    /// The timer fires in `firing`: does the kernel give up, or send again?
    func decide(
        _ state: State, _ firing: Window, userTimeout milliseconds: Int, _ arming: Arming
    ) -> [Prospect] {
        let limit = limit(userTimeout: milliseconds, state)
        let clockTick = Duration.milliseconds(1)
        guard let start = state.clockStart, state.retransmits > 0 else {
            return sendAgain(state, firing, milliseconds, arming)
        }
        var prospects: [Prospect] = []
        let late = firing.intersection(
            Window(start.earliest + (limit.duration - clockTick), firing.latest))
        if !late.isEmpty {
            let event = Expected(
                conditions.end(abortError(state, at: late)), late,
                "\(arming.derivation); \(limit.words) from the clock's start at "
                    + "\(start.text) is over",
                counters: conditions.countingEnd([
                    "TcpExt.TCPTimeouts": 1, "TcpExt.TCPAbortOnTimeout": 1,
                ]), anchors: arming.anchors + [start])
            prospects.append(Prospect(event))
        }
        let early = firing.intersection(
            Window(firing.earliest, start.latest + (limit.duration + clockTick)))
        if !early.isEmpty, !arming.ends(milliseconds) {
            prospects += sendAgainOrShrink(state, early, milliseconds, arming)
        }
        return prospects
    }

    private func limit(
        userTimeout milliseconds: Int, _ state: State
    ) -> (duration: Duration, words: String) {
        if milliseconds > 0, rules.retransmission != .ignored {
            return (.milliseconds(milliseconds), "TCP_USER_TIMEOUT \(milliseconds) ms")
        }
        if let tries = conditions.orphanTries(isAlive: state.rtoJiffies < maxJiffies) {
            let duration = conditions.modelTimeout(retries: tries, base: .milliseconds(200))
            let words = "an orphan's \(tries) tries, \(duration.formattedSeconds) by model,"
            return (duration, words)
        }
        let duration = conditions.modelTimeout(
            retries: conditions.retries2, base: .milliseconds(200))
        return (
            duration, "tcp_retries2=\(conditions.retries2), \(duration.formattedSeconds) by model,"
        )
    }

    func sendAgain(
        _ state: State, _ firing: Window, _ milliseconds: Int, _ arming: Arming
    ) -> [Prospect] {
        fates.values(during: firing).map { fate, window in
            if fate == .unroutable || state.isWaiting {
                let event = Expected(
                    .failedToSend(.retransmission), window, arming.derivation,
                    counters: ["TcpExt.TCPTimeouts": 1], anchors: arming.anchors)
                return Prospect(event) { fired in
                    var next = backedOff(state, after: arming)
                    if next.clockStart == nil, rules.failedAttemptStartsClock {
                        next.clockStart = state.lastSent
                    }
                    return rearm(next, at: fired, milliseconds)
                }
            }
            if fate == .refused { return refused(state, window, milliseconds, arming) }
            let event = Expected(
                fate.isSeen ? .sent(.retransmission) : .failedToSend(.retransmission), window,
                arming.derivation, counters: ["TcpExt.TCPTimeouts": 1, "Tcp.RetransSegs": 1],
                anchors: arming.anchors)
            return Prospect(event) { fired in
                var next = backedOff(state, after: arming)
                next.lastSent = fired
                next.isWaiting = fate == .waiting
                if next.clockStart == nil { next.clockStart = fired }
                if case .complained(let complaint) = fate {
                    return complaints(complaint, next, at: fired, milliseconds)
                }
                return answers(to: fate, at: fired) { [next] in
                    rearm(next, at: fired, milliseconds)
                }
            }
        }
    }

    private func refused(
        _ state: State, _ window: Window, _ milliseconds: Int, _ arming: Arming
    ) -> Prospect {
        let event = Expected(
            .failedToSend(.retransmission), window, arming.derivation,
            counters: [
                "TcpExt.TCPTimeouts": 1, "Tcp.RetransSegs": 1, "TcpExt.TCPRetransFail": 1,
            ], anchors: arming.anchors)
        return Prospect(event) { fired in
            var next = backedOff(state, after: arming)
            if rules.failedAttemptStamps { next.lastSent = fired }
            if next.clockStart == nil, rules.failedAttemptStartsClock {
                next.clockStart = next.lastSent
            }
            return rearm(next, at: fired, milliseconds)
        }
    }

    var maxJiffies: Int { conditions.tick.jiffies(covering: conditions.rtoMax) }

    /// The ways in which the timer may be armed after an RTO in `now`: for the backed-off RTO, or
    /// for what is left of T where that is shorter.
    func rearm(_ state: State, at now: Window, _ milliseconds: Int) -> [Prospect] {
        let isClamped = rules.retransmission == .clamped
        return Arming.towards(
            deadline: state.clockStart.map { ($0, isClamped ? milliseconds : 0) },
            jiffies: state.rtoJiffies, at: now, wasCut: state.wasCut, rules, conditions
        ).flatMap { fire(state, armed: now, $0) }
    }

    // MARK: - The peer and the error

    /// Puts the peer's answer, where the fate has one, between a segment and what follows it.
    private func answers(
        to fate: Fate, at sent: Window, _ next: @escaping @Sendable () -> [Prospect]
    ) -> [Prospect] {
        switch fate {
        case .lost, .unroutable, .refused, .swallowed, .waiting:
            return next()
        case .answeredInVain, .delivered:
            // The peer may delay its acknowledgement by 200 ms at most (TCP_DELACK_MAX), and the
            // first retransmission cannot come sooner than TCP_RTO_MIN.
            let window = sent.after(.zero, .milliseconds(200) + conditions.tick.jiffy * 2)
            let event = Expected(
                .answered, window, "the peer's acknowledgement, delayed or not", anchors: [sent])
            return [Prospect(event) { _ in fate == .delivered ? [] : next() }]
        case .complained(let complaint):
            return [Prospect(complaintEvent(sent)) { heard in told(complaint, at: heard, next) }]
        }
    }

    /// `sk_err_soft`, where the last attempt left one; ETIMEDOUT otherwise (`tcp_write_err`).
    private func abortError(_ state: State, at window: Window) -> SocketError {
        fates.values(during: window).last?.value == .unroutable
            ? rules.lostSourceError : state.softError ?? .etimedout
    }

    /// The state after one more RTO: the interval doubled, up to TCP_RTO_MAX. The first of them
    /// leave it as it is where linear timeouts are asked for.
    private func backedOff(_ state: State, after arming: Arming) -> State {
        var copy = state
        copy.wasCut = arming.isCut
        copy.retransmits += 1
        if copy.retransmits > rules.linearRetransmissions {
            copy.rtoJiffies = min(state.rtoJiffies * 2, maxJiffies)
            copy.backoff += 1
        }
        return copy
    }
}
