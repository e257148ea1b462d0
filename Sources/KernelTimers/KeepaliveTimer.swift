/// The keepalive timer of an idle connection.
///
/// Follows `tcp_keepalive_timer` (net/ipv4/tcp_timer.c), whose logic is the same since 2.6.37. RFC
/// 9293 section 3.8.4 and RFC 1122 section 4.2.3.6 are what it implements. What has nothing to say
/// while data is in flight or waits to be sent: then the timer only arms itself anew.
public struct KeepaliveTimer: Sendable {
    /// What becomes of a probe.
    public enum Fate: Sendable, Equatable {
        /// Nobody answers.
        case lost
        /// The peer answers, so it lives.
        case answered
        /// It cannot be sent; nothing is on the wire, and it counts as unanswered.
        case unroutable
    }

    /// The settings of a connection (tcp(7): TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT).
    public struct Settings: Sendable, Equatable {
        /// How long nothing must have been received before the first probe, seconds.
        public var idleSeconds: Int
        /// How far apart the probes are, seconds.
        public var intervalSeconds: Int
        /// How many unanswered probes end the connection.
        public var count: Int

        /// Settings; those of a kernel that nobody tuned unless said otherwise.
        public init(idleSeconds: Int = 7200, intervalSeconds: Int = 75, count: Int = 9) {
            self.idleSeconds = idleSeconds
            self.intervalSeconds = intervalSeconds
            self.count = count
        }
    }

    let conditions: Conditions
    let rules: KernelRules
    let settings: Settings
    let fates: Timeline<Fate>

    /// The timer of a connection with these settings.
    public init(
        _ conditions: Conditions, _ rules: KernelRules, _ settings: Settings,
        fates: Timeline<Fate>
    ) {
        self.conditions = conditions
        self.rules = rules
        self.settings = settings
        self.fates = fates
    }

    private struct State {
        /// When something was received last (`rcv_tstamp`, `lrcvtime`).
        var received: Window
        /// Probes since then (`icsk_probes_out`).
        var unanswered = 0
        /// Whether the timer was armed for what was left of the idle time: when it fires nothing is
        /// left, since it never fires before its tick.
        var isIdleOver = false
    }

    private var tick: TickRate { conditions.tick }
    private var idleJiffies: Int { settings.idleSeconds * tick.hz }

    /// What may follow once keepalive was turned on somewhere in `armed`; `received`: when the
    /// peer's last segment came.
    public func prospects(armed: Window, received: Window) -> [Prospect] {
        fire(State(received: received), armed: armed, arming("TCP_KEEPIDLE", idleJiffies))
    }

    private func arming(_ purpose: String, _ jiffies: Int) -> Arming {
        Arming(purpose, jiffies: jiffies, rules, conditions)
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

    /// The part of a firing at which at least, or less than, so many jiffies have passed since the
    /// last reception. Both moments are whole jiffies to the kernel: their difference may be one
    /// more or one less than the time between.
    private func part(
        of firing: Window, since start: Window, reaching jiffies: Int
    ) -> (late: Window, early: Window) {
        let limit = tick.duration(jiffies: jiffies)
        return (
            firing.intersection(Window(start.earliest + (limit - tick.jiffy), firing.latest)),
            firing.intersection(Window(firing.earliest, start.latest + (limit + tick.jiffy)))
        )
    }

    private func decide(
        _ state: State, _ firing: Window, _ milliseconds: Int, _ arming: Arming
    ) -> [Prospect] {
        let idle = part(of: firing, since: state.received, reaching: idleJiffies)
        var prospects: [Prospect] = []
        if !idle.late.isEmpty {
            prospects += whenIdle(state, idle.late, milliseconds, arming)
        }
        if !idle.early.isEmpty, !state.isIdleOver {
            // Something came meanwhile: the timer is armed for what is left of the idle time.
            let passed = idle.early.earliest - state.received.latest
            let left = tick.duration(jiffies: idleJiffies) - passed
            let most = tick.jiffies(covering: left + tick.jiffy)
            let least = max(
                1,
                idleJiffies
                    - tick.jiffies(covering: idle.early.latest - state.received.earliest) - 1)
            if most > 1 {
                var again = self.arming("what is left of TCP_KEEPIDLE", most)
                again.delays = min(least, most)...most
                var waiting = state
                waiting.isIdleOver = true
                prospects += fire(waiting, armed: idle.early, again)
            }
        }
        return prospects
    }

    private func whenIdle(
        _ state: State, _ firing: Window, _ milliseconds: Int, _ arming: Arming
    ) -> [Prospect] {
        guard milliseconds > 0, rules.retransmission != .ignored else {
            if state.unanswered >= settings.count {
                let words = "\(state.unanswered) probes unanswered"
                return abort(firing, "\(arming.derivation); \(words)", arming.anchors)
            }
            return probe(state, firing, arming)
        }
        guard state.unanswered > 0 else { return probe(state, firing, arming) }
        let limit = tick.jiffies(covering: .milliseconds(milliseconds))
        let part = part(of: firing, since: state.received, reaching: limit)
        var prospects: [Prospect] = []
        if !part.late.isEmpty {
            let words =
                "TCP_USER_TIMEOUT \(milliseconds) ms since the last reception at "
                + "\(state.received.text) is over"
            prospects += abort(
                part.late, "\(arming.derivation); \(words)", arming.anchors + [state.received])
        }
        if !part.early.isEmpty { prospects += probe(state, part.early, arming) }
        return prospects
    }

    /// A reset to the peer (`tcp_send_active_reset`), and the error to the application, which may
    /// be awake before the reset is captured: on loopback it is when it arrives.
    private func abort(
        _ window: Window, _ derivation: String, _ anchors: [Window]
    ) -> [Prospect] {
        @Sendable func reset(_ window: Window, _ words: String, _ anchors: [Window]) -> Expected {
            Expected(
                .sent(.reset), window, words, counters: ["Tcp.OutRsts": 1], anchors: anchors)
        }
        @Sendable func error(_ window: Window, _ words: String, _ anchors: [Window]) -> Expected {
            Expected(
                .aborted(.etimedout), window, words,
                counters: conditions.countingEnd(["TcpExt.TCPAbortOnTimeout": 1]),
                anchors: anchors)
        }
        let reach = conditions.reach
        if fates.values(during: window).last?.value == .unroutable {
            // The reset fails like the probes, and is counted all the same.
            var silent = error(window, derivation, anchors)
            silent.counters.merge(["Tcp.OutRsts": 1, "Ip.OutNoRoutes": 1]) { $1 }
            return [Prospect(silent)]
        }
        return [
            Prospect(reset(window, derivation, anchors)) { fired in
                [Prospect(error(fired.after(.zero, reach), "at once after the RST", [fired]))]
            },
            Prospect(error(window, derivation, anchors)) { heard in
                let near = heard.after(.zero, reach)
                return [Prospect(reset(near, "at once, with the error", [heard]))]
            },
        ]
    }

    private func probe(_ state: State, _ firing: Window, _ arming: Arming) -> [Prospect] {
        fates.values(during: firing).map { fate, window in
            let isSent = fate != .unroutable
            let event = Expected(
                isSent ? .sent(.keepAliveProbe) : .failedToSend(.keepAliveProbe), window,
                arming.derivation,
                counters: ["TcpExt.TCPKeepAlive": 1].merging(
                    isSent ? [:] : ["Ip.OutNoRoutes": 1]
                ) { $1 },
                anchors: arming.anchors)
            return Prospect(event) { fired in
                var next = state
                next.unanswered += 1
                let interval = self.arming("TCP_KEEPINTVL", settings.intervalSeconds * tick.hz)
                switch fate {
                case .lost, .unroutable:
                    return fire(next, armed: fired, interval)
                case .answered:
                    let answer = Expected(
                        .answered, fired.after(.zero, tick.jiffy * 2), "the peer's answer",
                        anchors: [fired])
                    return [
                        Prospect(answer) { answered in
                            fire(State(received: answered), armed: fired, interval)
                        }
                    ]
                }
            }
        }
    }
}
