public import Behaviours
public import Evidence
public import Reporting

/// The behaviours' controls, performed for real: the stimulus is altered after the script was
/// written down, and the judge, who knows nothing of it, must find exactly what the control names.
public struct LiveControls: Sendable {
    /// The controls, each with its behaviour.
    public var controls: [(behaviour: Behaviour, control: Control)]
    /// Who performs them.
    public var performer: any Performer
    /// Where the evidence goes.
    public var folder: RunFolder

    /// The controls of these behaviours.
    public init(_ behaviours: [Behaviour], performer: any Performer, folder: RunFolder) {
        controls = behaviours.flatMap { behaviour in
            behaviour.controls.map { (behaviour, $0) }
        }
        self.performer = performer
        self.folder = folder
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
            /// The kernel cannot be asked.
            case notApplicable
        }
    }

    /// Performs all of them at once; the outcomes are in the order of behaviours and controls.
    ///
    /// It is a campaign like any other: the judge's call is the same, and nothing in an observation
    /// says that it is a control's. Throws what a campaign throws.
    public func perform(
        progress: @escaping @Sendable (CampaignProgress) -> Void = { _ in }
    ) async throws -> [Outcome] {
        guard !controls.isEmpty else { return [] }
        let requests = controls.enumerated().map { index, entry in
            let trial = TrialID(
                behaviour: entry.behaviour.id, parameters: entry.control.parameters)
            let script = entry.behaviour.script(entry.control.parameters)
            return Plan.Request(
                trial: trial, script: script, performInstead: entry.control.alter(script),
                name: "\(trial).control\(index + 1)")
        }
        let campaign = Campaign(requests: requests, performer: performer, folder: folder)
        let result = try await campaign.perform(progress: progress)
        return zip(controls, result.trials).map { entry, trial in
            Self.outcome(entry.behaviour, entry.control, trial.finding)
        }
    }

    private static func outcome(
        _ behaviour: Behaviour, _ control: Control, _ finding: Finding
    ) -> Outcome {
        var outcome = Outcome(
            behaviour: behaviour.id, control: control.name, parameters: control.parameters,
            words: "", result: .inconclusive)
        let expected = words(control.parts, control.eventIndex)
        switch finding.verdict {
        case .inconclusive(let cause): outcome.words = cause
        case .notApplicable(let reason):
            outcome.result = .notApplicable
            outcome.words = reason
        case .conforms:
            outcome.result = .missed
            outcome.words = "must part at \(expected), and conforms"
        case .deviates:
            let first = finding.partings.first
            let isCaught =
                first.map { control.others.union([control.parts]).contains($0.aspect) } ?? false
                && (control.eventIndex == nil || first?.eventIndex == control.eventIndex)
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
                case .notApplicable: .notApplicable(reason: outcome.words)
                }
            })
    }
}
