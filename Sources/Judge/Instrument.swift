import Behaviours
import Evidence
import KernelTimers
import Wire

/// Proves the instrument before its silence is trusted.
enum Instrument {
    /// Why an observation is no evidence; nil where it is.
    static func objection(to observation: Observation, _ behaviour: Behaviour) -> Verdict? {
        if observation.format != Observation.currentFormat {
            return .inconclusive(
                cause: "the observation has format \(observation.format), this judge reads "
                    + "\(Observation.currentFormat)")
        }
        if let failure = observation.failure {
            switch failure.kind {
            case .notApplicable: return .notApplicable(reason: failure.reason)
            case .testbed: return .inconclusive(cause: failure.reason)
            }
        }
        if TickRate(hz: observation.hz) == nil {
            return .inconclusive(
                cause: "a tick rate of \(observation.hz) Hz is none that Linux has")
        }
        let cause =
            missingStep(observation) ?? captureObjection(observation)
            ?? clockObjection(observation) ?? arrivalObjection(observation, behaviour)
        return cause.map { .inconclusive(cause: $0) }
    }

    private static func missingStep(_ observation: Observation) -> String? {
        for lane in observation.script.lanes {
            for step in lane.steps
            where !observation.steps.contains(where: {
                $0.label == step.label && $0.actor == lane.actor
            }) {
                return "the step \"\(step.label)\" of the \(lane.actor.rawValue) was not performed"
            }
        }
        return nil
    }

    private static func captureObjection(_ observation: Observation) -> String? {
        guard observation.captures.contains(where: { $0.actor == .subject }) else {
            return "there is no capture at the subject's interface"
        }
        for capture in observation.captures {
            let name = "\(capture.actor.rawValue):\(capture.interface)"
            if capture.dropped > 0 {
                return "the capture on \(name) dropped \(capture.dropped) packets"
            }
            if capture.beforeImpairment == 0 {
                return "the capture on \(name) saw nothing before the impairment: it proves nothing"
            }
        }
        return nil
    }

    /// The two clocks must have kept their distance: otherwise somebody set the time of day, and
    /// packets cannot be placed. Allowed is what the pairs' own brackets leave open, and a jiffy.
    private static func clockObjection(_ observation: Observation) -> String? {
        guard let first = observation.clocks.first, let last = observation.clocks.last,
            observation.clocks.count >= 2
        else { return "the clocks were not compared before and after the trial" }
        let drift = abs(last.offset - first.offset)
        let open = [first, last].map { ($0.monotonicAfter - $0.monotonicBefore) / 2 }.reduce(0, +)
        let allowed = open + 1_000_000_000 / Int64(max(1, observation.hz))
        guard drift > allowed else { return nil }
        return "the time of day was set during the trial, by \(drift / 1000) µs"
    }

    /// Between namespaces, what left the subject must have arrived at the peer's interface: if it
    /// did not, the testbed lost it, and the kernel is not to blame.
    private static func arrivalObjection(
        _ observation: Observation, _ behaviour: Behaviour
    ) -> String? {
        guard observation.script.link == .veth, let flow = observation.flow,
            let peer = observation.captures.first(where: { $0.actor == .peer }),
            let subject = observation.captures.first(where: { $0.actor == .subject })
        else { return nil }
        // A packet in the last jiffy may be on its way when watching ends.
        let clock = CaptureClock(observation)
        let jiffy = Duration.nanoseconds(1_000_000_000 / Int64(max(1, observation.hz)))
        let left = sent(subject, flow, clock, until: observation.end - jiffy)
        let leftInAll = sent(subject, flow, clock, until: observation.end)
        let arrived = sent(peer, flow, clock, until: observation.end)
        guard arrived < left || arrived > leftInAll else { return nil }
        return "\(left) packets left the subject and \(arrived) arrived at the peer's interface"
    }

    private static func sent(
        _ capture: Capture, _ flow: Flow, _ clock: CaptureClock, until end: Moment
    ) -> Int {
        let type = LinkType(rawValue: UInt16(clamping: capture.linkType))
        return capture.packets.count { record in
            guard clock.moment(realtimeNanoseconds: record.realtimeNanoseconds) <= end,
                let packet = try? Packet(linkType: type, bytes: record.bytes),
                case .segment(_, .fromSubject) = flow.relation(to: packet)
            else { return false }
            return true
        }
    }
}
