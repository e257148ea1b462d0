internal import Evidence
internal import KernelTimers

extension FailoverTrace {
    func measure(_ finding: inout FailoverFinding) {
        finding.watched = observation.end
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
        finding.calls = calls
    }

    /// What became of calls that were made after the event, or were waiting then. Those whose time
    /// was not over when watching ended had no chance to fail.
    private var calls: FailoverFinding.Calls? {
        guard let patience = cell.traffic.callTimeoutMilliseconds,
            cell.traffic.callMilliseconds != nil
        else { return nil }
        var made: [Int: Moment] = [:]
        var ended: [Int: FailoverEntry] = [:]
        var late = 0
        let last: Moment = observation.end - .milliseconds(patience)
        for entry in entries {
            guard let number = entry.message else { continue }
            switch entry.what {
            case .called where entry.at < last: made[number] = entry.at
            case .answered where entry.at >= .zero, .callTimedOut where entry.at >= .zero:
                if made[number] != nil { ended[number] = entry }
            case .answeredLate where ended[number]?.what == .callTimedOut: late += 1
            default: break
            }
        }
        guard !made.isEmpty else { return nil }
        let failed = ended.filter { $0.value.what == .callTimedOut }.keys.compactMap { made[$0] }
        return FailoverFinding.Calls(
            made: ended.count, timedOut: failed.count, firstTimedOut: failed.min(),
            lastTimedOut: failed.max(), answeredLate: late, timeoutMilliseconds: patience,
            serverEnded: serversEnded)
    }

    /// When the broker knew the last server no more that had learnt that its connection is over.
    private var serversEnded: Moment? {
        let dead = entries.filter { $0.what == .disconnected && $0.who == "server" }
            .compactMap { $0.detail.split(separator: " ").first }
        let ends = dead.compactMap { session in
            entries.first { $0.what == .unsubscribed && $0.detail.hasPrefix("\(session) ") }?.at
        }
        return ends.count == dead.count ? ends.max() : nil
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
        for entry in entries
        where entry.what == .delivered && entry.detail.hasPrefix("worker")
            && entry.at >= .zero && entry.at < end
        {
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
