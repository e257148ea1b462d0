import Behaviours
import Evidence
import KernelTimers
import Reporting

/// What `run --dry-run` prints of each trial: the script in words, and the schedule that the
/// contract's first variant predicts.
enum DryRun {
    static func text(_ trials: [TrialID]) -> String {
        trials.compactMap { trial in
            Catalogue.behaviour(trial.behaviour).map { text(trial, $0) }
        }.joined(separator: "\n")
    }

    private static func text(_ trial: TrialID, _ behaviour: Behaviour) -> String {
        let heading = PlainText.wrapped(
            "\(trial.behaviour) \(trial.parameters.summary)", width: 80, first: "", rest: "    ")
        var text = heading.map { $0 + "\n" }.joined()
        for line in ScriptText(behaviour.script(trial.parameters)).lines {
            let wrapped = PlainText.wrapped(line, width: 80, first: "  ", rest: "      ")
            text += wrapped.map { $0 + "\n" }.joined()
        }
        guard let variant = behaviour.promisedVariant(trial.parameters) else {
            return text + "  No variant of the contract applies.\n"
        }
        text += "  Expected, \(variant.name), in a calm world:\n"
        let prospects = variant.prospects(
            behaviour.assumedConditions(trial.parameters), trial.parameters)
        guard !prospects.isEmpty else {
            let words = PlainText.wrapped(
                variant.summary, width: 80, first: "    ", rest: "    ")
            return text + words.map { $0 + "\n" }.joined()
        }
        let horizon = Moment.milliseconds(behaviour.horizonMilliseconds(trial.parameters))
        return text
            + ScheduleTable(
                Schedule(predicting: prospects, horizon: horizon), horizon: horizon
            ).text
    }
}

extension Behaviour {
    /// The first variant in the contract that can be told for these values.
    func promisedVariant(_ parameters: Parameters) -> Variant? {
        let applicable = variants(for: parameters)
        for name in contract.variants {
            if let variant = applicable.first(where: { $0.name == name }) { return variant }
        }
        return nil
    }
}
