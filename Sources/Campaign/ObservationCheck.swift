import Evidence
import KernelTimers

/// Bounds within which an observation of any origin can be reckoned with.
///
/// The judge adds, subtracts and counts; an observation that someone edited must not make it
/// overflow, or expect a billion probes. Each bound is the kernel's own type where there is one.
enum ObservationCheck {
    /// A clock's reading, nanoseconds: until 2096, so that two of them can be added, and a packet's
    /// stamp brought to the trial's clock, which subtracts two.
    private static let clock = 0...Int64(4_000_000_000_000_000_000)
    /// A moment of the trial.
    private static let moment = -clock.upperBound...clock.upperBound

    /// What is out of bounds, in a few words; nil if nothing is.
    static func fault(of observation: Observation) -> String? {
        guard observation.format == Observation.currentFormat else {
            return "format \(observation.format) is unknown, this program knows format "
                + "\(Observation.currentFormat)"
        }
        if let fault = fault(of: observation.trial.parameters) { return fault }
        guard TickRate(hz: observation.hz) != nil else {
            return "HZ = \(observation.hz) is out of range"
        }
        guard (1...10_000).contains(observation.attempt) else {
            return "attempt \(observation.attempt) is out of range"
        }
        guard moments(of: observation).allSatisfy(moment.contains),
            readings(of: observation).allSatisfy(clock.contains)
        else { return "a time is out of range" }
        let stamps = observation.captures.flatMap(\.packets).map(\.realtimeNanoseconds)
        guard stamps.allSatisfy(clock.contains) else {
            return "a packet's time is out of range"
        }
        guard observation.samples.allSatisfy(isPossible) else {
            return "a sample of the kernel's state is out of range"
        }
        guard counters(of: observation).allSatisfy({ (0...Int64.max).contains($0) }) else {
            return "a counter is out of range"
        }
        return isPossible(observation.script) ? nil : "a number of the script is out of range"
    }

    /// What of a trial's values no kernel takes; nil if nothing.
    static func fault(of parameters: Parameters) -> String? {
        guard (0...Int(Int32.max)).contains(parameters.userTimeoutMilliseconds) else {
            return "T = \(parameters.userTimeoutMilliseconds) ms is out of range"
        }
        guard (0...255).contains(parameters.retries2 ?? 0) else {
            return "tcp_retries2 = \(parameters.retries2 ?? 0) is out of range"
        }
        for (name, value) in parameters.sortedSettings
        where !(0...Int(Int32.max)).contains(value) {
            return "\(name) = \(value) is out of range"
        }
        return nil
    }

    private static func readings(of observation: Observation) -> [Int64] {
        observation.clocks.flatMap { [$0.monotonicBefore, $0.realtime, $0.monotonicAfter] }
            + [observation.zeroMonotonicNanoseconds]
    }

    private static func moments(of observation: Observation) -> [Int64] {
        var times = [observation.end.nanoseconds, observation.longestGapNanoseconds]
        for step in observation.steps {
            times += [step.begin.nanoseconds, step.end.nanoseconds]
            for call in step.calls {
                times += [call.begin.nanoseconds, call.end.nanoseconds]
                times.append(call.queuedNanoseconds ?? 0)
            }
        }
        if let read = observation.counters.beforeRead {
            times += [read.earliest.nanoseconds, read.latest.nanoseconds]
        }
        for sample in observation.samples {
            times += [sample.first, sample.last].flatMap {
                [$0.earliest.nanoseconds, $0.latest.nanoseconds]
            }
        }
        for stall in observation.stalls {
            times += [stall.from.nanoseconds, stall.until.nanoseconds]
        }
        return times
    }

    /// `struct tcp_info` has eight bits for the first three and 32 for the others.
    private static func isPossible(_ sample: KernelSample) -> Bool {
        [sample.retransmits, sample.probes, sample.backoff].allSatisfy { (0...255).contains($0) }
            && [
                sample.rtoMicroseconds, sample.rttMicroseconds, sample.rttVariationMicroseconds,
                sample.unacked, sample.notSentBytes ?? 0, sample.totalRetransmissions,
            ].allSatisfy { (0...Int(UInt32.max)).contains($0) }
    }

    private static func counters(of observation: Observation) -> [Int64] {
        Array(observation.counters.before.values) + Array(observation.counters.after.values)
    }

    /// Times and sizes of a script are C ints.
    private static func isPossible(_ script: Script) -> Bool {
        script.lanes.flatMap(\.steps).allSatisfy { step in
            numbers(of: step).allSatisfy { (Int(Int32.min)...Int(Int32.max)).contains($0) }
        }
    }

    private static func numbers(of response: Response) -> [Int] {
        switch response.kind {
        case .acknowledgement(_, let window):
            [response.delayMilliseconds, response.most, window]
        case .icmp(let type, let code), .strayICMP(let type, let code):
            [response.delayMilliseconds, response.most, type, code]
        }
    }

    private static func numbers(of step: Step) -> [Int] {
        var numbers = [step.deadlineMilliseconds]
        switch step.trigger {
        case .done(_, let milliseconds): numbers.append(milliseconds)
        case .previous, .packet: break
        }
        switch step.action {
        case .listen(let bytes): numbers.append(bytes ?? 0)
        case .send(let bytes), .receive(let bytes), .fill(let bytes), .dropLarge(let bytes),
            .limitOrphans(let bytes):
            numbers.append(bytes)
        // SO_LINGER's eight bytes are two numbers.
        case .setOption(.linger, _, let value, let length):
            numbers += [value & 0xffff_ffff, value >> 32, length]
        case .setOption(_, _, let value, let length): numbers += [value, length]
        case .awaitError(_, let milliseconds), .awaitVanishing(let milliseconds),
            .watch(let milliseconds), .limitRTO(let milliseconds):
            numbers.append(milliseconds)
        case .rehearse, .open, .startConnect, .dropAtListener, .deliverAtListener, .close,
            .closeLingering, .encrypt, .shutdownWriting, .connect, .accept, .awaitAcknowledged,
            .awaitReadable, .getOption, .dropReceived, .deliverReceived, .removeAddress,
            .restoreAddress, .makeAddressPrimary,
            .inspectTimer, .call, .impair, .mend:
            break
        case .respond(let response): response.map { numbers += Self.numbers(of: $0) }
        case .inject(let response): numbers += Self.numbers(of: response)
        }
        return numbers
    }
}
