extension RetransmitTimer {
    /// How the kernel tries smaller segments where large ones seem to be lost for their size
    /// (net.ipv4.tcp_mtu_probing).
    public struct Shrinking: Sendable {
        /// net.ipv4.tcp_retries1: after the time that so many retransmissions would take.
        var retries1: Int

        /// Smaller segments once tcp_retries1 is over.
        public init(retries1: Int) { self.retries1 = retries1 }
    }

    /// What may happen at an RTO that does not end the connection: the same segment again, or, if
    /// tcp_retries1 is over (`tcp_write_timeout`, `tcp_mtu_probing`), one of tcp_base_mss that
    /// passes and is answered.
    func sendAgainOrShrink(
        _ state: State, _ firing: Window, _ milliseconds: Int, _ arming: Arming
    ) -> [Prospect] {
        guard let shrinking, let start = state.clockStart, state.retransmits > 0 else {
            return sendAgain(state, firing, milliseconds, arming)
        }
        let limit = conditions.modelTimeout(
            retries: shrinking.retries1, base: .milliseconds(200))
        let tick = Duration.milliseconds(1)
        let early = firing.intersection(
            Window(firing.earliest, start.latest + (limit + tick)))
        let late = firing.intersection(
            Window(start.earliest + (limit - tick), firing.latest))
        var prospects = early.isEmpty ? [] : sendAgain(state, early, milliseconds, arming)
        if !late.isEmpty {
            let words = "tcp_retries1=\(shrinking.retries1), \(limit.formattedSeconds) by model"
            prospects.append(
                shrunk(late, "\(arming.derivation); \(words), is over", arming.anchors))
        }
        return prospects
    }

    private func shrunk(
        _ window: Window, _ derivation: @autoclosure @escaping @Sendable () -> String,
        _ anchors: [Window]
    ) -> Prospect {
        let event = Expected(
            .sent(.retransmission), window, derivation(),
            counters: ["TcpExt.TCPTimeouts": 1, "Tcp.RetransSegs": 1], anchors: anchors)
        return Prospect(event) { sent in
            [
                answer(to: sent) { heard in
                    let rest = Expected(
                        .sent(.retransmission), heard.after(.zero, conditions.reach),
                        "the rest of the segment, at once", counters: ["Tcp.RetransSegs": 1],
                        anchors: [heard])
                    return [Prospect(rest) { [answer(to: $0) { _ in [] }] }]
                }
            ]
        }
    }

    private func answer(
        to sent: Window, _ next: @escaping @Sendable (Window) -> [Prospect]
    ) -> Prospect {
        let window = sent.after(.zero, .milliseconds(200) + conditions.tick.jiffy * 2)
        return Prospect(
            Expected(
                .answered, window, "the peer's acknowledgement, delayed or not", anchors: [sent]),
            then: next)
    }
}
