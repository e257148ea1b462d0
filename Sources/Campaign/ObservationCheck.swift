import Evidence
import KernelTimers

/// Bounds within which an observation of any origin can be reckoned with.
///
/// The judge adds and subtracts times; an observation that someone edited must not make it
/// overflow. Two hundred years either way are enough for any clock.
enum ObservationCheck {
    private static let farthest: Int64 = 6_307_200_000_000_000_000

    /// What is out of bounds, in a few words; nil if nothing is.
    static func fault(of observation: Observation) -> String? {
        guard observation.format == Observation.currentFormat else {
            return "format \(observation.format) is unknown, this program knows format "
                + "\(Observation.currentFormat)"
        }
        let parameters = observation.trial.parameters
        guard (0...Int(Int32.max)).contains(parameters.userTimeoutMilliseconds) else {
            return "T = \(parameters.userTimeoutMilliseconds) ms is out of range"
        }
        guard (0...255).contains(parameters.retries2 ?? 0) else {
            return "tcp_retries2 = \(parameters.retries2 ?? 0) is out of range"
        }
        guard TickRate(hz: observation.hz) != nil else {
            return "HZ = \(observation.hz) is out of range"
        }
        guard (1...100).contains(observation.attempt) else {
            return "attempt \(observation.attempt) is out of range"
        }
        return times(of: observation).contains { $0.magnitude > farthest.magnitude }
            ? "a time is out of range" : negativeTime(in: observation)
    }

    private static func times(of observation: Observation) -> [Int64] {
        var times = [observation.zeroMonotonicNanoseconds, observation.end.nanoseconds]
        for pair in observation.clocks {
            times += [pair.monotonicBefore, pair.realtime, pair.monotonicAfter]
        }
        for step in observation.steps {
            times += [step.begin.nanoseconds, step.end.nanoseconds]
            for call in step.calls {
                times += [call.begin.nanoseconds, call.end.nanoseconds]
                times.append(call.queuedNanoseconds ?? 0)
            }
        }
        for sample in observation.samples {
            times += [sample.first, sample.last].flatMap {
                [$0.earliest.nanoseconds, $0.latest.nanoseconds]
            }
        }
        for stall in observation.stalls {
            times += [stall.from.nanoseconds, stall.until.nanoseconds]
        }
        for capture in observation.captures {
            times += capture.packets.map(\.realtimeNanoseconds)
        }
        return times
    }

    private static func negativeTime(in observation: Observation) -> String? {
        for capture in observation.captures {
            if capture.packets.contains(where: { $0.realtimeNanoseconds < 0 }) {
                return "a packet was captured before 1970"
            }
        }
        return nil
    }
}
