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
            for trial in own {
                let length = behaviour.length(trial.parameters)
                let mark = length == .short ? "" : " (\(length.rawValue))"
                lines.append("      \(trial.parameters.summary)\(mark)")
            }
        }
        let count = Set(trials.map(\.behaviour)).count
        lines.append("\(count) behaviours, \(trials.count) trials")
        lines += PlainText.wrapped(
            "long: more than 15 s; hours: more than half an hour. In guests all are performed; on "
                + "the host long ones with --long, hours with --length hours.", width: 80)
        return lines.joined(separator: "\n") + "\n"
    }
}
