internal import Evidence
internal import KernelTimers

/// Who is to give up a consumer that lives, and who is not.
extension FailoverExpectations {
    /// What is expected where the consumer lives on.
    var living: [Judged] {
        if let pause = cell.event.steps.lazy.compactMap({ $0.action.pauseMilliseconds }).first {
            return slow(pause)
        }
        return [blip]
    }

    // MARK: - A blip

    /// A blip must not end anything that still tries after it. With tcp_retries2=3 that depends on
    /// the RTO: the connection may end at the fourth, 3 s after the first, and the third may come
    /// before the blip is over. Nothing is expected then.
    private var blip: Judged {
        let length = Duration.milliseconds(cell.event.steps.last?.atMilliseconds ?? 0)
        guard survivedOutage >= length else {
            return .open(
                "whether the blip ends the connection: the last attempt before the end may come "
                    + "\(survivedOutage.formattedSeconds) after the blip's beginning, which is "
                    + "shorter than the blip")
        }
        return .check(calm("a blip of \(length.formattedSeconds) ends nothing"))
    }

    private func calm(_ what: String) -> FailoverFinding.Check {
        let alarm = finding.falseAlarm == true
        return .init(
            what: what, expected: "no false alarm",
            observed: alarm ? "the connection was ended" : "no false alarm", isMet: !alarm)
    }

    /// `tcp_model_timeout` of the cell's tcp_retries2.
    private var retriesLimit: Duration {
        Conditions(tick: tick, rtoJiffies: 1)
            .modelTimeout(retries: cell.protection.retries2, base: .milliseconds(200))
    }

    /// The longest outage after which every connection of the cell still tries, by the model, for
    /// RTOs of up to 30 ms above the usual.
    private var survivedOutage: Duration {
        let usual = Conditions.rtoJiffies(
            smoothedRTT: .microseconds(500), variation: .zero, tick: tick)
        let timeouts = [
            cell.protection.userTimeoutMilliseconds,
            cell.protection.brokerUserTimeoutMilliseconds, 0,
        ].compactMap { $0 }
        let most = usual + tick.jiffies(covering: .milliseconds(30))
        let survived = timeouts.flatMap { timeout in
            (usual...most).map { survivedOutage(rto: $0, timeout: timeout) }
        }
        return survived.min() ?? .zero
    }

    private func survivedOutage(rto: Int, timeout: Int) -> Duration {
        let events = schedule(conditions(rto: rto, userTimeout: timeout)) {
            RetransmitTimer($0, .mainline, fates: Timeline(.lost))
                .prospects(written: Window(at: .zero))
        }.events
        guard let abort = events.last(where: \.kind.isAbort) else { return .seconds(4000) }
        // Where a window straddles the decision, the abort may come one attempt sooner.
        let limit = timeout > 0 ? Duration.milliseconds(timeout) : retriesLimit
        let attempts = events.filter {
            guard case .sent(.retransmission) = $0.kind else { return false }
            return $0.window.latest < abort.window.earliest
        }
        let first = attempts.first?.window.latest ?? .zero
        let sure = attempts.filter { $0.window.latest - first < limit }
        return (sure.last?.window.earliest ?? .zero) - .zero
    }

    // MARK: - A slow consumer

    /// A shut window is ended by TCP_USER_TIMEOUT, silence by heartbeats, and nothing else ends a
    /// connection whose peer answers.
    private func slow(_ pause: Int) -> [Judged] {
        guard let began = trace.entries.first(where: { $0.what == .step })?.at else { return [] }
        // RabbitMQ's client looks up from its work once a ping.
        let ping = Duration.milliseconds(
            cell.backend == .rabbitmq ? cell.traffic.pingMilliseconds : 0)
        let back = Window(
            began + .milliseconds(pause), began + .milliseconds(pause) + ping + late(2))
        let alarms = [
            shutWindow(
                "the proxy gives the shut window up", at: .c1, of: trace.address(of: trace.session),
                timeout: cell.protection.userTimeoutMilliseconds, finding.proxyEnded, back, 2),
            shutWindow(
                "the broker gives the shut window up", at: .broker, of: trace.deadProxyAddress,
                timeout: cell.protection.brokerUserTimeoutMilliseconds, finding.brokerEnded, back,
                cell.backend == .rabbitmq ? 4 : 1),
            silentWorker(back),
        ].compactMap { $0 }
        return alarms.isEmpty
            ? [.check(calm("nothing gives up a slow consumer whose kernel answers"))] : alarms
    }

    /// What is expected of a window that a living peer keeps shut; nil: no end of this kind.
    private func shutWindow(
        _ what: String, at node: FailoverNode, of remote: String?, timeout: Int?, _ end: Moment?,
        _ back: Window, _ programs: Int
    ) -> Judged? {
        guard let timeout, let remote,
            let armed = trace.probing(of: node, to: remote, until: end ?? back.latest)
        else { return nil }
        let rto = trace.rtoJiffies(of: node, to: remote, before: armed.latest, tick: tick)
        let all = (rto ?? usualRTO...usualRTO).flatMap { jiffies in
            ends(
                ProbeTimer(
                    conditions(rto: jiffies, userTimeout: timeout), .mainline,
                    fates: Timeline(.answered)
                ).prospects(armed: armed))
        }
        guard var event = all.first else { return nil }
        event.window = Window(
            all.map(\.window.earliest).min() ?? event.window.earliest,
            all.map(\.window.latest).max() ?? event.window.latest)
        let window = event.window
        guard window.earliest < back.latest else { return nil }
        guard window.latest <= back.earliest else {
            return .open("\(what): it is due at \(window.text), when the consumer reads again")
        }
        return check(what, [event], end, programs: programs).map(Judged.check)
    }

    /// A consumer that is busy sends no heartbeats, where its own thread sends them.
    private func silentWorker(_ back: Window) -> Judged? {
        guard cell.protection.heartbeatMilliseconds != nil else { return nil }
        let end = finding.brokerEnded ?? trace.observation.end
        let heard = trace.brokerWire?.received
        let all = heard ?? trace.words(of: trace.session)
        let words = all.filter { $0 < end }
        // What ended it was the silence before its end; else the longest since the event.
        let silences = zip(words, words.dropFirst() + [end]).filter { $0.1 > .zero }
        let longest = silences.max { $0.1 - $0.0 < $1.1 - $1.0 }?.0
        guard let last = finding.brokerEnded == nil ? longest : words.last else { return nil }
        let quiet =
            heard == nil ? last + .milliseconds(cell.traffic.pingMilliseconds) : last
        guard let event = silence(after: last, until: quiet),
            event.window.earliest < back.latest
        else { return nil }
        let next = all.first { $0 > last }
        if let next, next < event.window.earliest { return nil }
        guard event.window.latest <= back.earliest else {
            return .open(
                "when heartbeats end it: due at \(event.window.text), when the consumer is back")
        }
        return check(
            "the broker misses the busy consumer's heartbeats", [event], finding.brokerEnded,
            programs: heartbeatPrograms, stall: brokerStall
        ).map(Judged.check)
    }
}

extension FailoverEvent.Action {
    /// For how long it stops a consumer's reading, if it does.
    var pauseMilliseconds: Int? {
        switch self {
        case .pauseReading(let milliseconds): milliseconds
        case .moveAddress, .takeAddress, .isolate, .rejoin, .dropResets: nil
        }
    }
}
