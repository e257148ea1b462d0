public import Behaviours
public import Evidence
import Judge
public import Reporting
import Synchronization

/// The behaviours' controls, performed for real: the stimulus is altered after the script was
/// written down, and the judge, who knows nothing of it, must find exactly what the control names.
public struct LiveControls: Sendable {
    /// Whose controls.
    public var behaviours: [Behaviour]
    /// Who performs them.
    public var performer: any Performer

    /// The controls of these behaviours.
    public init(_ behaviours: [Behaviour], performer: any Performer) {
        self.behaviours = behaviours
        self.performer = performer
    }

    /// What came of one control.
    public struct Outcome: Sendable {
        /// Whose control.
        public var behaviour: String
        /// Its name.
        public var control: String
        /// With which values.
        public var parameters: Parameters
        /// What must part, and what came instead where something did.
        public var words: String
        /// Whether the judge found what it must, nothing, or nothing can be said.
        public var result: Result

        /// What can come of a control.
        public enum Result: String, Sendable {
            /// The judge found what the control names, and nothing before it.
            case caught
            /// It found something else, or nothing.
            case missed
            /// Nothing can be said.
            case inconclusive
        }
    }

    /// Performs all of them at once; the outcomes are in the order of behaviours and controls.
    /// Throws `PerformerError` where nothing could be performed.
    public func perform() async throws -> [Outcome] {
        let controls = behaviours.flatMap { behaviour in
            behaviour.controls.map { (behaviour: behaviour, control: $0) }
        }
        // Several controls may share one trial's values: the attempt's number tells them apart.
        let requests = controls.enumerated().map { index, entry in
            let script = entry.behaviour.script(entry.control.parameters)
            return Plan.Request(
                trial: TrialID(
                    behaviour: entry.behaviour.id, parameters: entry.control.parameters),
                script: script, performInstead: entry.control.alter(script), attempt: index + 1)
        }
        let arrived = Mutex<[Int: Observation]>([:])
        let hasGreeted = Mutex(false)
        let end = try await performer.perform(Plan(trials: requests)) { event in
            switch event {
            case .greeting: hasGreeted.withLock { $0 = true }
            case .progress: break
            case .observation(let observation):
                arrived.withLock { $0[observation.attempt - 1] = observation }
            }
        }
        if case .failed(let error) = end, !hasGreeted.withLock({ $0 }) { throw error }
        if end == .stopped { throw CancellationError() }
        let observations = arrived.withLock { $0 }
        return controls.enumerated().map { index, entry in
            Self.outcome(entry.behaviour, entry.control, observations[index], end)
        }
    }

    private static func outcome(
        _ behaviour: Behaviour, _ control: Control, _ observation: Observation?,
        _ end: PerformanceEnd
    ) -> Outcome {
        var outcome = Outcome(
            behaviour: behaviour.id, control: control.name, parameters: control.parameters,
            words: "", result: .inconclusive)
        guard let observation else {
            if case .failed(let error) = end { outcome.words = "\(error)" }
            return outcome
        }
        let finding = Judge.judge(observation, as: behaviour)
        let expected = words(control.parts, control.eventIndex)
        switch finding.verdict {
        case .inconclusive(let cause), .notApplicable(let cause):
            outcome.words = cause
        case .conforms:
            outcome.result = .missed
            outcome.words = "must part at \(expected), and conforms"
        case .deviates:
            let first = finding.partings.first
            let isCaught =
                first?.aspect == control.parts && first?.eventIndex == control.eventIndex
            outcome.result = isCaught ? .caught : .missed
            let found = first.map { "\(words($0.aspect, $0.eventIndex)): \($0.text)" }
            outcome.words =
                isCaught
                ? expected : "must part at \(expected), parts at \(found ?? "nothing known")"
        }
        return outcome
    }

    private static func words(_ aspect: Parting.Aspect, _ index: Int?) -> String {
        aspect.rawValue + (index.map { " of event \($0)" } ?? "")
    }
}

extension LiveControls.Outcome {
    /// What the outcomes of a run add up to.
    public static func status(_ outcomes: [Self]) -> RunStatus {
        RunStatus(
            outcomes.map { outcome in
                switch outcome.result {
                case .caught: .conforms
                case .missed: .deviates
                case .inconclusive: .inconclusive(cause: outcome.words)
                }
            })
    }
}
