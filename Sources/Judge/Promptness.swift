import Behaviours
import Evidence
import KernelTimers
import Wire

/// How late the testbed itself was. The watchdogs run before all other threads: on a machine whose
/// processors are wanted by others they see no stall, while an actor or a scripted peer waits for
/// its turn. What it did then is true, and says nothing about the kernel.
struct Promptness {
    private let observation: Observation
    /// What was performed.
    private let script: Script
    private let trace: FlowTrace?

    /// Half of TCP_RTO_MIN, the shortest interval in any schedule: what comes sooner than that
    /// comes before the next timer fires.
    private static let limit = Duration.milliseconds(100)

    /// What was late, and by how much.
    typealias Lateness = (what: String, by: Duration)

    /// Of an observation, by the script that was performed.
    init(of observation: Observation, _ script: Script) {
        self.observation = observation
        self.script = script
        trace = FlowTrace(observation, CaptureClock(observation))
    }

    /// The first thing that the testbed did too late since the instrument was proved; nil in
    /// virtual time, where nobody else wants the processor.
    var lateness: Lateness? {
        guard observation.time == .real, let proved = observation.step(script.proof)?.end else {
            return nil
        }
        for lane in script.lanes {
            if let late = lateness(of: lane, since: proved) { return late }
        }
        return lateAnswer
    }

    // MARK: - Steps

    private func lateness(of lane: Lane, since proved: Moment) -> Lateness? {
        // Of a control's own steps nothing was taken down: what follows them was due nobody knows
        // when.
        var before: Moment? = .zero
        for step in lane.steps {
            let record = observation.steps.first {
                $0.label == step.label && $0.actor == lane.actor
            }
            let due = before.map { dueMoment(of: step, after: $0) }
            before = record?.end
            guard let record, record.end >= proved else { continue }
            if let due, record.begin - due > Self.limit {
                return ("the \(lane.actor.rawValue) began \"\(step.label)\"", record.begin - due)
            }
            if step.action.isTestbeds, record.end - record.begin > Self.limit {
                let took = record.end - record.begin
                return ("the \(lane.actor.rawValue) was done with \"\(step.label)\"", took)
            }
        }
        return nil
    }

    private func dueMoment(of step: Step, after before: Moment) -> Moment {
        switch step.trigger {
        case .previous: return before
        case .done(let label, let milliseconds):
            guard let done = observation.step(label)?.end else { return observation.end }
            return max(before, done + .milliseconds(milliseconds))
        case .packet(let awaited, let label):
            guard let begun = observation.step(label)?.begin, let trace else { return before }
            let seen =
                switch awaited {
                case .windowShut: trace.windowShut(since: begun)
                case .windowProbe:
                    trace.events(after: begun, until: observation.end)
                        .first { $0.what == .windowProbe }?.window.latest
                }
            return max(before, seen ?? before)
        }
    }

    // MARK: - Answers of a scripted peer

    /// What the scripted peer was to answer, each time from one step of its on.
    private var lateAnswer: Lateness? {
        guard let trace else { return nil }
        var told: [(since: Moment, response: Response?)] = []
        for step in script.lanes.flatMap(\.steps) {
            guard case .respond(let response) = step.action,
                let record = observation.step(step.label)
            else { continue }
            told.append((record.end, response))
        }
        told.sort { $0.since < $1.since }
        for (index, entry) in told.enumerated() {
            guard let response = entry.response else { continue }
            let until = index + 1 < told.count ? told[index + 1].since : observation.end
            let events = trace.events(after: entry.since, until: until)
            if let late = Self.lateAnswer(response, events, until) { return late }
        }
        return nil
    }

    private static func lateAnswer(
        _ response: Response, _ events: [ObservedEvent], _ until: Moment
    ) -> Lateness? {
        let delay = Duration.milliseconds(response.delayMilliseconds)
        var asked: Moment?
        var sent = 0
        func late(at moment: Moment) -> Lateness? {
            guard let asked, sent < response.most, moment - asked - delay > limit else {
                return nil
            }
            return ("the scripted peer answered", moment - asked - delay)
        }
        for event in events {
            if event.what.isOfThePeer {
                if let late = late(at: event.window.latest) { return late }
                if asked != nil { sent += 1 }
                asked = nil
            } else if event.what.wantsAnAnswer, asked == nil {
                asked = event.window.latest
            }
        }
        return late(at: until)
    }
}

extension Action {
    /// Whether the testbed does it by itself: no kernel under test makes it take longer.
    fileprivate var isTestbeds: Bool {
        switch self {
        case .removeAddress, .restoreAddress, .impair, .mend, .dropReceived, .deliverReceived,
            .dropAtListener, .deliverAtListener, .respond, .inject:
            true
        default: false
        }
    }
}

extension ObservedEvent.What {
    fileprivate var isOfThePeer: Bool {
        switch self {
        case .answer, .complaint: true
        default: false
        }
    }

    /// What a scripted peer answers: what takes sequence space, and probes.
    fileprivate var wantsAnAnswer: Bool {
        switch self {
        case .data, .windowProbe, .opening, .finish: true
        default: false
        }
    }
}
