/// Everything from which the model works out a timeline: the kernel's tick, the connection's RTO
/// and the settings in force. Observed or assumed, but never read from a clock.
public struct Conditions: Sendable {
    /// The kernel's tick.
    public var tick: TickRate
    /// The retransmission timeout in force when the outage begins (`icsk_rto`), in jiffies.
    public var rtoJiffies: Int
    /// The smoothed round-trip time (`srtt_us >> 3`).
    public var smoothedRTT: Duration
    /// TCP_RTO_MIN: 200 ms unless a route or a sysctl says otherwise.
    public var rtoMin: Duration
    /// TCP_RTO_MAX: 120 s unless TCP_RTO_MAX_MS says otherwise.
    public var rtoMax: Duration
    /// net.ipv4.tcp_retries2.
    public var retries2: Int
    /// net.ipv4.tcp_orphan_retries, 0 by default, where no application has the connection any
    /// more; nil where one has.
    public var orphanRetries: Int?
    /// Whether the application has ended its direction: the connection's end is then none of an
    /// established one (EstabResets).
    public var isHalfClosed = false
    /// TCP_USER_TIMEOUT in milliseconds over time; 0 is none.
    public var userTimeoutMilliseconds: Timeline<Int>
    /// When each labelled step of the script took place.
    public var marks: [String: Window]
    /// How many processors share the kernel's time.
    public var processors: Int
    /// When the machine stood still, in order. Empty: it never did, or that is no excuse.
    public var stalls: [Window] = []

    /// Conditions; the defaults are those of a kernel that nobody tuned.
    public init(
        tick: TickRate, rtoJiffies: Int, smoothedRTT: Duration = .zero,
        rtoMin: Duration = .milliseconds(200), rtoMax: Duration = .seconds(120),
        retries2: Int = 15, userTimeoutMilliseconds: Timeline<Int> = .init(0),
        marks: [String: Window] = [:], processors: Int = 1
    ) {
        self.tick = tick
        self.rtoJiffies = rtoJiffies
        self.smoothedRTT = smoothedRTT
        self.rtoMin = rtoMin
        self.rtoMax = rtoMax
        self.retries2 = retries2
        self.userTimeoutMilliseconds = userTimeoutMilliseconds
        self.marks = marks
        self.processors = processors
    }

    /// When a step took place, or the trial's zero where the script has no such step.
    public func mark(_ label: String) -> Window { marks[label] ?? Window(at: .zero) }

    /// The RTO as time.
    public var rto: Duration { tick.duration(jiffies: rtoJiffies) }

    /// How long a firing may take to reach a witness, beyond the wheel's own lateness.
    ///
    /// One jiffy: whatever takes longer, the watchdog sees, which ticks once a jiffy. With several
    /// processors one more: `jiffies` is advanced by one of them, and another whose tick comes a
    /// few microseconds sooner looks for timers by the old time, and finds them a tick later
    /// (`tick_sched_do_timer`, `run_local_timers`).
    public var reach: Duration { processors > 1 ? tick.jiffy * 2 : tick.jiffy }

    /// How far `jiffies` may lag behind the tick where a timer is armed.
    ///
    /// Nothing on one processor. On several, as above, the one that arms a timer may read the old
    /// time after the new tick is due: the timer then fires up to a tick sooner than it should.
    public var lag: Duration { processors > 1 ? tick.jiffy : .zero }

    /// How long the machine stood still at some moment of a window.
    ///
    /// A jiffy to either side belongs to a stall: the watchdog knows its ends no better.
    public func standstill(at window: Window) -> Duration {
        let hit = stalls.filter {
            $0.overlaps(Window(window.earliest - tick.jiffy, window.latest + tick.jiffy))
        }
        return hit.map(\.width).reduce(.zero, +)
    }

    /// By how many jiffies the timer wheel's own clock may trail where a timer is armed.
    ///
    /// A tick always (`forward_timer_base` lets it be behind); after a standstill by all of that,
    /// and the timer is then filed at a coarser level than its delay alone would say.
    public func trail(at armed: Window) -> Int { 1 + tick.jiffies(covering: standstill(at: armed)) }

    /// A firing's window, given the machine's standstills.
    ///
    /// What was armed around one may have been armed by an old time, or late. What falls due in one
    /// happens at its end, and what that delays may meet the next.
    func disturbed(_ window: Window, armed: Window) -> Window {
        guard !stalls.isEmpty else { return window }
        let atArming = standstill(at: armed)
        var latest = window.latest + atArming
        for stall in stalls
        where stall.latest >= window.earliest && stall.earliest <= latest + tick.jiffy {
            latest = max(latest, stall.latest + reach)
        }
        return Window(max(armed.earliest, window.earliest - atArming), latest)
    }

    /// How often an orphan tries, nil for a connection that is none: as the sysctl says, and where
    /// that is 0, eight times while its RTO is below TCP_RTO_MAX, and then not once more
    /// (`tcp_orphan_retries`, net/ipv4/tcp_timer.c).
    func orphanTries(isAlive: Bool) -> Int? {
        orphanRetries.map { $0 == 0 && isAlive ? 8 : $0 }
    }

    /// What the end adds to the counters: EstabResets for one that was ESTABLISHED or in CLOSE-WAIT
    /// (`tcp_set_state`).
    func countingEnd(_ counters: [String: Int]) -> [String: Int] {
        guard orphanRetries == nil, !isHalfClosed else { return counters }
        return counters.merging(["Tcp.EstabResets": 1]) { $1 }
    }

    /// How a connection ends: with an error to its application, or, where it has none, unheard.
    func end(_ error: SocketError) -> Expected.Kind {
        orphanRetries == nil ? .aborted(error) : .vanished
    }

    /// How long `retries` retransmissions with doubling intervals would take, from the first.
    ///
    /// The corresponding C function is `tcp_model_timeout`. With a base of 200 ms: 3.0, 12.6, 102.2
    /// and 924.6 s for 3, 5, 8 and 15. Units: milliseconds inside, as the kernel compares them.
    public func modelTimeout(retries: Int, base: Duration) -> Duration {
        let baseNanoseconds = max(1, base.wholeNanoseconds)
        let maxNanoseconds = max(baseNanoseconds, rtoMax.wholeNanoseconds)
        let threshold = Self.floorLog2(maxNanoseconds / baseNanoseconds)
        let bounded = min(max(0, retries), 255)
        let doubling = min(bounded, threshold)
        var total = ((Int64(2) << doubling) - 1) * baseNanoseconds
        if bounded > threshold { total += Int64(bounded - threshold) * maxNanoseconds }
        return .nanoseconds(total)
    }

    /// ⌊log2⌋ of a positive number.
    static func floorLog2(_ value: Int64) -> Int { 63 - max(1, value).leadingZeroBitCount }
}

extension Conditions {
    /// The RTO, in jiffies, that RFC 6298 and Linux give for a round-trip time and its variation.
    ///
    /// Linux keeps the variation term at no less than TCP_RTO_MIN (`__tcp_set_rto`,
    /// `tcp_rtt_estimator`), so on a fast link it is srtt + 200 ms, rounded up to jiffies, and
    /// never more than TCP_RTO_MAX.
    public static func rtoJiffies(
        smoothedRTT: Duration, variation: Duration, rtoMin: Duration = .milliseconds(200),
        rtoMax: Duration = .seconds(120), tick: TickRate
    ) -> Int {
        min(
            tick.jiffies(covering: smoothedRTT + max(rtoMin, variation)),
            tick.jiffies(covering: rtoMax))
    }

    /// The RTO of a connection at rest, whose round-trip time hardly varies.
    public var rtoAtRest: Int {
        Self.rtoJiffies(
            smoothedRTT: smoothedRTT, variation: .zero, rtoMin: rtoMin, rtoMax: rtoMax, tick: tick)
    }
}
