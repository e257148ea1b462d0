internal import Evidence
internal import KernelTimers

/// When proxy and broker are to end a dead consumer's connection.
extension FailoverExpectations {
    private typealias DeadConnection = FailoverTrace.DeadConnection

    // MARK: - The proxy

    /// The proxy's connection to a client whose address is gone from under it.
    func proxy(_ dead: FailoverTrace.DeadConnection) -> Judged? {
        // RabbitMQ does not say to whom it gives what, so nobody knows what went to a later one.
        if !dead.isFirst, cell.backend == .rabbitmq, dead.wire == nil {
            return .open(
                "when the proxy on \(dead.owner.rawValue) ends: RabbitMQ does not say which "
                    + "messages it gave to \(dead.session)")
        }
        let end =
            dead.isFirst ? finding.proxyEnded : trace.proxyEnd(of: dead.session, at: dead.owner)
        let what =
            dead.isFirst
            ? "the proxy ends the dead connection"
            : "the proxy on \(dead.owner.rawValue) ends \(dead.session)"
        if cell.protection.killsSocketsOnDemotion { return killed(dead, what, end) }
        guard let written = data(for: dead, from: dead.removed.latest).first else {
            return .check(
                .init(
                    what: what, expected: "a message to the dead consumer",
                    observed: "none was given", isMet: false))
        }
        let rto = rto(dead, before: written)
        let roots = roots(dead, written)
        var candidates = roots.flatMap { windows(rto, $0) }
        if let back = dead.returned {
            let early = candidates.filter { $0.window.earliest <= back.latest }
            if early.contains(where: { $0.window.latest >= back.earliest }) || early.isEmpty {
                switch afterReturn(dead, back, rto, roots) {
                case .success(let event?): candidates = early + [event]
                case .success(nil): break
                case .failure(let reason): return .open("\(what): \(reason.words)")
                }
            }
        }
        // Where no interface told when RabbitMQ's messages came, it was some time after they were
        // published.
        return check(
            what, candidates, end, programs: 2, stall: dead.wire == nil ? brokerStall : .zero
        ).map(Judged.check)
    }

    /// When data came for a dead consumer at its proxy: as its interface saw it, else as far as the
    /// broker told.
    private func data(
        for dead: DeadConnection, from first: Moment,
        until last: Moment = Moment(nanoseconds: .max)
    ) -> [Moment] {
        dead.wire.map { $0.received.filter { $0 >= first && $0 < last } }
            ?? trace.givings(to: dead.session, from: first, until: last)
    }

    private func rto(_ dead: DeadConnection, before moment: Moment) -> ClosedRange<Int>? {
        trace.address(of: dead.session).flatMap {
            trace.rtoJiffies(of: dead.owner, to: $0, before: moment, tick: tick)
        }
    }

    private typealias Roots = (Conditions) -> [Prospect]

    /// In which ways the dead connection's timers may have begun. When keepalived takes the address
    /// away is only looked at now and then: what was given since the step may have been the first
    /// that could not be sent.
    private func roots(_ dead: DeadConnection, _ written: Moment) -> [Roots] {
        let timer = trace.address(of: dead.session).flatMap {
            trace.timer(of: dead.owner, to: $0, after: dead.removed.latest)
        }
        // What was published just before may have come just after.
        let stall = dead.wire == nil ? brokerStall : .zero
        let sooner = data(
            for: dead, from: dead.removed.earliest - stall, until: dead.removed.latest)
        var roots: [Roots] = []
        if timer != .retransmission {
            roots = (sooner + [written]).flatMap { moment in
                keepaliveProbes(dead, before: moment).map { spent in
                    {
                        var conditions = $0
                        conditions.retries2 = max(1, $0.retries2 - spent)
                        return ProbeTimer(conditions, .mainline, fates: Timeline(.unroutable))
                            .prospects(unsent: Window(at: moment))
                    }
                }
            }
        }
        if timer != .probe {
            // In flight when the address went: unacknowledged, so the retransmission timer runs.
            let last =
                dead.wire.map { $0.received.last { $0 < dead.removed.latest } }
                ?? trace.lastGiving(to: dead.session, before: dead.removed.latest)
            // The broker answers a consumer's word too, and a busy machine takes a while to remove
            // an address: what went then is the last that went.
            let answers = trace.words(of: dead.session).filter {
                $0 >= dead.removed.earliest && $0 <= dead.removed.latest
            }
            let flying = (cell.mover == .lab && dead.wire == nil ? [] : sooner) + answers
            for moment in flying + [last].compactMap({ $0 }) {
                roots.append {
                    RetransmitTimer($0, .mainline, fates: Timeline(.unroutable))
                        .prospects(written: Window(at: moment))
                }
            }
        }
        return roots
    }

    /// How many keepalive probes failed for want of the address before a message was written. The
    /// kernel counts them together with those of a window (`icsk_probes_out`, which
    /// `tcp_keepalive_timer` raises and only an acknowledgement sets back), so that tcp_retries2
    /// allows for so many fewer: with the default, each takes two minutes off.
    private func keepaliveProbes(_ dead: DeadConnection, before moment: Moment) -> ClosedRange<Int>
    {
        let heard = [
            trace.words(of: dead.session).last { $0 < dead.removed.earliest },
            trace.lastGiving(to: dead.session, before: dead.removed.earliest),
        ].compactMap { $0 }.max()
        guard let keepalive = cell.protection.keepalive, let heard else { return 0...0 }
        func firing(_ armed: Window, _ seconds: Int) -> Window {
            let jiffies = tick.jiffies(covering: .seconds(seconds))
            return self.firing(armed, jiffies...jiffies)
        }
        // What comes before the address goes is answered, and begins anew.
        var due = firing(Window(at: heard), keepalive.idleSeconds)
        while due.latest < dead.removed.earliest { due = firing(due, keepalive.idleSeconds) }
        var (least, most) = (0, 0)
        for _ in 0..<keepalive.count {
            if due.latest < moment { least += 1 }
            if due.earliest <= moment { most += 1 }
            due = firing(due, keepalive.intervalSeconds)
        }
        return least...max(least, most)
    }

    private struct Reason: Error {
        var words: String
    }

    /// The address is back, and whatever is sent next meets a client who knows no such connection
    /// any more: RST (RFC 9293, 3.10.7.1). Nil if nothing is sent before the kernel ends it.
    private func afterReturn(
        _ dead: DeadConnection, _ back: Window, _ rto: ClosedRange<Int>?, _ roots: [Roots]
    ) -> Result<Expected?, Reason> {
        let left = trace.entries.first {
            $0.what == .disconnected && $0.detail.hasPrefix("\(dead.session) ")
        }
        guard let left, left.at < back.earliest else {
            return .failure(
                Reason(words: "the address is back before the consumer left, so it may live on"))
        }
        let tries = roots.compactMap { attempts(rto, after: back.latest, $0) }
        // A new message is tried at once: none is in flight, since those that were are marked lost
        // and could not be sent again (`tcp_packets_in_flight`).
        let given = nextGiving(to: dead, after: back)
        let soonest = [given, tries.max()].compactMap { $0 }.min()
        guard let latest = soonest else { return .success(nil) }
        return .success(
            Expected(
                .aborted(.econnreset), Window(back.earliest, latest + .microseconds(500)),
                "the address is back at \(seconds(back.latest)), and what is sent next meets a "
                    + "consumer who has left: RST; the next message is given at "
                    + "\(given.map(seconds) ?? "-"), the next attempt of the timer is due by "
                    + "\(tries.max().map(seconds) ?? "-")"))
    }

    /// When the broker gives a dead consumer its next message, at the latest; nil if it knows the
    /// consumer no more. RabbitMQ gives to each consumer in turn: the dead, and a new one.
    private func nextGiving(to dead: DeadConnection, after back: Window) -> Moment? {
        let end = (dead.isFirst ? finding.brokerEnded : nil) ?? Moment(nanoseconds: .max)
        guard end >= back.earliest else { return nil }
        // It may have been given, and all be over, before anybody saw the address there; unless
        // the broker ended it by itself.
        if end <= back.latest {
            return cell.protection.heartbeatMilliseconds == nil ? back.latest : nil
        }
        if let wire = dead.wire { return wire.received.first { $0 >= back.latest && $0 < end } }
        switch cell.backend {
        case .simple:
            return trace.givings(to: dead.session, from: back.latest, until: end).first
        case .rabbitmq:
            let published = trace.entries.filter { $0.what == .published && $0.at >= back.latest }
            return published.dropFirst(trace.deadConnections.count).first?.at
        }
    }

    /// `ss -K` ends the sockets of the address at once.
    private func killed(
        _ dead: FailoverTrace.DeadConnection, _ what: String, _ end: Moment?
    ) -> Judged? {
        if let done = trace.killed(at: dead.owner) {
            let event = Expected(
                .aborted(SocketError("ECONNABORTED")), Window(dead.removed.earliest, done),
                "ss -K had ended the connections of the address")
            return check(what, [event], end, programs: 2).map(Judged.check)
        }
        // When keepalived runs its script nobody sees; but sooner than any timer of the kernel.
        let usual = windows(nil) {
            ProbeTimer($0, .mainline, fates: Timeline(.unroutable))
                .prospects(unsent: Window(at: dead.removed.earliest))
        }
        guard let kernel = usual.first else { return nil }
        let event = Expected(
            .aborted(SocketError("ECONNABORTED")),
            Window(dead.removed.earliest, kernel.window.earliest),
            "keepalived's script ends it before the kernel would, not before "
                + seconds(kernel.window.earliest))
        return check(what, [event], end, programs: 0).map(Judged.check)
    }

    // MARK: - The broker

    /// The broker's connection to a controller that lost its power, or a consumer that is silent.
    var broker: Judged? {
        if cell.protection.heartbeatMilliseconds != nil { return heartbeats }
        guard let isolated = trace.isolated(.c1) else { return nil }
        let first = trace.givings(to: trace.session, from: isolated.earliest).first
        guard let written = trace.firstUnacknowledged ?? first else {
            return .open("when the broker ends: no message was given to the dead consumer")
        }
        let rto = trace.deadProxyAddress.flatMap {
            trace.rtoJiffies(of: .broker, to: $0, before: written, tick: tick)
        }
        let timeout = cell.protection.brokerUserTimeoutMilliseconds ?? 0
        // What the broker answered to a last word may be in flight before the first message is.
        var moments =
            [written]
            + trace.words(of: trace.session).filter {
                $0 >= isolated.earliest - .milliseconds(200) && $0 <= isolated.latest + late(2)
            }
        // RabbitMQ is seen to have given what was published; it may have been just before.
        if cell.backend == .rabbitmq,
            let last = trace.lastGiving(to: trace.session, before: isolated.latest)
        {
            moments.append(last)
        }
        moments += sinceAcknowledged(written, isolated)
        // The interface knows better than all who wrote down what they did.
        if let wire = trace.brokerWire {
            guard let since = wire.unacknowledgedSince else {
                return .open("when the broker ends: all that it sent was acknowledged")
            }
            moments = [since]
        }
        // Of a stream the tail loss probe repeats the last message, and the RTO keeps its time; of
        // a lone message it repeats that, and the RTO starts again (`tcp_rearm_rto`).
        if let reverted = reverted(since: moments) {
            return check(
                "the broker ends the dead connection", [reverted], finding.brokerEnded, programs: 2
            ).map(Judged.check)
        }
        let candidates = moments.flatMap { moment in
            [TailLossProbe.untilRTO, .none].flatMap { probe in
                windows(rto, userTimeout: timeout) {
                    RetransmitTimer(
                        $0, KernelRules.mainline.with { $0.tailLossProbe = probe },
                        fates: Timeline(.lost)
                    ).prospects(written: Window(at: moment))
                }
            }
        }
        // The publisher, RabbitMQ's processes one after another, and its log.
        let programs = cell.backend == .rabbitmq ? 4 : 1
        return check(
            "the broker ends the dead connection", candidates, finding.brokerEnded,
            programs: programs, stall: brokerStall
        ).map(Judged.check)
    }

    /// When else the clock may have started: what was given before the node was cut off for good
    /// may have been acknowledged by its kernel, whose consumer's word for it was lost; then the
    /// next message is the first that nobody acknowledged.
    private func sinceAcknowledged(_ written: Moment, _ isolated: Window) -> [Moment] {
        guard written <= isolated.latest else { return [] }
        let later = trace.givings(to: trace.session, from: written).filter { $0 > written }
        let before = later.prefix { $0 <= isolated.latest }
        return Array(later.prefix(before.count + 1))
    }

    /// The broker gives up whoever was silent for too long, unless the proxy told it before.
    private var heartbeats: Judged? {
        let cut =
            trace.isolated(.c1) ?? trace.deadConnections.first?.removed
        guard let cut else { return nil }
        let heard = trace.brokerWire?.received
        let words = heard.map { $0.suffix(1) } ?? trace.words(of: trace.session)[...]
        let last = heard == nil ? words.last { $0 < cut.earliest } : words.last
        let candidates =
            ([last].compactMap { $0 }
            + words.filter {
                $0 >= cut.earliest && $0 <= cut.latest
            }).compactMap { silence(after: $0, until: heard == nil ? cut.latest : $0) }
        if let proxy = finding.proxyEnded, let first = candidates.map(\.window.earliest).min(),
            proxy < first
        {
            return .open("when heartbeats end it at the broker: the proxy ended it before")
        }
        return check(
            "the broker misses the consumer's heartbeats", candidates, finding.brokerEnded,
            programs: heartbeatPrograms, stall: brokerStall
        ).map(Judged.check)
    }

    /// Three waits one after another, the connection's process, and the log's.
    var heartbeatPrograms: Int { 5 }

    /// When the broker gives up a consumer whose last word was at a moment, and who may have sent
    /// heartbeats of which nobody took notice until another. RabbitMQ looks at the end of each
    /// interval whether anything came in it, and ends at the second without (rabbit_heartbeat).
    func silence(after word: Moment, until quiet: Moment) -> Expected? {
        guard let patience = cell.protection.heartbeatMilliseconds else { return nil }
        switch cell.backend {
        case .simple:
            // Its clock is in whole milliseconds, rounded up.
            let end = word + .milliseconds(patience)
            return Expected(
                .aborted(.etimedout), Window(end, end + .milliseconds(2)),
                "\(patience) ms after the last word, at \(seconds(word))")
        case .rabbitmq:
            let interval = Duration.milliseconds(patience / 3)
            return Expected(
                .aborted(.etimedout),
                Window(word + interval * 2, max(word, quiet) + interval * 3),
                "two to three intervals of \(interval.formattedSeconds) after the last byte, which "
                    + "came between \(seconds(word)) and \(seconds(max(word, quiet)))")
        }
    }
}
