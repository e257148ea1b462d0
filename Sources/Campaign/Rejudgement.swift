import Behaviours
import Evidence
import Judge
import KernelTimers
public import Reporting

/// Stored observations, judged again.
public struct Rejudgement: Sendable {
    /// What is found now.
    public var record: RunRecord
    /// The findings with what is printed beside them.
    public var trials: [JudgedTrial]
    /// Where that differs from what was found at the time, one line each.
    public var differences: [String]

    /// Judges a run that was read back. Of several attempts the last counts, unless only an
    /// earlier one was not stalled. Touches nothing outside of its argument.
    public init(_ run: StoredRun) {
        var attempts: [TrialID: [StoredObservation]] = [:]
        for stored in run.observations {
            attempts[stored.observation.trial, default: []].append(stored)
        }
        let kernel =
            run.record?.kernel
            ?? KernelIdentity(
                selector: "stored observation", release: "of unknown release", version: "",
                machine: "", hz: run.observations.first?.observation.hz ?? 0)
        var trials: [JudgedTrial] = []
        for (_, stored) in attempts {
            guard let chosen = Self.choose(stored),
                let behaviour = Catalogue.behaviour(chosen.observation.trial.behaviour)
            else { continue }
            let finding = Judge.judge(chosen.observation, as: behaviour).marked(on: kernel)
            trials.append(
                JudgedTrial(
                    finding, duration: .nanoseconds(chosen.observation.end.nanoseconds),
                    capturePath: chosen.capturePath,
                    frames: FrameMap(chosen.observation.captures)))
        }
        // What was never performed stays what it was: inconclusive.
        for finding in run.record?.findings ?? [] where attempts[finding.trial] == nil {
            trials.append(JudgedTrial(finding))
        }
        trials.sort { $0.finding.trial < $1.finding.trial }
        record = RunRecord(
            suite: EtimedoutVersion.text, kernel: kernel, findings: trials.map(\.finding),
            complaints: run.record?.complaints ?? [])
        self.trials = trials
        differences = Self.differences(run.record, record)
    }

    private static func choose(_ attempts: [StoredObservation]) -> StoredObservation? {
        let sorted = attempts.sorted { $0.observation.attempt < $1.observation.attempt }
        return sorted.last { !Campaign.isStalled($0.observation) } ?? sorted.last
    }

    private static func differences(_ before: RunRecord?, _ now: RunRecord) -> [String] {
        guard let before else { return [] }
        let old = Dictionary(before.findings.map { ($0.trial, $0) }, uniquingKeysWith: { $1 })
        return now.findings.compactMap { finding in
            let name = "\(finding.trial.behaviour) \(finding.trial.parameters.summary)"
            guard let stored = old[finding.trial] else { return "\(name): had no finding" }
            guard stored != finding else { return nil }
            if stored.verdict.name != finding.verdict.name {
                return "\(name): was \(stored.verdict.name), is \(finding.verdict.name)"
            }
            if stored.variants != finding.variants {
                return "\(name): was \(Self.words(stored)), is \(Self.words(finding))"
            }
            return "\(name): \(finding.verdict.name) as before, with other details"
        }
    }

    private static func words(_ finding: Finding) -> String {
        finding.variants.isEmpty ? "no known variant" : finding.variants.joined(separator: "/")
    }
}
