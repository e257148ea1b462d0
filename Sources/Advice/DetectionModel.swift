public import KernelTimers

/// How long a kernel takes to notice, worked out with the model of its timers. Moments count from
/// the first write that finds the connection dead.
public struct DetectionModel: Sendable {
    /// A way in which a connection is dead.
    public enum Death: String, Sendable, Hashable, CaseIterable {
        /// The peer is silent.
        case silentPeer
        /// The own address is gone.
        case lostAddress
        /// The peer is alive, and its window shut.
        case shutWindow

        /// In a few words.
        public var words: String {
            switch self {
            case .silentPeer: "peer silent"
            case .lostAddress: "address gone"
            case .shutWindow: "window shut"
            }
        }
    }

    /// The conditions, of which `userTimeoutMilliseconds` and `retries2` are set by each question.
    public var conditions: Conditions
    /// The kernel's rules.
    public var rules: KernelRules

    /// A model for a path and a tick.
    public init(roundTrip: Duration, tick: TickRate, rules: KernelRules = .mainline) {
        self.rules = rules
        conditions = Conditions(
            tick: tick,
            rtoJiffies: Conditions.rtoJiffies(
                smoothedRTT: roundTrip, variation: .zero, tick: tick),
            smoothedRTT: roundTrip, processors: 2)
    }

    /// The schedule of a connection with this TCP_USER_TIMEOUT (0 is none) and tcp_retries2.
    public func schedule(
        _ death: Death, userTimeoutMilliseconds: Int, retries2: Int = 15
    ) -> Schedule {
        var conditions = conditions
        conditions.userTimeoutMilliseconds = Timeline(userTimeoutMilliseconds)
        conditions.retries2 = retries2
        let start = Window(at: .zero)
        let prospects =
            switch death {
            case .silentPeer:
                RetransmitTimer(conditions, rules, fates: Timeline(.lost))
                    .prospects(written: start)
            case .lostAddress:
                ProbeTimer(conditions, rules, fates: Timeline(.unroutable))
                    .prospects(unsent: start)
            case .shutWindow:
                ProbeTimer(conditions, rules, fates: Timeline(.answered)).prospects(armed: start)
            }
        return Schedule(predicting: prospects, horizon: .milliseconds(4_000_000))
    }

    /// When the application hears; nil if never.
    public func detection(
        _ death: Death, userTimeoutMilliseconds: Int, retries2: Int = 15
    ) -> Window? {
        schedule(death, userTimeoutMilliseconds: userTimeoutMilliseconds, retries2: retries2)
            .abort?.window
    }

    /// The longest outage that is survived for certain: after it there is still an attempt to send
    /// before the end, which the path then carries. At the end itself there is none. The RTO may be
    /// up to 30 ms above that of an idle path.
    public func survivedOutage(
        _ death: Death, userTimeoutMilliseconds: Int, retries2: Int = 15
    ) -> Duration {
        let most = conditions.tick.jiffies(covering: .milliseconds(30))
        return (0...most).map { more in
            var slower = self
            slower.conditions.rtoJiffies += more
            return slower.survivedByThisRTO(death, userTimeoutMilliseconds, retries2)
        }.min() ?? .zero
    }

    /// With the RTO as it is. Where the limit is one of time, an attempt that may come when the
    /// time is over may be the end instead.
    private func survivedByThisRTO(
        _ death: Death, _ userTimeoutMilliseconds: Int, _ retries2: Int
    ) -> Duration {
        let schedule = schedule(
            death, userTimeoutMilliseconds: userTimeoutMilliseconds, retries2: retries2)
        guard let abort = schedule.abort else { return .seconds(4000) }
        let attempts = schedule.events.filter {
            switch $0.kind {
            case .sent(.retransmission), .sent(.windowProbe), .failedToSend:
                $0.window.latest < abort.window.earliest
            case .sent, .answered, .complaint, .told, .aborted, .returned, .vanished: false
            }
        }
        let isByTime = death == .silentPeer && userTimeoutMilliseconds == 0
        let limit = conditions.modelTimeout(retries: retries2, base: .milliseconds(200))
        let first = attempts.first?.window.earliest ?? .zero
        let sure = attempts.filter { !isByTime || $0.window.latest - first < limit }
        return (sure.last?.window.earliest ?? .zero) - .zero
    }

    /// When SO_KEEPALIVE ends an idle connection whose peer is silent, counted from the last packet
    /// that came: after the idle time and as many intervals as there are probes; with
    /// TCP_USER_TIMEOUT at the first probe that is due after it, if one went unanswered
    /// (`tcp_keepalive_timer`). Each timer is late by its level's granularity.
    public func keepalive(
        idleSeconds: Int, intervalSeconds: Int, count: Int, userTimeoutMilliseconds: Int = 0
    ) -> Window {
        let tick = conditions.tick
        func fire(_ armed: Window, _ seconds: Int) -> Window {
            let jiffies = tick.jiffies(covering: .seconds(seconds))
            return rules.wheel.firing(
                armed: armed, jiffies: jiffies...jiffies, tick: tick, reach: conditions.reach,
                lag: conditions.lag)
        }
        var now = fire(Window(at: .zero), idleSeconds)
        var probes = 0
        while probes < count || (userTimeoutMilliseconds > 0 && probes < 1000) {
            let isOver =
                userTimeoutMilliseconds > 0 && probes > 0
                && now.latest - .zero >= .milliseconds(userTimeoutMilliseconds)
            if isOver { break }
            probes += 1
            now = fire(now, intervalSeconds)
        }
        return now
    }
}
