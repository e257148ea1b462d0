public import KernelTimers

/// The same kernel with a peer that is heard: one that took its window back, one that acknowledges
/// a FIN, a router that complains, and one acknowledgement in the middle of an outage.
extension SimulatedKernel {
    /// The peer retracts its window at `retracted`, two segments being in flight, and answers each
    /// retransmission after so long, if at all (`tcp_retransmit_timer`, its branch for a window of
    /// 0, and `tcp_rtx_probe0_timed_out`). At most `limit` events: some kernels flood.
    public func retracting(
        retracted: Moment, answered: Duration?, until horizon: Moment, limit: Int = 2000
    ) -> [Event] {
        var events = [Event(kind: .answered, moment: retracted)]
        var now = retracted
        var received = jiffies(retracted)
        var stamp: Int?
        var (rto, delay) = (rtoJiffies, rtoJiffies)
        while now < horizon, events.count < limit {
            let expires = jiffies(now) + delay
            now = firing(armed: now, delay, count: events.count)
            let timeout = userTimeout(now)
            let since = stamp.map { milliseconds(now) - $0 } ?? 0
            if isRetractionOver(timeout, now, expires: expires, received: received, since: since) {
                return events + [Event(kind: end(.etimedout), moment: now)]
            }
            events.append(Event(kind: .sent(.retransmission), moment: now))
            if stamp == nil { stamp = milliseconds(now) }
            rto = min(rto * 2, 120 * tick.hz)
            delay = rto
            if timeout > 0, rules.retraction != .ignored, let stamp {
                let left = timeout - (milliseconds(now) - stamp)
                delay = left <= 0 ? 1 : min(rto, tick.jiffies(covering: .milliseconds(left)))
            }
            if let answered {
                // An answer does not arm the timer anew: it acknowledges nothing. It takes less
                // than a jiffy, which is the least that the timer takes.
                events.append(Event(kind: .answered, moment: now + answered))
                received = jiffies(now + answered)
            }
        }
        return events
    }

    private func isRetractionOver(
        _ timeout: Int, _ now: Moment, expires: Int, received: Int, since milliseconds: Int
    ) -> Bool {
        let asJiffies = tick.jiffies(covering: .milliseconds(milliseconds))
        if rules.retractionLimit == .sinceAnswer, rules.retraction != .timed,
            rules.retraction != .inJiffies
        {
            return jiffies(now) - received > 120 * tick.hz
        }
        var limit = 240 * tick.hz
        if timeout > 0, rules.retraction == .timed || rules.retraction == .inJiffies {
            let compared = rules.retraction == .timed ? milliseconds : asJiffies
            if compared > timeout { return true }
            limit = min(limit, tick.jiffies(covering: .milliseconds(timeout)))
        }
        return expires - received > limit && asJiffies > limit
    }

    /// close(2) at `closed`, whose FIN is acknowledged after so long, and then FIN-WAIT-2
    /// (`tcp_fin_time`, `tcp_time_wait`).
    public func finishing(closed: Moment, acknowledged: Duration, seconds: Int) -> [Event] {
        let heard = closed + acknowledged
        let least = (rtoJiffies << 2) - (rtoJiffies >> 1)
        let gone = firing(armed: heard, max(seconds * tick.hz, least), count: 1)
        return [
            Event(kind: .sent(.fin), moment: closed), Event(kind: .answered, moment: heard),
            Event(kind: .vanished, moment: gone),
        ]
    }

    /// A write at `written` of a segment, of which each transmission is complained of after so long
    /// that there is no way to the host (`tcp_ld_RTO_revert`).
    public func complaining(
        written: Moment, after delayed: Duration, until horizon: Moment
    ) -> [Event] {
        var events: [Event] = []
        func send(_ segment: Expected.Segment, at moment: Moment) {
            events.append(Event(kind: .sent(segment), moment: moment))
            events.append(Event(kind: .complaint, moment: moment + delayed))
        }
        send(.data, at: written)
        var now = firing(armed: written, rtoJiffies, count: 1)
        send(.tailLossProbe, at: now)
        var armed = now
        var (delay, backoff, retransmits, stamp) = (rtoJiffies, 0, 0, 0)
        while now < horizon {
            now = firing(armed: armed, delay, count: events.count)
            let timeout = userTimeout(now)
            let limit = timeout > 0 ? timeout : modelMilliseconds(retries2, base: 200)
            if retransmits > 0, milliseconds(now) - stamp >= limit {
                return events + [Event(kind: end(.ehostunreach), moment: now)]
            }
            send(.retransmission, at: now)
            if retransmits == 0 { stamp = milliseconds(now) }
            retransmits += 1
            backoff += 1
            armed = now
            delay = min(rtoJiffies << backoff, 120 * tick.hz)
            if timeout > 0 {
                let left = timeout - (milliseconds(now) - stamp)
                let cut = left <= 0 ? 1 : tick.jiffies(covering: .milliseconds(left))
                delay = min(delay, cut)
            }
            guard rules.complaintsRevertBackoff else { continue }
            // The complaint comes before the timer, or the timer would have to be played first.
            guard jiffies(now + delayed) - jiffies(now) < delay else { return events.dropLast() }
            backoff -= 1
            armed = now + delayed
            delay = min(rtoJiffies << backoff, 120 * tick.hz) - tick.jiffies(covering: delayed)
        }
        return events
    }

    /// Two segments at `written`, both lost; an acknowledgement of the first at `acknowledged`, or
    /// of all that is one segment, after which another is written at `again`.
    public func progressing(
        written: Moment, acknowledged: Moment, again: Moment?, until horizon: Moment
    ) -> [Event] {
        var events = [Event(kind: .sent(.data), moment: written)]
        if again == nil { events.append(Event(kind: .sent(.data), moment: written)) }
        var now = written
        var (rto, delay, retransmits) = (rtoJiffies, rtoJiffies, 0)
        var stamp: Int?
        var isHeard = false
        while now < horizon {
            let next = firing(armed: now, delay, count: events.count)
            if !isHeard, acknowledged < next {
                isHeard = true
                retransmits = 0
                events.append(Event(kind: .answered, moment: acknowledged))
                now = again ?? acknowledged
                events.append(
                    Event(kind: .sent(again == nil ? .retransmission : .data), moment: now))
                if again != nil { stamp = nil }
                delay = rto
                continue
            }
            now = next
            let timeout = rules.retransmission == .ignored ? 0 : userTimeout(now)
            let limit = timeout > 0 ? timeout : modelMilliseconds(retries2, base: 200)
            if retransmits > 0, let stamp, milliseconds(now) - stamp >= limit {
                return events + [Event(kind: end(.etimedout), moment: now)]
            }
            events.append(Event(kind: .sent(.retransmission), moment: now))
            stamp = stamp ?? milliseconds(now)
            retransmits += 1
            rto = min(rto * 2, 120 * tick.hz)
            delay = rto
            if timeout > 0, rules.retransmission == .clamped, let stamp {
                let left = timeout - (milliseconds(now) - stamp)
                delay = left <= 0 ? 1 : min(rto, tick.jiffies(covering: .milliseconds(left)))
            }
        }
        return events
    }
}
