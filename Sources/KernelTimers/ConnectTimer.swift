/// The retransmission timer of a connection in SYN_SENT whose SYNs nobody answers.
///
/// Follows the branches for SYN_SENT in `tcp_retransmit_timer`, `tcp_write_timeout` and
/// `retransmits_timed_out` (net/ipv4/tcp_timer.c). The clock starts with the first SYN
/// (`tcp_connect`), and is looked at only once a SYN was repeated.
public struct ConnectTimer: Sendable {
    let conditions: Conditions
    let rules: KernelRules
    /// TCP_SYNCNT, or net.ipv4.tcp_syn_retries.
    let retries: Int
    /// What an ICMP error that answers each SYN leaves behind; nil where none does.
    let complaint: SocketError?

    /// The timer of a connection that tries `retries` times more.
    public init(
        _ conditions: Conditions, _ rules: KernelRules, retries: Int,
        complaint: SocketError? = nil
    ) {
        self.conditions = conditions
        self.rules = rules
        self.retries = retries
        self.complaint = complaint
    }

    /// What may follow from connect(2), the first SYN being sent somewhere in `begun`.
    public func prospects(begun: Window) -> [Prospect] {
        let event = Expected(.sent(.syn), begun, "connect(2) itself")
        return [
            Prospect(event) { sent in
                let state = State(start: sent, rtoJiffies: conditions.rtoJiffies)
                return complained(sent) { fire(state, armed: sent, plain(state)) }
            }
        ]
    }

    /// Puts the ICMP error, where one comes, between a SYN and what follows it.
    private func complained(
        _ sent: Window, _ next: @escaping @Sendable () -> [Prospect]
    ) -> [Prospect] {
        guard complaint != nil else { return next() }
        return [Prospect(.complaint(of: sent, conditions)) { _ in next() }]
    }

    struct State: Sendable {
        /// The first SYN: the clock's start (`retrans_stamp`).
        var start: Window
        /// The RTO with its backoff so far.
        var rtoJiffies: Int
        /// SYNs repeated so far (`icsk_retransmits`).
        var retransmits = 0
        /// Whether the last interval was cut to the deadline.
        var wasCut = false
    }

    private func plain(_ state: State) -> Arming {
        Arming("RTO", jiffies: state.rtoJiffies, rules, conditions)
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
        let most = retries + rules.linearSYNs
        if state.retransmits >= most {
            let words = "\(state.retransmits) SYNs repeated of \(most)"
            return [abort(firing, "\(arming.derivation); \(words)", arming.anchors)]
        }
        guard state.retransmits > 0, let limit = limit(milliseconds) else {
            return sendAgain(state, firing, milliseconds, arming)
        }
        let clockTick = Duration.milliseconds(1)
        var prospects: [Prospect] = []
        let late = firing.intersection(
            Window(state.start.earliest + (limit.duration - clockTick), firing.latest))
        if !late.isEmpty {
            let words = "\(limit.words) from the first SYN at \(state.start.text) is over"
            prospects.append(
                abort(late, "\(arming.derivation); \(words)", arming.anchors + [state.start]))
        }
        let early = firing.intersection(
            Window(firing.earliest, state.start.latest + (limit.duration + clockTick)))
        if !early.isEmpty, !arming.ends(milliseconds) {
            prospects += sendAgain(state, early, milliseconds, arming)
        }
        return prospects
    }

    /// By what time the attempt is over; nil where only the number of SYNs counts.
    private func limit(_ milliseconds: Int) -> (duration: Duration, words: String)? {
        let base: Duration
        switch rules.connecting {
        case .ignored, .burst: return nil
        case .honoured: base = conditions.rto
        case .honouredShort: base = .milliseconds(200)
        }
        if milliseconds > 0 {
            return (.milliseconds(milliseconds), "TCP_USER_TIMEOUT \(milliseconds) ms")
        }
        let duration = conditions.modelTimeout(retries: retries, base: base)
        return (duration, "\(retries) retries, \(duration.formattedSeconds) by model,")
    }

    private func abort(
        _ window: Window, _ derivation: @autoclosure @escaping @Sendable () -> String,
        _ anchors: [Window]
    ) -> Prospect {
        Prospect(
            Expected(
                .aborted(complaint ?? .etimedout), window, derivation(),
                counters: [
                    "TcpExt.TCPTimeouts": 1, "TcpExt.TCPAbortOnTimeout": 1, "Tcp.AttemptFails": 1,
                ], anchors: anchors))
    }

    private func sendAgain(
        _ state: State, _ firing: Window, _ milliseconds: Int, _ arming: Arming
    ) -> [Prospect] {
        let event = Expected(
            .sent(.retransmission), firing, arming.derivation,
            counters: [
                "TcpExt.TCPTimeouts": 1, "Tcp.RetransSegs": 1, "TcpExt.TCPSynRetrans": 1,
            ], anchors: arming.anchors)
        return [
            Prospect(event) { fired in
                var next = state
                next.retransmits += 1
                next.wasCut = arming.isCut
                if next.retransmits > rules.linearSYNs {
                    let most = conditions.tick.jiffies(covering: conditions.rtoMax)
                    next.rtoJiffies = min(state.rtoJiffies * 2, most)
                }
                let isCutting = rules.connecting != .ignored
                return complained(fired) { [next] in
                    Arming.towards(
                        deadline: (state.start, isCutting ? milliseconds : 0),
                        jiffies: next.rtoJiffies, at: fired, wasCut: next.wasCut, rules,
                        conditions
                    ).flatMap { fire(next, armed: fired, $0) }
                }
            }
        ]
    }
}

/// The timer of a request that was answered with a SYN-ACK, and whose last ACK never comes.
///
/// Follows `reqsk_timer_handler` (net/ipv4/inet_connection_sock.c): no user timeout is looked at.
public struct RequestTimer: Sendable {
    let conditions: Conditions
    let rules: KernelRules
    /// net.ipv4.tcp_synack_retries.
    let retries: Int
    /// For how many firings the listener waits for data after the acknowledgement; 0 where it
    /// does not (`rskq_defer_accept`).
    let deferred: Int

    /// The timer of a request that is repeated `retries` times.
    ///
    /// `deferSeconds` is TCP_DEFER_ACCEPT of a listener to which the client's acknowledgement came,
    /// and no data: then nothing is repeated but at the last firing within that time.
    public init(
        _ conditions: Conditions, _ rules: KernelRules, retries: Int, deferSeconds: Int = 0
    ) {
        self.conditions = conditions
        self.rules = rules
        self.retries = retries
        deferred = Self.firings(within: deferSeconds)
    }

    /// How many doublings of a second are over once so many seconds are; `secs_to_retrans`.
    private static func firings(within seconds: Int) -> Int {
        guard seconds > 0 else { return 0 }
        var (count, period, interval) = (1, 1, 1)
        while seconds > period, count < 255 {
            count += 1
            interval = min(interval * 2, 120)
            period += interval
        }
        return count
    }

    /// What may follow a SYN that came, and was answered, somewhere in `asked`; `limit` is a time
    /// after which nothing is repeated, where some kernel had one.
    public func prospects(asked: Window, limit: Duration? = nil) -> [Prospect] {
        repetition(1, armed: asked, until: limit.map { asked.latest + $0 })
    }

    /// `silent`: how often the timer has fired since `armed` was witnessed, nothing being sent.
    private func repetition(
        _ count: Int, armed: Window, until end: Moment?, silent: Int = 0
    ) -> [Prospect] {
        let most = conditions.tick.jiffies(covering: conditions.rtoMax)
        let (arming, firing) = Arming(
            "SYN-ACK timer", jiffies: min(conditions.rtoJiffies << (count - 1), most), rules,
            conditions
        ).fired(armed: armed, rules, conditions)
        let isOver = end.map { firing.earliest >= $0 } ?? false
        guard count <= max(retries, deferred), !isOver else {
            return [
                Prospect(
                    Expected(
                        .vanished, firing, "\(arming.derivation); tcp_synack_retries=\(retries)",
                        counters: ["TcpExt.TCPTimeouts": 1 + silent],
                        anchors: arming.anchors))
            ]
        }
        if count < deferred {
            // Nothing is sent while the data may still come.
            return repetition(count + 1, armed: firing, until: end, silent: silent + 1)
        }
        let event = Expected(
            .sent(.retransmission), firing, arming.derivation,
            counters: [
                "TcpExt.TCPTimeouts": 1 + silent, "Tcp.RetransSegs": 1,
                "TcpExt.TCPSynRetrans": 1,
            ], anchors: arming.anchors)
        return [
            Prospect(event) { fired in repetition(count + 1, armed: fired, until: end) }
        ]
    }
}
