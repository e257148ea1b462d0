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

    private var cell: FailoverCell { trace.observation.cell }

    var checks: [FailoverFinding.Check] {
        [clientCheck, proxyCheck, brokerCheck, livingCheck].compactMap { $0 }
    }

    /// Whether the address moved away in order, once, for good.
    private var movedForGood: Bool {
        let moves = cell.event.steps.filter {
            if case .moveAddress = $0.action { true } else { false }
        }
        return moves.count == 1
    }

    private var dropsResets: Bool {
        cell.event.steps.contains {
            if case .dropResets = $0.action { true } else { false }
        }
    }

    private var isAnnounced: Bool {
        cell.event.steps.contains {
            if case .moveAddress(_, _, let announced) = $0.action { announced } else { false }
        }
    }

    /// The client's next write meets the new owner, who knows no such connection: RST (RFC 9293,
    /// 3.10.7.1), ECONNRESET.
    private var clientCheck: FailoverFinding.Check? {
        guard trace.removed(from: .c1) != nil, isAnnounced, !dropsResets else { return nil }
        let end = finding.worker
        return .init(
            what: "the consumer's next write meets a reset",
            expected: "ECONNRESET",
            observed: end.map { "\($0.call) \($0.error) after \(seconds($0.at))" } ?? "nothing",
            isMet: end?.error == "ECONNRESET")
    }

    /// The proxy's connection to a client whose address is gone from under it.
    private var proxyCheck: FailoverFinding.Check? {
        guard movedForGood, let removed = trace.removed(from: .c1),
            !cell.protection.killsSocketsOnDemotion, cell.protection.heartbeatMilliseconds == nil
        else { return nil }
        let what = "the proxy ends the dead connection"
        guard let last = trace.firstDelivery(after: removed) else {
            return .init(
                what: what, expected: "a message to the dead consumer", observed: "none was given",
                isMet: false)
        }
        let rto = trace.deadAddress.flatMap {
            trace.rtoJiffies(of: .c1, to: $0, before: last, tick: tick)
        }
        // When keepalived takes the address away is only looked at now and then: what was given
        // since the step may have been the first that could not be sent.
        let sooner = cell.mover == .lab ? [] : trace.deliveries(from: .zero, until: removed)
        let timer = trace.timer(of: .c1, after: removed)
        var candidates =
            timer == .retransmission
            ? []
            : (sooner + [last]).flatMap { written in
                windows(rto) {
                    ProbeTimer($0, .mainline, fates: Timeline(.unroutable))
                        .prospects(unsent: Window(at: written))
                }
            }
        if timer != .probe, let flying = trace.lastDelivery(before: removed) {
            // In flight when the address went: unacknowledged, so the retransmission timer runs.
            candidates += windows(rto) {
                RetransmitTimer($0, .mainline, fates: Timeline(.unroutable))
                    .prospects(written: Window(at: flying))
            }
        }
        return check(what, candidates, finding.proxyEnded)
    }

    /// The broker's connection to a controller that lost its power.
    private var brokerCheck: FailoverFinding.Check? {
        guard let isolated = trace.isolated(.c1), !cell.event.consumerLives,
            cell.protection.heartbeatMilliseconds == nil, cell.backend == .simple,
            let written = trace.firstUnacknowledged ?? trace.firstDelivery(after: isolated)
        else { return nil }
        let rto = trace.deadProxyAddress.flatMap {
            trace.rtoJiffies(of: .broker, to: $0, before: written, tick: tick)
        }
        let timeout = cell.protection.brokerUserTimeoutMilliseconds ?? 0
        // Of a stream the tail loss probe repeats the last message, and the RTO keeps its time; of
        // a lone message it repeats that, and the RTO starts again (`tcp_rearm_rto`).
        let candidates = [TailLossProbe.untilRTO, .none].flatMap { probe in
            windows(rto, userTimeout: timeout) {
                RetransmitTimer(
                    $0, KernelRules.mainline.with { $0.tailLossProbe = probe },
                    fates: Timeline(.lost)
                ).prospects(written: Window(at: written))
            }
        }
        return check("the broker ends the dead connection", candidates, finding.brokerEnded)
    }

    /// A blip must not end anything that still tries after it. With tcp_retries2=3 that depends on
    /// the RTO: the connection may end at the fourth, 3 s after the first, and the third may come
    /// before the blip is over. Nothing is expected then.
    private var livingCheck: FailoverFinding.Check? {
        guard cell.event.id == "blip", let alarm = finding.falseAlarm,
            survivedOutage >= .milliseconds(cell.event.steps.last?.atMilliseconds ?? 0)
        else { return nil }
        return .init(
            what: "a blip of 2 s ends nothing", expected: "no false alarm",
            observed: alarm ? "the connection was ended" : "no false alarm", isMet: !alarm)
    }

    /// `tcp_model_timeout` of the cell's tcp_retries2.
    private var conditionsLimit: Duration {
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
            (usual...most).map { jiffies -> Duration in
                let events = schedule(jiffies, userTimeout: timeout) {
                    RetransmitTimer($0, .mainline, fates: Timeline(.lost))
                        .prospects(written: Window(at: .zero))
                }.events
                guard let abort = events.last(where: \.kind.isAbort) else { return .seconds(4000) }
                // Where a window straddles the decision, the abort may come one attempt sooner.
                let limit =
                    timeout > 0
                    ? Duration.milliseconds(timeout)
                    : conditionsLimit
                let attempts = events.filter {
                    guard case .sent(.retransmission) = $0.kind else { return false }
                    return $0.window.latest < abort.window.earliest
                }
                let first = attempts.first?.window.latest ?? .zero
                let sure = attempts.filter { $0.window.latest - first < limit }
                return (sure.last?.window.earliest ?? .zero) - .zero
            }
        }
        return survived.min() ?? .zero
    }

    // MARK: - Windows

    private var tick: TickRate { TickRate(hz: trace.observation.hz) ?? .hz250 }

    /// The model's abort, for each RTO that the connection may have had, as one window.
    /// Where nobody saw it, it is that of a link between namespaces, whose round trip is short.
    private func windows(
        _ rto: ClosedRange<Int>?, userTimeout: Int? = nil, _ roots: (Conditions) -> [Prospect]
    ) -> [Expected] {
        let usual = Conditions.rtoJiffies(
            smoothedRTT: .microseconds(500), variation: .zero, tick: tick)
        let timeout = userTimeout ?? cell.protection.userTimeoutMilliseconds ?? 0
        let aborts = (rto ?? usual...usual).compactMap {
            schedule($0, userTimeout: timeout, roots).abort
        }
        guard var whole = aborts.last else { return [] }
        whole.window = Window(
            aborts.map(\.window.earliest).min() ?? whole.window.earliest,
            aborts.map(\.window.latest).max() ?? whole.window.latest)
        return [whole]
    }

    private func schedule(
        _ rtoJiffies: Int, userTimeout: Int, _ roots: (Conditions) -> [Prospect]
    ) -> Schedule {
        let conditions = Conditions(
            tick: tick, rtoJiffies: rtoJiffies, smoothedRTT: .microseconds(500),
            retries2: cell.protection.retries2, userTimeoutMilliseconds: Timeline(userTimeout),
            processors: trace.observation.processors)
        return Schedule(
            predicting: roots(conditions), horizon: Moment(nanoseconds: 4_000_000_000_000))
    }

    /// Whether something happened in one of some windows. Programs notice late by as much as the
    /// machine let them wait, which the laboratory measured on a thread of its own.
    private func check(
        _ what: String, _ candidates: [Expected], _ seen: Moment?
    ) -> FailoverFinding.Check? {
        guard var best = candidates.first else { return nil }
        let lateness = Duration.nanoseconds(trace.observation.latenessNanoseconds)
        if let seen {
            best = candidates.first { contains($0.window, seen, lateness) } ?? best
        }
        let isOver = trace.observation.end < best.window.latest + lateness
        guard seen != nil || !isOver else { return nil }
        return .init(
            what: what, expected: best.window.text,
            observed: seen.map { seconds($0) } ?? "not before \(seconds(trace.observation.end))",
            isMet: seen.map { contains(best.window, $0, lateness) } ?? false,
            window: Window(best.window.earliest, best.window.latest + lateness),
            derivation: best.derivation)
    }

    private func contains(_ window: Window, _ moment: Moment, _ lateness: Duration) -> Bool {
        moment >= window.earliest && moment <= window.latest + lateness
    }

    private func seconds(_ moment: Moment) -> String {
        Duration.fixed(moment.nanoseconds, digits: 3) + " s"
    }
}
