import Behaviours
import Evidence
import Reporting

/// What `run --list` prints: each behaviour, its question, and its values.
enum Listing {
    static func text(_ behaviours: [Behaviour], _ trials: [TrialID]) -> String {
        var lines: [String] = []
        for behaviour in behaviours {
            let own = trials.filter { $0.behaviour == behaviour.id }
            guard !own.isEmpty else { continue }
            lines.append(behaviour.id)
            lines += PlainText.wrapped(
                behaviour.question, width: 80, first: "    ", rest: "    ")
            for trial in own { lines.append("      \(trial.parameters.summary)") }
        }
        let count = Set(trials.map(\.behaviour)).count
        lines.append("\(count) behaviours, \(trials.count) trials")
        return lines.joined(separator: "\n") + "\n"
    }
}
