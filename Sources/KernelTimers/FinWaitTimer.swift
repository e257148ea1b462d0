/// The end of a connection that was closed and whose peer does not close: FIN-WAIT-2.
///
/// Once its FIN is acknowledged nobody can receive what comes, and the kernel keeps only what a
/// late FIN needs, for so long (`tcp_fin_time`, `tcp_time_wait`, net/ipv4/tcp_minisocks.c). No
/// user timeout is looked at.
public struct FinWaitTimer: Sendable {
    let conditions: Conditions
    let rules: KernelRules
    let seconds: Int

    /// The timer of a connection that is kept for so many seconds, at most a minute: by
    /// net.ipv4.tcp_fin_timeout or TCP_LINGER2. A negative number is none at all: a reset.
    public init(_ conditions: Conditions, _ rules: KernelRules, seconds: Int) {
        self.conditions = conditions
        self.rules = rules
        self.seconds = seconds
    }

    /// What may follow from close(2) in `closed`.
    public func prospects(closed: Window) -> [Prospect] {
        let fin = Expected(.sent(.fin), closed, "close(2) itself")
        return [
            Prospect(fin) { sent in
                let answer = Expected(
                    .answered, sent.after(.zero, .milliseconds(200) + conditions.tick.jiffy * 2),
                    "the peer's acknowledgement, delayed or not", anchors: [sent])
                return [Prospect(answer, then: waiting)]
            }
        ]
    }

    private func waiting(since answered: Window) -> [Prospect] {
        guard seconds >= 0 else {
            let reset = Expected(
                .sent(.reset), answered.after(.zero, conditions.reach),
                "TCP_LINGER2 is negative: a reset in place of waiting",
                counters: ["Tcp.OutRsts": 1], anchors: [answered])
            return [
                Prospect(reset) { sent in
                    let gone = sent.after(.zero, conditions.reach)
                    return [Prospect(Expected(.vanished, gone, "with the reset"))]
                }
            ]
        }
        // No less than three and a half RTOs: a FIN that is repeated must still be known.
        let least = conditions.rtoJiffies * 4 - conditions.rtoJiffies / 2
        let (arming, firing) = Arming(
            "FIN-WAIT-2", jiffies: max(seconds * conditions.tick.hz, least), rules, conditions
        ).fired(armed: answered, rules, conditions)
        return [
            Prospect(
                Expected(.vanished, firing, arming.derivation, anchors: arming.anchors))
        ]
    }
}
