/// What the peer acknowledges in the middle of an outage, after retransmissions.
public struct Progress: Sendable, Equatable {
    /// When its acknowledgement comes.
    public var window: Window
    /// Whether it acknowledges the first of two segments only.
    public var isPartial: Bool
    /// When the application writes again, where everything was acknowledged.
    public var writtenAgain: Window

    /// An acknowledgement; `writtenAgain` says when the next segment is written, if all was.
    public init(at window: Window, isPartial: Bool, writtenAgain: Window) {
        self.window = window
        self.isPartial = isPartial
        self.writtenAgain = writtenAgain
    }
}

/// What follows from progress. Follows `tcp_ack`, `tcp_process_loss` and `tcp_rearm_rto`: the count
/// of retransmissions begins anew, so that the next RTO cannot end the connection; but the RTO
/// keeps its backoff, since what was retransmitted is no measure of the round trip (Karn), and the
/// clock (`retrans_stamp`) goes on as long as anything of the loss is outstanding.
extension RetransmitTimer {
    /// What may follow from writes in `written`, where part of them is acknowledged later.
    public func prospects(written: [Window]) -> [Prospect] {
        @Sendable func next(_ number: Int) -> [Prospect] {
            let data = Expected(.sent(.data), written[number], "the write itself")
            return [
                Prospect(data) { sent in
                    if number + 1 < written.count { return next(number + 1) }
                    var state = State(rtoJiffies: conditions.rtoJiffies, lastSent: sent)
                    state.awaitsProgress = progress != nil
                    return afterData(state)
                }
            ]
        }
        return next(0)
    }

    /// The acknowledgement, and what the timer does then.
    func progressed(_ state: State, _ progress: Progress, in window: Window) -> [Prospect] {
        let event = Expected(.answered, window, "the peer's acknowledgement")
        return [
            Prospect(event) { heard in
                var next = state
                next.awaitsProgress = false
                next.retransmits = 0
                next.wasCut = false
                return progress.isPartial
                    ? missing(next, heard) : anew(next, progress.writtenAgain)
            }
        ]
    }

    /// What is still missing is sent at once, and the RTO counts from there.
    private func missing(_ state: State, _ heard: Window) -> [Prospect] {
        let again = Expected(
            .sent(.retransmission), heard.after(.zero, conditions.reach),
            "what is still missing, at once", counters: ["Tcp.RetransSegs": 1], anchors: [heard])
        return [
            Prospect(again) { sent in
                var next = state
                next.lastSent = sent
                if rules.progressStartsClock { next.clockStart = nil }
                return fire(
                    next, armed: Window(heard.earliest, sent.latest), delay: next.rtoJiffies)
            }
        ]
    }

    /// Nothing is outstanding: the clock is forgotten, and the next segment finds the backed-off
    /// RTO.
    private func anew(_ state: State, _ written: Window) -> [Prospect] {
        let data = Expected(.sent(.data), written, "the write itself")
        return [
            Prospect(data) { sent in
                let next = State(rtoJiffies: state.rtoJiffies, lastSent: sent)
                return fire(next, armed: sent, delay: next.rtoJiffies)
            }
        ]
    }
}
