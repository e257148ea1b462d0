public import Evidence
internal import KernelTimers

/// Concludes what happened in a cell of the failover laboratory.
public enum FailoverJudge {
    /// Later than this a message is delayed.
    static let promptNanoseconds: Int64 = 1_000_000_000

    /// The finding of an observation.
    public static func judge(_ observation: FailoverObservation) -> FailoverFinding {
        let cell = observation.cell
        if let reason = observation.notApplicable {
            return FailoverFinding(cell, verdict: .notApplicable(reason: reason))
        }
        if let cause = observation.failure {
            return FailoverFinding(cell, verdict: .inconclusive(cause: cause))
        }
        let trace = FailoverTrace(observation)
        var finding = FailoverFinding(cell, verdict: .conforms)
        trace.measure(&finding)
        if let cause = trace.instrumentFault {
            finding.verdict = .inconclusive(cause: cause)
            return finding
        }
        var open: [String] = []
        for judged in FailoverExpectations(trace, finding).judged {
            switch judged {
            case .check(let check): finding.checks.append(check)
            case .open(let reason): open.append(reason)
            }
        }
        if !open.isEmpty { finding.unjudged = open }
        if finding.checks.contains(where: { !$0.isMet }) { finding.verdict = .deviates }
        if finding.checks.isEmpty { finding.isOnlyMeasured = true }
        return finding
    }
}
