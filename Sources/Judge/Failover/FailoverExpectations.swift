internal import Evidence
internal import KernelTimers

/// What the model expects of a cell.
struct FailoverExpectations {
    let trace: FailoverTrace
    let finding: FailoverFinding

    init(_ trace: FailoverTrace, _ finding: FailoverFinding) {
        self.trace = trace
        self.finding = finding
    }

    var cell: FailoverCell { trace.observation.cell }

    /// What comes of one question about a cell.
    enum Judged {
        /// It was expected, and looked at.
        case check(FailoverFinding.Check)
        /// Nothing can be expected, and why.
        case open(String)
    }

    var judged: [Judged] {
        if cell.event.consumerLives { return living }
        return [consumer, idle].compactMap { $0 } + trace.deadConnections.compactMap(proxy)
            + [broker, messages, calls].compactMap { $0 }
    }

    var dropsResets: Bool {
        cell.event.steps.contains {
            if case .dropResets = $0.action { true } else { false }
        }
    }

    // MARK: - The clients' side

    /// The client's next write meets the new owner, who knows no such connection: RST (RFC 9293,
    /// 3.10.7.1), ECONNRESET.
    private var consumer: Judged? {
        guard !dropsResets else {
            return .open(
                "when the consumer notices: no reset reaches it, and its own tcp_retries2 of 15 "
                    + "outlasts the watch")
        }
        guard let announced = trace.announced else {
            return .open(
                "when the consumer notices: its neighbour entry stays for a random time "
                    + "(base_reachable_time, arp(7)), until when it writes to the old owner")
        }
        let end = finding.worker
        let moved = trace.isolated(.c1)?.latest ?? trace.deadConnections.first?.removed.latest
        if end == nil, let moved, !trace.words(of: trace.session).contains(where: { $0 >= moved }) {
            return .open(
                "when the consumer notices: it wrote nothing after the address had moved, and so "
                    + "learnt nothing")
        }
        let bound = consumerBound(announced)
        let isInTime = end.flatMap { end in bound.map { end.at <= $0 + late(2) } } ?? true
        return .check(
            .init(
                what: "the consumer's next write meets a reset",
                expected: "ECONNRESET" + (bound.map { " by \(seconds($0))" } ?? ""),
                observed: end.map { "\($0.call) \($0.error) after \(seconds($0.at))" } ?? "nothing",
                isMet: end?.error == "ECONNRESET" && isInTime,
                derivation: bound.map {
                    "the first attempt to send after the new owner had told its neighbours: "
                        + seconds($0)
                }))
    }

    /// When the consumer sends something, at the latest, after its neighbours know the new owner.
    /// What it wrote before waits for its retransmission, and new data behind it (`tcp_cwnd_test`).
    /// Nil where nobody saw the moment of the announcement.
    private func consumerBound(_ announced: (at: Moment, isSeen: Bool)) -> Moment? {
        guard announced.isSeen else { return nil }
        let words = trace.words(of: trace.session)
        let began =
            trace.isolated(.c1)?.earliest ?? trace.deadConnections.first?.removed.earliest ?? .zero
        // What was written before may have been waiting for a delayed acknowledgement, for up to
        // 200 ms (TCP_DELACK_MAX); of such the RTO, which nobody sees here, has its share: up to
        // 40 ms (TCP_DELACK_MIN) of round trip.
        let rto = usualRTO...usualRTO + tick.jiffies(covering: .milliseconds(40))
        let lost = words.filter {
            $0 >= began - .milliseconds(200) && $0 < announced.at + late(1)
        }
        let next = words.first { $0 >= announced.at }.map { $0 + .microseconds(500) }
        guard let next else { return nil }
        return lost.reduce(next) { bound, lost in
            // A lone segment's tail loss probe waits for a delayed acknowledgement, that of several
            // does not (`tcp_schedule_loss_probe`), and pika writes a message in three calls: the
            // retransmissions may begin a whole RTO after the probe, or as if there were none.
            let tries = [KernelRules.mainline.tailLossProbe, .untilRTO, .none].compactMap { probe in
                attempts(rto, after: announced.at, retries2: 15, userTimeout: 0) {
                    RetransmitTimer(
                        $0, KernelRules.mainline.with { $0.tailLossProbe = probe },
                        fates: Timeline(.lost)
                    ).prospects(written: Window(at: lost))
                }
            }
            return max(bound, tries.max() ?? bound)
        }
    }

    /// An idle client learns nothing until a keepalive.
    private var idle: Judged? {
        guard cell.protection.heartbeatMilliseconds == nil,
            !cell.protection.killsSocketsOnDemotion
        else { return nil }
        guard let keepalive = cell.protection.keepalive else {
            return .check(
                .init(
                    what: "a consumer that writes nothing learns nothing", expected: "nothing",
                    observed: finding.idle.map { "\($0.call) \($0.error) after \(seconds($0.at))" }
                        ?? "nothing",
                    isMet: finding.idle == nil))
        }
        guard let announced = trace.announced, !dropsResets else { return nil }
        let jiffies = tick.jiffies(covering: .seconds(keepalive.idleSeconds))
        let last = firing(Window(at: announced.at), jiffies...jiffies)
        // A probe that meets the first owner again is answered, and tells nothing.
        if let back = trace.deadConnections.first?.returned, back.earliest <= last.latest {
            return .open("when the idle consumer notices: the address is back before its probe")
        }
        let event = Expected(
            .sent(.keepAliveProbe), Window(.zero, last.latest),
            "a keepalive probe at most \(keepalive.idleSeconds) s after the last packet meets the "
                + "new owner: RST")
        return check(
            "the idle consumer learns by keepalive", [event], finding.idle?.at, programs: 2
        )
        .map(Judged.check)
    }

    /// Calls go unanswered while the broker gives them to a server that is dead, and no longer.
    private var calls: Judged? {
        guard let calls = finding.calls else { return nil }
        guard !dropsResets else {
            return .open("until when calls time out: no reset reaches caller and server")
        }
        guard let ended = calls.serverEnded else {
            return .open("until when calls time out: the broker knows a dead server to the end")
        }
        let back = trace.entries.last {
            ($0.what == .subscribed && $0.detail.hasPrefix("server-"))
                || ($0.what == .connected && $0.who == "caller")
        }
        let healed = max(ended, back?.at ?? ended)
        let isMet = calls.lastTimedOut.map { $0 <= healed + late(4) } ?? true
        return .check(
            .init(
                what: "calls are answered again",
                expected: "all that are made after "
                    + seconds(healed),
                observed: calls.lastTimedOut.map {
                    "\(calls.timedOut) of \(calls.made) timed out, the last made at "
                        + seconds($0)
                } ?? "none of \(calls.made) timed out",
                isMet: isMet,
                derivation: "the broker gave up the last dead server at \(seconds(ended)); server "
                    + "and caller were back at \(back.map { seconds($0.at) } ?? "-")"))
    }

    // MARK: - Windows

    var tick: TickRate { TickRate(hz: trace.observation.hz) ?? .hz250 }

    /// The round trip between namespaces, and with it the usual RTO.
    var usualRTO: Int {
        Conditions.rtoJiffies(smoothedRTT: .microseconds(500), variation: .zero, tick: tick)
    }

    func conditions(rto: Int, retries2: Int? = nil, userTimeout: Int? = nil) -> Conditions {
        Conditions(
            tick: tick, rtoJiffies: rto, smoothedRTT: .microseconds(500),
            retries2: retries2 ?? cell.protection.retries2,
            userTimeoutMilliseconds: Timeline(
                userTimeout ?? cell.protection.userTimeoutMilliseconds ?? 0),
            processors: trace.observation.processors)
    }

    /// When a timer fires that was armed somewhere in a window for so many jiffies.
    func firing(_ armed: Window, _ jiffies: ClosedRange<Int>) -> Window {
        let conditions = conditions(rto: usualRTO)
        return KernelRules.mainline.wheel.firing(
            armed: armed, jiffies: jiffies, tick: tick, reach: conditions.reach,
            lag: conditions.lag)
    }

    /// The model's abort, for each RTO that the connection may have had, as one window.
    /// Where nobody saw it, it is that of a link between namespaces, whose round trip is short.
    func windows(
        _ rto: ClosedRange<Int>?, userTimeout: Int? = nil, _ roots: (Conditions) -> [Prospect]
    ) -> [Expected] {
        let aborts = (rto ?? usualRTO...usualRTO).compactMap {
            schedule(conditions(rto: $0, userTimeout: userTimeout), roots).abort
        }
        guard var whole = aborts.last else { return [] }
        whole.window = Window(
            aborts.map(\.window.earliest).min() ?? whole.window.earliest,
            aborts.map(\.window.latest).max() ?? whole.window.latest)
        return [whole]
    }

    /// The latest at which the model has the first attempt to send that begins after a moment; nil
    /// if there is none any more.
    func attempts(
        _ rto: ClosedRange<Int>?, after moment: Moment, retries2: Int? = nil,
        userTimeout: Int? = nil, _ roots: (Conditions) -> [Prospect]
    ) -> Moment? {
        (rto ?? usualRTO...usualRTO).compactMap { jiffies in
            let conditions = conditions(rto: jiffies, retries2: retries2, userTimeout: userTimeout)
            return schedule(conditions, roots).events.first {
                $0.window.earliest >= moment && !$0.kind.isAbort
            }?.window.latest
        }.max()
    }

    /// All ends to which some prospects may lead, where the peer answers at once.
    func ends(_ prospects: [Prospect], depth: Int = 40) -> [Expected] {
        guard depth > 0 else { return [] }
        return prospects.flatMap { prospect -> [Expected] in
            let event = prospect.event
            if event.kind.isAbort { return [event] }
            var window = event.window
            if event.kind == .answered, let probed = event.anchors.first {
                window = Window(probed.earliest, probed.latest + .microseconds(500))
            }
            return ends(prospect.then(window), depth: depth - 1)
        }
    }

    func schedule(_ conditions: Conditions, _ roots: (Conditions) -> [Prospect]) -> Schedule {
        Schedule(predicting: roots(conditions), horizon: Moment(nanoseconds: 4_000_000_000_000))
    }

    /// By how much programs that wait for each other may be late together: each by as much as the
    /// machine let a thread of the laboratory wait, at the most.
    func late(_ programs: Int) -> Duration {
        Duration.nanoseconds(trace.observation.latenessNanoseconds) * programs
    }

    /// By how much RabbitMQ's processes may be late, each: they share one scheduler of Erlang's,
    /// and a message that a producer beside the broker publishes waits for several of them until it
    /// is confirmed. The longest that one waited is the longest that it was seen to stand still.
    var brokerStall: Duration {
        guard cell.backend == .rabbitmq else { return .zero }
        var published: [Int: Moment] = [:]
        var longest = Duration.zero
        for entry in trace.entries where entry.who == "inner" && entry.at >= .zero - .seconds(2) {
            guard let number = entry.message else { continue }
            if entry.what == .published { published[number] = entry.at }
            if entry.what == .confirmed, let sent = published[number] {
                longest = max(longest, entry.at - sent)
            }
        }
        return longest
    }

    /// Whether something happened in one of some windows, as far as `programs` that wait for each
    /// other told it; nil where watching ended too soon to say.
    func check(
        _ what: String, _ candidates: [Expected], _ seen: Moment?, programs: Int,
        stall: Duration = .zero
    ) -> FailoverFinding.Check? {
        guard var best = candidates.first else { return nil }
        let late = max(late(programs), stall * programs)
        func contains(_ window: Window, _ moment: Moment) -> Bool {
            moment >= window.earliest && moment <= window.latest + late
        }
        if let seen {
            best = candidates.first { contains($0.window, seen) } ?? best
        }
        let isOver = trace.observation.end < best.window.latest + late
        guard seen != nil || !isOver else { return nil }
        return .init(
            what: what, expected: best.window.text,
            observed: seen.map { seconds($0) } ?? "not before \(seconds(trace.observation.end))",
            isMet: seen.map { contains(best.window, $0) } ?? false,
            window: Window(best.window.earliest, best.window.latest + late),
            derivation: best.derivation, at: seen)
    }

    func seconds(_ moment: Moment) -> String {
        Duration.fixed(moment.nanoseconds, digits: 3) + " s"
    }
}
