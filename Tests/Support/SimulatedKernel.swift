public import KernelTimers

/// A kernel played in whole jiffies and whole milliseconds, event by event, as the C code counts.
///
/// It shares nothing with the model but the rules' names: the model works with windows and never
/// knows a phase, this one works with numbers and always knows it. Where both agree for random
/// phases, tick rates and settings, the windows are right; and it plays kernels that cannot be had.
public struct SimulatedKernel: Sendable {
    /// One thing that the simulated kernel did.
    public struct Event: Sendable, Hashable {
        /// What.
        public var kind: Expected.Kind
        /// When.
        public var moment: Moment
    }

    /// The tick rate.
    public var tick: TickRate
    /// The rules of the kernel played.
    public var rules: KernelRules
    /// How far into a jiffy the trial's zero lies, nanoseconds.
    public var tickPhase: Int64
    /// How far into a millisecond the trial's zero lies, nanoseconds.
    public var millisecondPhase: Int64
    /// The RTO at rest, jiffies.
    public var rtoJiffies: Int
    /// tcp_retries2.
    public var retries2: Int
    /// tcp_orphan_retries, where nobody has the connection any more.
    public var orphanRetries: Int?
    /// How many segments are in flight.
    public var segments = 1
    /// The smoothed round-trip time as the kernel keeps it (`srtt_us`).
    public var eighthMicroseconds = 0
    /// TCP_USER_TIMEOUT at a time, milliseconds.
    public var userTimeout: @Sendable (Moment) -> Int
    /// How long softirq takes from the tick to the wire, by the number of the firing; below a
    /// jiffy.
    public var latency: @Sendable (Int) -> Duration

    /// A simulated kernel.
    public init(
        tick: TickRate, rules: KernelRules, tickPhase: Int64 = 0, millisecondPhase: Int64 = 0,
        rtoJiffies: Int, retries2: Int = 15, userTimeout: @escaping @Sendable (Moment) -> Int,
        latency: @escaping @Sendable (Int) -> Duration = { _ in .microseconds(60) }
    ) {
        self.tick = tick
        self.rules = rules
        self.tickPhase = tickPhase
        self.millisecondPhase = millisecondPhase
        self.rtoJiffies = rtoJiffies
        self.retries2 = retries2
        self.userTimeout = userTimeout
        self.latency = latency
    }

    private var jiffyNanoseconds: Int64 { tick.jiffy.wholeNanoseconds }

    /// How often is tried, given how long the timer would be (`tcp_orphan_retries`).
    private func tries(_ interval: Int) -> Int {
        guard let orphanRetries else { return retries2 }
        return orphanRetries == 0 && interval < 120 * tick.hz ? 8 : orphanRetries
    }

    /// 2·srtt and the floor, of several segments, given srtt in eighths of a microsecond.
    private var probeDelay: Int {
        let twice = eighthMicroseconds / 4
        func jiffies(_ microseconds: Int) -> Int { (microseconds * tick.hz + 999_999) / 1_000_000 }
        return rules.lossProbeFloor == .jiffies ? jiffies(twice) + 2 : jiffies(twice + 2000)
    }

    func end(_ error: SocketError) -> Expected.Kind {
        orphanRetries == nil ? .aborted(error) : .vanished
    }

    func jiffies(_ moment: Moment) -> Int {
        Int((moment.nanoseconds + tickPhase) / jiffyNanoseconds)
    }

    func milliseconds(_ moment: Moment) -> Int {
        Int((moment.nanoseconds + millisecondPhase) / 1_000_000)
    }

    /// The tick in which a timer fires that is armed now for so many jiffies (`calc_index`).
    func firing(armed now: Moment, _ delay: Int, count: Int) -> Moment {
        let expires = jiffies(now) + delay
        var level = 0
        while level < 8, delay >= 63 << (3 * level) { level += 1 }
        let fires: Int
        switch rules.wheel {
        case .cascading: fires = expires
        case .nonCascading: fires = ((expires >> (3 * level)) + 1) << (3 * level)
        }
        return Moment(nanoseconds: Int64(fires) * jiffyNanoseconds - tickPhase) + latency(count)
    }

    // MARK: - Retransmission timer

    /// A write at `written` of a segment; `lostUntil` it is on the wire, and then unroutable.
    public func retransmitting(
        written: Moment, unroutableFrom: Moment? = nil, until horizon: Moment
    ) -> [Event] {
        func leaves(_ moment: Moment) -> Bool { unroutableFrom.map { moment < $0 } ?? true }
        var events = (0..<segments).map { _ in Event(kind: .sent(.data), moment: written) }
        var now = written
        var lastSent = written
        var count = 1
        var delay = rtoJiffies
        if rules.tailLossProbe == .untilRTO {
            now = firing(armed: now, segments == 1 ? rtoJiffies : probeDelay, count: count)
            count += 1
            if leaves(now) {
                events.append(Event(kind: .sent(.tailLossProbe), moment: now))
                lastSent = now
            } else {
                events.append(Event(kind: .failedToSend(.tailLossProbe), moment: now))
                let left = (lastSent + tick.duration(jiffies: rtoJiffies)) - now
                delay = max(1, tick.jiffies(covering: max(left, .microseconds(1))))
            }
        }
        var rto = rtoJiffies
        var retransmits = 0
        var stamp: Int?
        while now < horizon {
            now = firing(armed: now, delay, count: count)
            count += 1
            let timeout = rules.retransmission == .ignored ? 0 : userTimeout(now)
            if retransmits > 0, let stamp {
                let limit = timeout > 0 ? timeout : modelMilliseconds(tries(rto), base: 200)
                if milliseconds(now) - stamp >= limit {
                    let error: SocketError =
                        leaves(now) ? .etimedout : rules.lostSourceError
                    return events + [Event(kind: end(error), moment: now)]
                }
            }
            let isSent = leaves(now)
            events.append(
                Event(
                    kind: isSent ? .sent(.retransmission) : .failedToSend(.retransmission),
                    moment: now))
            if isSent { lastSent = now }
            if stamp == nil, isSent || rules.failedAttemptStartsClock {
                stamp = milliseconds(lastSent)
            }
            retransmits += 1
            if retransmits > rules.linearRetransmissions { rto = min(rto * 2, 120 * tick.hz) }
            delay = rto
            if timeout > 0, rules.retransmission == .clamped, let stamp {
                let left = timeout - (milliseconds(now) - stamp)
                delay = left <= 0 ? 1 : min(rto, tick.jiffies(covering: .milliseconds(left)))
            }
        }
        return events
    }

    // MARK: - Probe timer

    /// What becomes of probes in a simulation.
    public enum ProbeFate: Sendable {
        /// Nobody answers.
        case lost
        /// The peer answers after so long.
        case answered(Duration)
        /// They cannot be sent.
        case unroutable
    }

    /// The probe timer, armed at `armed`.
    public func probing(armed: Moment, _ fate: ProbeFate, until horizon: Moment) -> [Event] {
        var events: [Event] = []
        let base = max(rtoJiffies, tick.jiffies(covering: .milliseconds(200)))
        var state = (unanswered: 0, backoff: 0)
        var first: Moment?
        var last: Moment?
        var now = armed
        var delay = base
        var count = 0
        while now < horizon {
            now = firing(armed: now, delay, count: count)
            count += 1
            let timeout = userTimeout(now)
            let isOver = isOver(timeout, now, first, last, state.unanswered, base)
            if isTooMany(state.unanswered, state.backoff) || isOver {
                return events + [Event(kind: end(.etimedout), moment: now)]
            }
            first = first ?? now
            last = now
            state.unanswered += 1
            if state.backoff < retries2 { state.backoff += 1 }
            var armedAt = now
            switch fate {
            case .lost: events.append(Event(kind: .sent(.windowProbe), moment: now))
            case .unroutable:
                events.append(Event(kind: .failedToSend(.windowProbe), moment: now))
            case .answered(let after):
                events.append(Event(kind: .sent(.windowProbe), moment: now))
                armedAt = now + after
                events.append(Event(kind: .answered, moment: armedAt))
                state.unanswered = 0
            }
            delay = min(base << min(state.backoff, 10), 120 * tick.hz)
            if timeout > 0, rules.probing == .fromFirstProbeClamped, let first {
                let left =
                    tick.jiffies(covering: .milliseconds(timeout))
                    - (jiffies(armedAt) - jiffies(first))
                delay = min(max(left, 2), delay)
            }
            now = armedAt
        }
        return events
    }

    private func isTooMany(_ unanswered: Int, _ backoff: Int) -> Bool {
        let interval = rtoJiffies << backoff
        let most = tries(interval)
        let isStretched = orphanRetries != nil && interval >= 120 * tick.hz && backoff >= most
        if isStretched, rules.probing != .ignored { return true }
        return rules.probeLimit == .reaching ? unanswered >= most : unanswered > most
    }

    private func isOver(
        _ timeout: Int, _ now: Moment, _ first: Moment?, _ last: Moment?, _ unanswered: Int,
        _ base: Int
    ) -> Bool {
        guard timeout > 0 else { return false }
        switch rules.probing {
        case .ignored: return false
        case .fromLastAttempt:
            return last.map { milliseconds(now) - milliseconds($0) > timeout } ?? false
        case .fromFirstProbeStrict:
            return first.map { milliseconds(now) - milliseconds($0) > timeout } ?? false
        case .fromUnansweredCount:
            return modelMilliseconds(unanswered, base: base * 1000 / tick.hz) >= timeout
        case .fromFirstProbe, .fromFirstProbeClamped:
            let limit = tick.jiffies(covering: .milliseconds(timeout))
            return first.map { jiffies(now) - jiffies($0) >= limit } ?? false
        }
    }

    /// `tcp_model_timeout` in milliseconds, by adding up rather than by formula.
    func modelMilliseconds(_ retries: Int, base: Int) -> Int {
        var total = 0
        var interval = base
        for _ in 0...retries {
            total += min(interval, 120_000)
            if interval * 2 <= 120_000 { interval *= 2 } else { interval = 120_000 }
        }
        return total
    }
}

/// A small generator with a seed, so that a failure can be repeated (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that always gives the same numbers for the same seed.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
