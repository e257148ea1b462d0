public import Behaviours

/// The situations that users meet, and who asks them.
public enum ScenarioText {
    /// Every situation with the behaviours that ask it, or why none does.
    public static func all(_ scenarios: [Scenario] = Scenario.all, width: Int = 80) -> String {
        var lines: [String] = []
        for scenario in scenarios {
            let number = String(scenario.number)
            let mark = String(repeating: " ", count: max(0, 3 - number.count)) + number
            let ids = scenario.behaviours.map(\.id)
            lines += PlainText.wrapped(
                scenario.words, width: width, first: mark + "  ", rest: "     ")
            lines += PlainText.wrapped(
                ids.isEmpty
                    ? "not asked: \(scenario.leftOut ?? "no reason is given")"
                    : ids.joined(separator: ", "),
                width: width, first: "       ", rest: "       ")
            if let rest = scenario.rest, !ids.isEmpty {
                lines += PlainText.wrapped(
                    "beyond that: \(rest)", width: width, first: "       ", rest: "       ")
            }
        }
        let asked = scenarios.count { !$0.behaviours.isEmpty }
        lines.append("\(asked) of \(scenarios.count) situations are asked")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The situations of one behaviour, one line each.
    static func lines(_ behaviour: Behaviour) -> [String] {
        Scenario.all.filter { behaviour.scenarios.contains($0.number) }
            .map { "\($0.number): \($0.words)" }
    }
}
