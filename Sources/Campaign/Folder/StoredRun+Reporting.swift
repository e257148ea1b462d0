import Evidence
import KernelTimers
public import Reporting

extension StoredRun {
    /// The run as pages and reports show it: with the findings that were stored, or for a single
    /// observation with what is found now.
    public var reported: ReportedRun {
        let attempts = Dictionary(
            observations.map { (Attempt(trial: $0.observation.trial, $0.observation.attempt), $0) },
            uniquingKeysWith: { first, _ in first })
        guard let record else {
            let again = Rejudgement(self)
            return ReportedRun(
                again.record, trials: again.trials.map { $0.joined(attempts[Attempt($0.finding)]) })
        }
        let trials = record.findings.map { finding in
            let stored = attempts[Attempt(finding)]
            return JudgedTrial(
                finding, duration: .nanoseconds(stored?.observation.end.nanoseconds ?? 0),
                capturePath: stored?.capturePath,
                frames: FrameMap(stored?.observation.captures ?? [])
            ).joined(stored)
        }
        return ReportedRun(record, provenance: provenance, trials: trials)
    }
}

/// An attempt of a trial: which observation a finding was found of.
private struct Attempt: Hashable {
    var trial: TrialID
    var number: Int

    init(trial: TrialID, _ number: Int) {
        self.trial = trial
        self.number = number
    }

    init(_ finding: Finding) { self.init(trial: finding.trial, finding.attempt) }
}

extension JudgedTrial {
    fileprivate func joined(_ stored: StoredObservation?) -> ReportedTrial {
        ReportedTrial(
            self, observation: stored?.observation, observationPath: stored?.path)
    }
}
