public import Evidence
internal import KernelTimers

/// Concludes what happened in a cell of the failover laboratory.
public enum FailoverJudge {
    /// Later than this a message is delayed.
    static let promptNanoseconds: Int64 = 1_000_000_000

    /// The finding of an observation.
    public static func judge(_ observation: FailoverObservation) -> FailoverFinding {
        let cell = observation.cell
        if let reason = observation.notApplicable {
            return FailoverFinding(cell, verdict: .notApplicable(reason: reason))
        }
        if let cause = observation.failure {
            return FailoverFinding(cell, verdict: .inconclusive(cause: cause))
        }
        let trace = FailoverTrace(observation)
        var finding = FailoverFinding(cell, verdict: .conforms)
        trace.measure(&finding)
        if let cause = trace.instrumentFault {
            finding.verdict = .inconclusive(cause: cause)
            return finding
        }
        finding.checks = FailoverExpectations(trace, finding).checks
        if finding.checks.contains(where: { !$0.isMet }) { finding.verdict = .deviates }
        if finding.checks.isEmpty { finding.isOnlyMeasured = true }
        return finding
    }
}

/// An observation, read.
struct FailoverTrace {
    let observation: FailoverObservation
    /// The consumer whose connection the event makes a dead one.
    let session = "worker-1"

    init(_ observation: FailoverObservation) { self.observation = observation }

    var entries: [FailoverEntry] { observation.entries }

    /// The dead connection's address at the clients.
    var deadAddress: String? {
        entries.first { $0.what == .connected && $0.detail.hasPrefix("\(session) ") }?
            .detail.split(separator: " ").last.map(String.init)
    }

    /// When a node lost the virtual address for the first time.
    func removed(from node: FailoverNode) -> Moment? {
        entries.first {
            $0.what == .addressRemoved && $0.who == node.rawValue && $0.at >= .zero
        }?.at
    }

    /// When the event isolated a node, if it did.
    func isolated(_ node: FailoverNode) -> Moment? {
        let words = FailoverEvent.Action.isolate(node).description
        return entries.first { $0.what == .step && $0.detail == words }?.at
    }

    /// When the proxy on the first controller ended the dead connection.
    var proxyEnd: Moment? {
        guard let address = deadAddress else { return nil }
        return entries.first {
            $0.what == .proxyEnded && $0.who == "c1.haproxy"
                && $0.detail.contains("client=\(address) ")
        }?.at
    }

    /// When the broker no longer knew the dead consumer, and why.
    var brokerEnd: (at: Moment, reason: String)? {
        entries.first { $0.what == .unsubscribed && $0.detail.hasPrefix("\(session) ") }
            .map { ($0.at, String($0.detail.dropFirst(session.count + 1))) }
    }

    /// The first message that the broker gave to the dead consumer at some moment or later.
    ///
    /// RabbitMQ does not say to whom it gives what. But what it takes back it marks, and what is
    /// published it gives away within moments.
    func firstDelivery(after moment: Moment) -> Moment? {
        if observation.cell.backend == .rabbitmq {
            let late = takenBack
            return entries.first {
                $0.what == .published && $0.at >= moment && $0.message.map(late.contains) == true
            }?.at
        }
        return entries.first { $0.what == .delivered && $0.detail == session && $0.at >= moment }?
            .at
    }

    /// When messages were given to the dead consumer in some time.
    func deliveries(from first: Moment, until last: Moment) -> [Moment] {
        entries.filter {
            $0.what == .delivered && $0.detail == session && $0.at >= first && $0.at < last
        }.map(\.at)
    }

    /// The messages that were given to somebody in vain, as far as RabbitMQ's mark tells, or that
    /// came to nobody.
    var takenBack: Set<Int> {
        var firstComing: [Int: Bool] = [:]
        var published: Set<Int> = []
        for entry in entries {
            guard let number = entry.message else { continue }
            if entry.what == .published { published.insert(number) }
            if entry.what == .received, firstComing[number] == nil {
                firstComing[number] = entry.detail.hasSuffix(" redelivered")
            }
        }
        return published.filter { firstComing[$0] ?? true }
    }

    /// The last message before a moment.
    func lastDelivery(before moment: Moment) -> Moment? {
        entries.last { $0.what == .delivered && $0.detail == session && $0.at < moment }?.at
    }

    /// The RTO of a connection in jiffies, as far as /proc told it last before a moment: it counts
    /// in ticks of 10 ms, rounded down.
    func rtoJiffies(
        of who: FailoverNode, to remote: String, before moment: Moment, tick: TickRate
    ) -> ClosedRange<Int>? {
        let entry = entries.last {
            $0.what == .socket && $0.who == who.rawValue && $0.at <= moment
                && $0.detail.split(separator: " ").dropFirst().first.map(String.init) == remote
                && $0.detail.contains(" rto:")
        }
        guard let word = entry?.detail.split(separator: " ").last, word.hasPrefix("rto:"),
            let ticks = Int(word.dropFirst(4)), (1...12_000).contains(ticks)
        else { return nil }
        let least = tick.jiffies(covering: .milliseconds(ticks * 10))
        let most = tick.jiffies(covering: .milliseconds((ticks + 1) * 10))
        return least...max(least, most)
    }

    /// Which of a connection's timers ran.
    enum Timer { case retransmission, probe }

    /// Which timer of the dead connection ran first after a moment, as far as anybody looked: data
    /// in flight leave the one for retransmissions running, data never sent the one for probes.
    func timer(of who: FailoverNode, after moment: Moment) -> Timer? {
        guard let remote = deadAddress else { return nil }
        for entry in entries where entry.what == .socket && entry.who == who.rawValue {
            guard entry.at > moment, entry.detail.contains(" \(remote) ") else { continue }
            if entry.detail.contains("timer:persist") { return .probe }
            if entry.detail.contains("timer:on"), entry.detail.contains("retransmits:") {
                return .retransmission
            }
        }
        return nil
    }

    /// The dead connection's address as the broker knows it: the proxy's.
    var deadProxyAddress: String? {
        let entry = entries.first {
            $0.what == .subscribed && $0.detail.hasPrefix("\(session) ")
        }
        return entry?.detail.split(separator: " ").last.map(String.init)
    }

    /// When the broker gave the dead consumer the first message that it took back in the end: what
    /// was given before was acknowledged.
    var firstUnacknowledged: Moment? {
        let back = Set(
            entries.filter { $0.what == .requeued && $0.detail == session }.compactMap(\.message))
        return entries.first {
            $0.what == .delivered && $0.detail == session
                && $0.message.map(back.contains) == true
        }?.at
    }

    /// What is wrong with the instrument, if anything.
    var instrumentFault: String? {
        guard entries.contains(where: { $0.what == .received && $0.at < .zero }) else {
            return "no message arrived before the event"
        }
        if let capture = observation.captures.first(where: { $0.dropped > 0 }) {
            return "the capture at \(capture.node.rawValue) lost \(capture.dropped) packets"
        }
        guard observation.captures.allSatisfy({ $0.count > 0 }) else {
            return "a capture saw nothing before the event"
        }
        return nil
    }

    func measure(_ finding: inout FailoverFinding) {
        // What a node does that is cut off for good is nobody's business.
        let isGone = isolated(.c1) != nil && !observation.cell.event.consumerLives
        finding.proxyEnded = isGone ? nil : proxyEnd
        finding.brokerEnded = brokerEnd?.at
        finding.brokerReason = brokerEnd?.reason
        finding.worker = clientEnd("worker")
        finding.idle = clientEnd("idle")
        finding.backAt =
            entries.first {
                $0.what == .subscribed && $0.at > .zero && $0.detail.hasPrefix("worker-")
            }?.at
        if observation.cell.event.consumerLives {
            finding.falseAlarm =
                proxyEnd != nil || brokerEnd != nil
                || finding.worker != nil
        }
        measureMessages(&finding)
    }

    private func measureMessages(_ finding: inout FailoverFinding) {
        var published: [Int: Moment] = [:]
        var received: [Int: [FailoverEntry]] = [:]
        for entry in entries {
            guard let number = entry.message else { continue }
            switch entry.what {
            case .published: published[number] = published[number] ?? entry.at
            case .received: received[number, default: []].append(entry)
            default: break
            }
        }
        // What was published in the last second had no chance.
        let end = observation.end - .seconds(1)
        let counted = published.keys.filter { (published[$0] ?? .zero) < end }
        finding.messages = counted.count
        finding.lost = counted.count { received[$0] == nil }
        finding.twice = counted.count { (received[$0]?.count ?? 0) > 1 }
        for number in counted {
            guard let sent = published[number], let came = received[number]?.first?.at else {
                continue
            }
            let delay = (came - sent).wholeNanoseconds
            finding.longestDelayNanoseconds = max(finding.longestDelayNanoseconds, delay)
            if delay > FailoverJudge.promptNanoseconds { finding.delayed += 1 }
        }
        if observation.cell.backend == .rabbitmq {
            let sent = takenBack.filter { published[$0].map { $0 >= .zero && $0 < end } ?? false }
            finding.toTheDead = sent.count
        }
        for entry in entries where entry.what == .delivered && entry.at >= .zero && entry.at < end {
            guard let number = entry.message else { continue }
            let came = received[number]?.contains { $0.detail == entry.detail } ?? false
            if !came { finding.toTheDead += 1 }
        }
    }

    private func clientEnd(_ role: String) -> FailoverFinding.ClientEnd? {
        let entry = entries.first { $0.what == .disconnected && $0.who == role && $0.at >= .zero }
        guard let entry else { return nil }
        let words = entry.detail.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3 else { return nil }
        let write = entries.last {
            $0.what == .wrote && $0.who == role && $0.at <= entry.at
        }
        return FailoverFinding.ClientEnd(
            at: entry.at, call: words[1], error: words[2] == "errno 0" ? "end of file" : words[2],
            sinceWriteNanoseconds: write.map { (entry.at - $0.at).wholeNanoseconds })
    }
}
