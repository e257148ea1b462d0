extension RetransmitTimer {
    /// The timer of a connection whose application has ended its direction.
    public var halfClosed: Self {
        var conditions = conditions
        conditions.isHalfClosed = true
        return RetransmitTimer(conditions, rules, fates: fates)
    }

    /// What may follow from a write, somewhere in `written`, of several segments, all lost.
    public func prospects(written: Window, segments: Int) -> [Prospect] {
        @Sendable func next(_ number: Int, _ window: Window) -> [Prospect] {
            let data = Expected(.sent(.data), window, "segment \(number) of the write itself")
            return [
                Prospect(data) { sent in
                    number < segments
                        ? next(number + 1, sent.after(.zero, written.width + conditions.reach))
                        : afterData(
                            State(rtoJiffies: conditions.rtoJiffies, lastSent: sent),
                            segments: segments)
                }
            ]
        }
        return next(1, written)
    }

    /// What may follow from a write, somewhere in `written`, of less than a segment while TCP_CORK
    /// is set: it is held back until the probe timer fires, which sends it and leaves it to the
    /// retransmission timer, without a tail loss probe (`tcp_write_wakeup`, `tcp_send_probe0`).
    public func prospects(held written: Window) -> [Prospect] {
        let least = conditions.tick.jiffies(covering: .milliseconds(200))
        let (arming, firing) = Arming(
            "the probe timer, for what is held back,", jiffies: max(conditions.rtoJiffies, least),
            rules, conditions
        ).fired(armed: written, rules, conditions)
        let data = Expected(.sent(.data), firing, arming.derivation, anchors: arming.anchors)
        return [
            Prospect(data) { sent in
                let state = State(rtoJiffies: conditions.rtoJiffies, lastSent: sent)
                return fire(state, armed: sent, delay: conditions.rtoJiffies)
            }
        ]
    }
}

extension RetransmitTimer {
    /// What may follow from a close, somewhere in `closed`, whose FIN is lost, where the kernel has
    /// no room for orphans: a reset when the first RTO is due (`tcp_out_of_resources`).
    public func prospects(resetAtFirstRTO closed: Window) -> [Prospect] {
        @Sendable func resetting(_ prospects: [Prospect]) -> [Prospect] {
            prospects.map { prospect in
                let event = prospect.event
                guard event.kind == .sent(.retransmission) else {
                    return Prospect(event) { resetting(prospect.then($0)) }
                }
                let reset = Expected(
                    .sent(.reset), event.window, "\(event.derivation); too many orphans",
                    counters: [
                        "TcpExt.TCPTimeouts": 1, "TcpExt.TCPAbortOnMemory": 1, "Tcp.OutRsts": 1,
                    ], anchors: event.anchors)
                return Prospect(reset) { sent in
                    let gone = sent.after(.zero - conditions.reach, conditions.reach)
                    return [Prospect(Expected(.vanished, gone, "with the reset"))]
                }
            }
        }
        return resetting(prospects(written: closed, as: .fin))
    }
}
