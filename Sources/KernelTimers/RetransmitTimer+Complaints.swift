/// An ICMP error that comes back for each segment that the subject sends.
public struct Complaint: Sendable, Equatable {
    /// What the kernel makes of its type and code (`icmp_err_convert`, `icmpv6_err_convert`); nil
    /// where it takes no notice, as of one that quotes what is not in flight.
    public var error: SocketError?
    /// Whether it says that there is no way to the network or the host, which takes one doubling of
    /// the RTO back (RFC 6069).
    public var isNoRoute: Bool
    /// Whether the application asked to be told at once (IP_RECVERR, IPV6_RECVERR).
    public var isTold: Bool

    /// A complaint.
    public init(error: SocketError?, isNoRoute: Bool, isTold: Bool = false) {
        self.error = error
        self.isNoRoute = isNoRoute
        self.isTold = isTold
    }
}

extension RetransmitTimer.Fate {
    /// Whether what TCP takes for sent shows on the wire.
    var isSeen: Bool { self != .swallowed && self != .waiting }

    /// What is left behind in the socket, for the day on which it ends (`sk_err_soft`).
    var softError: SocketError? {
        guard case .complained(let complaint) = self, !complaint.isTold else { return nil }
        return complaint.error
    }

    /// The same of which the application hears nothing, since it does not wait any more.
    var unheard: Self {
        guard case .complained(var complaint) = self else { return self }
        complaint.isTold = false
        return .complained(complaint)
    }
}

/// What follows from ICMP errors. Follows `tcp_v4_err` and `tcp_v6_err`: while a connection is
/// established none ends it, whatever its code.
extension RetransmitTimer {
    /// The message itself.
    func complaintEvent(_ sent: Window) -> Expected { .complaint(of: sent, conditions) }

    /// Puts what the application is told, where it asked for that, before what follows.
    func told(
        _ complaint: Complaint, at heard: Window, _ next: @escaping @Sendable () -> [Prospect]
    ) -> [Prospect] {
        guard complaint.isTold, let error = complaint.error else { return next() }
        // Only the first is heard: after it, nobody waits.
        let event = Expected(
            .told(error), heard.after(.zero, conditions.reach),
            "IP_RECVERR: told at once", anchors: [heard])
        return [Prospect(event) { _ in next() }]
    }

    /// The complaint about a retransmission sent in `fired`, and what it does to the timer.
    func complaints(
        _ complaint: Complaint, _ state: State, at fired: Window, _ milliseconds: Int
    ) -> [Prospect] {
        [
            Prospect(complaintEvent(fired)) { heard in
                var next = state
                if !complaint.isTold { next.softError = complaint.error ?? state.softError }
                guard complaint.isNoRoute, rules.complaintsRevertBackoff, next.backoff > 0 else {
                    return rearm(next, at: fired, milliseconds)
                }
                return revert(next, sent: fired, heard: heard, milliseconds)
            }
        ]
    }

    /// One doubling less, counted from the segment's stamp, and not cut to T
    /// (`tcp_ld_RTO_revert`).
    private func revert(
        _ state: State, sent: Window, heard: Window, _ milliseconds: Int
    ) -> [Prospect] {
        var next = state
        next.backoff = rules.complaintsForgetBackoff ? 0 : next.backoff - 1
        next.wasCut = false
        next.rtoJiffies = min(conditions.rtoJiffies << min(next.backoff, 20), maxJiffies)
        // What has passed since the stamp is subtracted, rounded up: the new time is a whole RTO
        // after the stamp's jiffy, or one jiffy less.
        var arming = Arming(
            "RTO reverted by the ICMP error, from the last transmission:",
            jiffies: next.rtoJiffies, rules, conditions)
        arming.delays = max(1, next.rtoJiffies - 1)...next.rtoJiffies
        arming.bound = Window(heard.earliest, Moment(nanoseconds: .max))
        var prospects = fire(next, armed: sent, arming)
        let passed = max(.zero, heard.earliest - sent.latest) + conditions.reach
        if conditions.tick.jiffies(covering: passed) >= next.rtoJiffies {
            let now = Arming("at once: the reverted RTO is over", jiffies: 1, rules, conditions)
            prospects += decide(
                next, heard.after(.zero, conditions.reach), userTimeout: milliseconds, now)
        }
        return prospects
    }
}

extension Expected {
    /// An ICMP error that quotes what was sent. When it comes is the testbed's doing, not the
    /// kernel's: before any timer can fire, for which 200 ms (TCP_RTO_MIN) is the least.
    static func complaint(of sent: Window, _ conditions: Conditions) -> Expected {
        Expected(
            .complaint, sent.after(.zero, .milliseconds(200) - conditions.tick.jiffy * 2),
            "the ICMP error that quotes it", anchors: [sent])
    }
}
