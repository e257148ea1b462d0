import Evidence
import KernelTimers
import Wire

extension TrialView {
    /// Takes over what was witnessed.
    mutating func witness(_ observation: Observation, _ finding: Finding) {
        script = ScriptText(observation.script).lines
        addCalls(observation, finding)
        addWire(observation, finding)
        addKernel(observation, finding)
        addOptions(observation)
        addCounters(observation)
        sysctls = observation.sysctls.sorted { $0.key < $1.key }
            .map { Pair(name: $0.key, value: $0.value) }
        addSilence(observation, finding)
    }

    // MARK: - The application

    private mutating func addCalls(_ observation: Observation, _ finding: Finding) {
        for step in observation.steps {
            for call in step.calls {
                calls.append(
                    Call(
                        time: Words.seconds(finding.sinceOutage(call.end)),
                        who: step.actor.rawValue, step: step.label, call: call.name,
                        result: Self.result(call)))
            }
        }
    }

    private static func result(_ call: CallRecord) -> String {
        var words: [String] = []
        if call.name == "SO_ERROR" {
            words.append(call.errno?.name ?? "0")
        } else if let errno = call.errno {
            words.append("\(call.result) \(errno.name)")
        } else {
            words.append(String(call.result))
        }
        if let value = call.value { words.append("value \(value)") }
        if let events = call.events {
            words.append(events.isEmpty ? "no events" : events.joined(separator: " "))
        }
        return words.joined(separator: ", ")
    }

    // MARK: - The wire

    private mutating func addWire(_ observation: Observation, _ finding: Finding) {
        if let flow = observation.flow {
            wire.append(Pair(name: "connection", value: "\(flow.subject) → \(flow.peer)"))
        }
        for capture in observation.captures {
            wire.append(
                Pair(
                    name: "\(capture.actor.rawValue):\(capture.interface)",
                    value: "\(Words.count(capture.packets.count, "packet")), "
                        + "\(capture.beforeImpairment) before the impairment, "
                        + "\(capture.dropped) dropped by the capture"))
        }
        let sent = finding.comparisons.count { $0.observed?.source.contains("frame") ?? false }
        if finding.outageBegan != nil {
            wire.append(Pair(name: "since the outage", value: "\(sent) of the schedule seen"))
        }
    }

    // MARK: - The kernel

    private mutating func addKernel(_ observation: Observation, _ finding: Finding) {
        if let sample = observation.samples.first(where: { $0.state == "ESTABLISHED" }) {
            kernel.append(
                Pair(
                    name: "RTO at rest",
                    value: "\(Self.milliseconds(sample.rtoMicroseconds)) "
                        + "(srtt \(Self.milliseconds(sample.rttMicroseconds)), rttvar "
                        + "\(Self.milliseconds(sample.rttVariationMicroseconds)))"))
        }
        let alive = observation.samples.filter { $0.state == "ESTABLISHED" }
        if let most = alive.map(\.retransmits).max(), most > 0 {
            kernel.append(Pair(name: "retransmits without progress", value: "up to \(most)"))
        }
        if let most = alive.map(\.probes).max(), most > 0 {
            kernel.append(Pair(name: "probes unanswered", value: "up to \(most)"))
        }
        if let most = alive.map(\.backoff).max(), most > 0 {
            kernel.append(Pair(name: "backoff", value: "up to \(most) doublings"))
        }
        let timers = alive.compactMap(\.timer?.rawValue)
        if !timers.isEmpty {
            var distinct: [String] = []
            for timer in timers where !distinct.contains(timer) { distinct.append(timer) }
            kernel.append(Pair(name: "timer in /proc", value: distinct.joined(separator: ", ")))
        }
        if let last = observation.samples.last {
            kernel.append(
                Pair(
                    name: "last state",
                    value: "\(last.state) from "
                        + "\(Words.seconds(finding.sinceOutage(last.first.earliest))) s"))
        }
        kernel.append(Pair(name: "HZ measured", value: String(observation.hz)))
    }

    private static func milliseconds(_ microseconds: Int) -> String {
        guard microseconds >= 1000 else { return "\(microseconds) µs" }
        // As many digits as say something; a thousandth of a millisecond is scaled to a nanosecond.
        let digits = microseconds % 1000 == 0 ? 0 : 3
        return Duration.fixed(Int64(microseconds) * 1_000_000, digits: digits) + " ms"
    }

    // MARK: - Options

    private mutating func addOptions(_ observation: Observation) {
        for (step, record) in observation.performedSteps {
            guard case .getOption(let option, let socket) = step.step.action else { continue }
            let call = record.calls.last
            let value =
                call?.value.map(String.init) ?? call?.errno?.name ?? "not read"
            options.append(
                Pair(name: option.rawValue, value: "\(value), \(socket.rawValue)"))
        }
    }

    // MARK: - Counters

    private mutating func addCounters(_ observation: Observation) {
        let pair = observation.counters
        let names = Set(pair.before.keys).union(pair.after.keys).sorted()
        let modelled = Set(CounterPair.modelled)
        for name in names {
            let (before, after) = (pair.before[name], pair.after[name])
            let change = (after ?? 0) &- (before ?? 0)
            guard change != 0 else {
                if modelled.contains(name) { unchanged.append(name) }
                continue
            }
            counters.append(
                Counter(
                    name: name, before: before.map(String.init) ?? "–",
                    after: after.map(String.init) ?? "–",
                    change: change > 0 ? "+\(change)" : String(change),
                    isModelled: modelled.contains(name)))
        }
        counters.sort { ($0.isModelled ? 0 : 1, $0.name) < ($1.isModelled ? 0 : 1, $1.name) }
    }

    // MARK: - Silence

    /// Why nothing on the wire proves something, where attempts are expected that leave nothing
    /// there.
    private mutating func addSilence(_ observation: Observation, _ finding: Finding) {
        let failed = finding.comparisons.filter {
            if case .failedToSend = $0.expected.kind { true } else { false }
        }
        guard !failed.isEmpty else { return }
        let seen = failed.count { $0.observed != nil }
        silence.append(
            "\(Words.count(failed.count, "attempt")) to send had to fail inside the kernel and "
                + "leave nothing on the wire.")
        if let capture = observation.captures.first(where: { $0.actor == .subject }) {
            silence.append(
                "The capture would have seen them: on \(capture.interface) it had taken "
                    + "\(Words.count(capture.beforeImpairment, "packet")) before the impairment, "
                    + "and it dropped \(capture.dropped).")
        }
        var proofs: [String] = []
        if seen > 0 {
            proofs.append("TCP_INFO showed \(seen) of them as they were counted")
        }
        for name in ["Ip.OutNoRoutes", "TcpExt.TCPRetransFail", "TcpExt.TCPTimeouts"] {
            if let increase = observation.counters.increase(of: name), increase > 0 {
                proofs.append("\(name) went up by \(increase)")
            }
        }
        if proofs.isEmpty {
            silence.append("No counter of the kernel’s shows that it tried.")
        } else {
            silence.append(
                "That it tried, the kernel says itself: \(proofs.joined(separator: "; ")).")
        }
    }
}
