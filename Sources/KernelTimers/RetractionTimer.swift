/// The retransmission timer of a connection whose peer has taken its window back while data was in
/// flight: each retransmission serves as a probe of the window.
///
/// Follows the branch for `snd_wnd` 0 in `tcp_retransmit_timer`, and `tcp_rtx_probe0_timed_out`
/// (net/ipv4/tcp_timer.c). Neither tcp_retries2 nor TCPTimeouts count there. No tail loss probe:
/// with two segments in flight it would come before a peer on a loaded machine can answer.
public struct RetractionTimer: Sendable {
    let conditions: Conditions
    let rules: KernelRules
    /// Whether the peer answers each retransmission that its window is still shut.
    let isAnswered: Bool

    /// The timer of a connection under `conditions`, on a kernel with `rules`.
    public init(_ conditions: Conditions, _ rules: KernelRules, isAnswered: Bool) {
        self.conditions = conditions
        self.rules = rules
        self.isAnswered = isAnswered
    }

    struct State: Sendable {
        /// The RTO with its backoff so far.
        var rtoJiffies: Int
        /// When the peer's last segment came (`rcv_tstamp`).
        var received: Window
        /// The first retransmission by the timer (`retrans_stamp`).
        var clockStart: Window?
    }

    /// What may follow once the peer has retracted its window, somewhere in `retracted`. The timer
    /// runs from then, since something was acknowledged; from `armed` where nothing was.
    public func prospects(retracted: Window, armed: Window? = nil) -> [Prospect] {
        let event = Expected(.answered, retracted, "the peer retracts its window")
        return [
            Prospect(event) { shut in
                let state = State(rtoJiffies: conditions.rtoJiffies, received: shut)
                return fire(state, armed: armed ?? shut, rto(state.rtoJiffies))
            }
        ]
    }

    private func rto(_ jiffies: Int) -> Arming {
        Arming("RTO", jiffies: jiffies, rules, conditions)
    }

    private func fire(_ state: State, armed: Window, _ arming: Arming) -> [Prospect] {
        var arming = arming
        let firing = arming.firing(armed: armed, rules, conditions)
        guard !firing.isEmpty else { return [] }
        return conditions.userTimeoutMilliseconds.values(during: firing).flatMap {
            [arming] milliseconds, window in
            decide(state, window, milliseconds, arming)
        }
    }

    private func decide(
        _ state: State, _ firing: Window, _ milliseconds: Int, _ arming: Arming
    ) -> [Prospect] {
        var prospects: [Prospect] = []
        let late = late(state, firing, milliseconds, arming)
        if let late, !late.window.isEmpty {
            prospects.append(
                Prospect(
                    Expected(
                        .aborted(.etimedout), late.window,
                        "\(arming.derivation); \(late.words)",
                        counters: conditions.countingEnd(["TcpExt.TCPAbortOnTimeout": 1]),
                        anchors: arming.anchors + (state.clockStart.map { [$0] } ?? []))))
        }
        // Exactly T is not yet too late, in whole milliseconds.
        let early = Window(
            firing.earliest, min(firing.latest, late?.until ?? firing.latest))
        if !early.isEmpty { prospects += sendAgain(state, early, milliseconds, arming) }
        return prospects
    }

    /// Whether jiffies are compared with milliseconds; not where the peer is silent, whose T is
    /// compared in jiffies with jiffies as well.
    private var isOverInJiffies: Bool { rules.retraction == .inJiffies && isAnswered }

    private typealias Lateness = (window: Window, until: Moment, words: String)

    /// In which part of the firing the connection ends, and until when it may go on; nil where
    /// nothing ends it.
    private func late(
        _ state: State, _ firing: Window, _ milliseconds: Int, _ arming: Arming
    ) -> Lateness? {
        let isTimed = rules.retraction == .timed || rules.retraction == .inJiffies
        if milliseconds > 0, isTimed {
            guard let start = state.clockStart else { return nil }
            let timeout =
                isOverInJiffies
                ? conditions.tick.duration(jiffies: milliseconds) : .milliseconds(milliseconds)
            let window = firing.intersection(Window(start.earliest + timeout, firing.latest))
            return (
                window, start.latest + timeout + .milliseconds(1),
                "TCP_USER_TIMEOUT \(milliseconds) ms from the clock's start at \(start.text) "
                    + "is over"
            )
        }
        let limit =
            rules.retractionLimit == .sinceAnswer ? conditions.rtoMax : conditions.rtoMax * 2
        var since = state.received
        if rules.retractionLimit == .sinceBoth {
            guard let start = state.clockStart else { return nil }
            since = Window(max(since.earliest, start.earliest), max(since.latest, start.latest))
        }
        let jiffy = conditions.tick.jiffy
        let window = firing.intersection(Window(since.earliest + limit - jiffy, firing.latest))
        // Since 6.6 what is compared is not when the timer fires but when it was due: earlier, by
        // what the wheel puts it off.
        var putOff = Duration.zero
        if rules.retractionLimit == .sinceBoth {
            let trail = conditions.trail(at: arming.anchors.first ?? firing)
            let slots = rules.wheel.granularity(jiffies: arming.delays.upperBound, trail: trail)
            putOff = conditions.tick.duration(jiffies: slots)
        }
        return (
            window, since.latest + limit + jiffy + putOff,
            "\(limit.formattedSeconds) since the peer's last segment at \(since.text) are over"
        )
    }

    private func sendAgain(
        _ state: State, _ firing: Window, _ milliseconds: Int, _ arming: Arming
    ) -> [Prospect] {
        let event = Expected(
            .sent(.retransmission), firing, arming.derivation, counters: ["Tcp.RetransSegs": 1],
            anchors: arming.anchors)
        return [
            Prospect(event) { fired in
                var next = state
                if next.clockStart == nil { next.clockStart = fired }
                let most = conditions.tick.jiffies(covering: conditions.rtoMax)
                next.rtoJiffies = min(state.rtoJiffies * 2, most)
                let wasCut = arming.isCut
                return answers(next, to: fired) { rearm($0, fired, milliseconds, wasCut) }
            }
        ]
    }

    private func rearm(
        _ state: State, _ now: Window, _ milliseconds: Int, _ wasCut: Bool
    ) -> [Prospect] {
        let isClamped = rules.retraction != .ignored
        return Arming.towards(
            deadline: state.clockStart.map { ($0, isClamped ? milliseconds : 0) },
            jiffies: state.rtoJiffies, at: now, wasCut: wasCut, rules, conditions
        ).flatMap { fire(state, armed: now, $0) }
    }

    private func answers(
        _ state: State, to sent: Window, _ next: @escaping @Sendable (State) -> [Prospect]
    ) -> [Prospect] {
        guard isAnswered else { return next(state) }
        let event = Expected(
            .answered, sent.after(.zero, .milliseconds(200) - conditions.tick.jiffy * 2),
            "the peer's answer, before the next retransmission", anchors: [sent])
        return [
            Prospect(event) { answered in
                var copy = state
                copy.received = answered
                return next(copy)
            }
        ]
    }
}
