/// A close(2) that waits, as SO_LINGER says, until all is acknowledged, the FIN too, or so many
/// seconds are over. The connection goes on as an orphan.
///
/// Follows `inet_release` and `sk_stream_wait_close` (net/core/stream.c): the wait ends when the
/// connection has left FIN-WAIT-1, CLOSING and LAST-ACK.
public struct LingerTimer: Sendable {
    let conditions: Conditions
    let rules: KernelRules
    let seconds: Int

    /// A close(2) that waits for so many seconds at most.
    public init(_ conditions: Conditions, _ rules: KernelRules, seconds: Int) {
        self.conditions = conditions
        self.rules = rules
        self.seconds = seconds
    }

    /// What may follow where the FIN is lost; `closing` is from the call to its return.
    public func prospects(lost closing: Window) -> [Prospect] {
        let timer = RetransmitTimer(conditions, rules, fates: Timeline(.lost))
        return timer.prospects(written: begun(closing), as: .fin).map { fin in
            Prospect(fin.event) { sent in
                let (arming, over) = Arming(
                    "SO_LINGER", jiffies: seconds * conditions.tick.hz, rules, conditions
                ).fired(armed: sent, rules, conditions)
                let event = Expected(
                    .returned, over, arming.derivation, anchors: arming.anchors)
                return fin.then(sent).beside(event, reach: conditions.reach)
            }
        }
    }

    /// What may follow where the peer acknowledges the FIN, and the orphan is kept for so long.
    public func prospects(answered closing: Window, keptSeconds: Int) -> [Prospect] {
        FinWaitTimer(conditions, rules, seconds: keptSeconds)
            .prospects(closed: begun(closing)).map { fin in
                Prospect(fin.event) { sent in
                    fin.then(sent).map { answer in
                        Prospect(answer.event) { answered in
                            let event = Expected(
                                .returned, answered.after(.zero, conditions.reach),
                                "with the acknowledgement of the FIN", anchors: [answered])
                            return [Prospect(event) { _ in answer.then(answered) }]
                        }
                    }
                }
            }
    }

    /// What may follow where close(2) does not wait at all.
    public func prospectsWithoutWaiting(lost closing: Window) -> [Prospect] {
        let timer = RetransmitTimer(conditions, rules, fates: Timeline(.lost))
        return timer.prospects(written: begun(closing), as: .fin).map { fin in
            Prospect(fin.event) { sent in
                let event = Expected(
                    .returned, sent.after(.zero, conditions.reach), "close(2) does not wait")
                return fin.then(sent).beside(event, reach: conditions.reach)
            }
        }
    }

    /// When the FIN may be sent: as soon as the thread comes to call, however long the call then
    /// waits. Half the first interval is too soon for a repetition.
    private func begun(_ closing: Window) -> Window {
        Window(
            closing.earliest, min(closing.latest, closing.earliest + conditions.rto / 2))
    }
}
