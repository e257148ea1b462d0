public import Evidence

/// A run with all that pages show of it.
public struct ReportedRun: Sendable {
    /// What was found.
    public var record: RunRecord
    /// Under which circumstances, where that is known.
    public var provenance: Provenance?
    /// The findings with what they were found of, in the order of their trials.
    public var trials: [ReportedTrial]

    /// A run of these trials, in whichever order.
    public init(_ record: RunRecord, provenance: Provenance? = nil, trials: [ReportedTrial]) {
        self.record = record
        self.provenance = provenance
        self.trials = trials.sorted { $0.finding.trial < $1.finding.trial }
    }
}

/// A finding with the observation of which it was found.
public struct ReportedTrial: Sendable {
    /// The finding, and where its capture is.
    public var judged: JudgedTrial
    /// What was witnessed; nil of a trial that was never performed.
    public var observation: Observation?
    /// The path of the observation's file relative to the run's folder.
    public var observationPath: String?

    /// A trial.
    public init(
        _ judged: JudgedTrial, observation: Observation?, observationPath: String? = nil
    ) {
        self.judged = judged
        self.observation = observation
        self.observationPath = observationPath
    }

    /// What was found.
    public var finding: Finding { judged.finding }
}
