public import Behaviours
public import Evidence
import KernelTimers

/// Observation × Behaviour → Finding. A pure function: no clock, no file, no socket.
///
/// So a stored observation can be judged again, on any machine, years later. Nothing here knows a
/// kernel's version: what matters is only what was witnessed.
public enum Judge {
    /// Judges an observation of a behaviour.
    ///
    /// A broken testbed gives `inconclusive`, never a verdict about the kernel; something that the
    /// kernel lacks gives `notApplicable`.
    /// - Parameter performed: what was performed where that is not what the observation tells, as
    ///   in a control: by it the testbed's promptness is measured, and nothing else.
    public static func judge(
        _ observation: Observation, as behaviour: Behaviour, performed: Script? = nil
    ) -> Finding {
        let trial = observation.trial
        if let verdict = Instrument.objection(to: observation, behaviour) {
            return Finding(trial: trial, verdict: verdict, attempt: observation.attempt)
        }
        switch Reading.read(observation, behaviour) {
        case .failure(let objection):
            return Finding(
                trial: trial, verdict: .inconclusive(cause: objection.cause),
                attempt: observation.attempt)
        case .success(let reading):
            return conclude(observation, behaviour, reading, performed)
        }
    }

    /// The partings of an observation from one variant, none if it matches: for tests that ask
    /// which variants can be told from which.
    public static func partings(
        of observation: Observation, from variant: Variant, of behaviour: Behaviour
    ) -> [Parting] {
        switch Reading.read(observation, behaviour) {
        case .failure(let objection): [Parting(.state, objection.cause)]
        case .success(let reading):
            Trying(observation, behaviour, reading, excusing: true).attempt(variant).partings
        }
    }

    private static func conclude(
        _ observation: Observation, _ behaviour: Behaviour, _ reading: Reading,
        _ performed: Script?
    ) -> Finding {
        let variants = behaviour.variants(for: observation.trial.parameters)
        let strict = Trying(observation, behaviour, reading, excusing: false).attempts(variants)
        let excused =
            observation.stalls.isEmpty
            ? strict : Trying(observation, behaviour, reading, excusing: true).attempts(variants)
        let promised = Set(behaviour.contract.variants)
        let verdict = verdict(
            strict, excused, promised, observation, behaviour,
            disturbance(observation, performed: performed))

        var finding = Finding(
            trial: observation.trial, verdict: verdict, attempt: observation.attempt)
        let matchesStrictly = strict.contains { $0.matches }
        finding.variants = (matchesStrictly ? strict : excused).filter(\.matches).map(\.name)
        if behaviour.outage != .none { finding.outageBegan = reading.begin }
        finding.observedAbort = reading.heard?.window.latest
        if case .error(let error)? = reading.heard?.what { finding.errno = error }

        let pool = matchesStrictly ? strict : excused
        let shown =
            pool.filter { promised.contains($0.name) }.max { $0.isOutdone(by: $1) }
            ?? pool.max { $0.isOutdone(by: $1) }
        if let shown {
            finding.shown = shown.name
            finding.comparisons = shown.comparisons
            finding.partings = shown.partings
            finding.expectedAbort = shown.expectedAbort
            finding.notes = shown.notes
        }
        if finding.variants.isEmpty {
            let nearest = pool.max { $0.isOutdone(by: $1) }
            finding.nearest = nearest?.name
            if verdict == .deviates {
                finding.oddity = Oddity(reading, parting: nearest?.partings.first)
            }
        }
        return finding
    }

    /// Whether the machine was so busy that a trial is to be performed again: it stood still for
    /// half of any 200 ms, or the testbed was as late with something. That is TCP_RTO_MIN, the
    /// shortest interval in any schedule; what lasts for less cannot carry an event into another
    /// event's place. Decided from the watchdogs and the testbed's own times, not from what the
    /// kernel did.
    public static func isDisturbed(_ observation: Observation, performed: Script? = nil) -> Bool {
        disturbance(observation, performed: performed) != nil
    }

    private static func disturbance(
        _ observation: Observation, performed: Script?
    ) -> String? {
        if stoodStill(observation) {
            return "the machine stalled for more than half of the shortest interval, 200 ms"
        }
        return Promptness(of: observation, performed ?? observation.script).lateness.map {
            "the machine was busy: \($0.what) \($0.by.formattedSeconds) too late"
        }
    }

    private static func stoodStill(_ observation: Observation) -> Bool {
        let span = Duration.milliseconds(200)
        let stalls = united(observation.stalls)
        return stalls.contains { first in
            let end = first.from + span
            let standing = stalls.filter { $0.from >= first.from && $0.from < end }
                .map { min($0.until, end) - $0.from }.reduce(Duration.zero, +)
            return standing >= span / 2
        }
    }

    /// The times at which any processor stalled, those of several processors put together.
    private static func united(_ stalls: [Stall]) -> [Stall] {
        var result: [Stall] = []
        for stall in stalls.sorted(by: { $0.from < $1.from }) {
            if let last = result.last, stall.from <= last.until {
                result[result.count - 1].until = max(last.until, stall.until)
            } else {
                result.append(stall)
            }
        }
        return result
    }

    private static func verdict(
        _ strict: [Attempt], _ excused: [Attempt], _ promised: Set<String>,
        _ observation: Observation, _ behaviour: Behaviour, _ disturbance: String?
    ) -> Verdict {
        func kept(_ attempts: [Attempt]) -> [Attempt] {
            attempts.filter { $0.matches && promised.contains($0.name) }
        }
        func broken(_ attempts: [Attempt]) -> [Attempt] {
            attempts.filter { $0.matches && !promised.contains($0.name) }
        }
        let survives = behaviour.expectsSurvival(observation.trial.parameters)
        if let match = kept(strict).first ?? kept(excused).first {
            if match.isOpen, !survives {
                return .inconclusive(
                    cause: "watching ended before the abort was due; a longer horizon is needed")
            }
            let needsExcuse = kept(strict).isEmpty
            let others = (broken(strict) + broken(excused)).filter { match.canBeTold(from: $0) }
            if needsExcuse, let other = others.first {
                return .inconclusive(
                    cause: "the machine stalled, so that \(match.name) and \(other.name) "
                        + "cannot be told apart")
            }
            return .conforms
        }
        if let disturbance {
            return .inconclusive(cause: disturbance)
        }
        return .deviates
    }
}
