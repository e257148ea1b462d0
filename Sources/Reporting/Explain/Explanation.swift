public import Behaviours
public import Evidence
import KernelTimers

/// What a behaviour asks, in plain words: question, script, known answers, what is promised.
public struct Explanation: Sendable {
    private let behaviour: Behaviour
    private let parameters: Parameters
    private let width: Int

    /// The explanation of a behaviour, its script and timelines for some of its values.
    public init(_ behaviour: Behaviour, _ parameters: Parameters, width: Int = 80) {
        self.behaviour = behaviour
        self.parameters = parameters
        self.width = width
    }

    /// The whole text, each line ended.
    public var text: String {
        let parts = [question, script, answers, expected, promise, again]
        return parts.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
    }

    private func wrapped(_ text: String, _ first: String = "", _ rest: String = "") -> [String] {
        PlainText.wrapped(text, width: width, first: first, rest: rest)
    }

    private var question: [String] {
        var lines = wrapped("\(behaviour.id): \(behaviour.question)", "", "  ")
        lines.append("")
        lines += wrapped(behaviour.background)
        lines.append("")
        lines += wrapped(
            "Asked with: " + behaviour.cases.map(\.summary).joined(separator: "; ") + ".", "", "  ")
        let situations = ScenarioText.lines(behaviour)
        if !situations.isEmpty {
            lines += wrapped("Situations: " + situations.joined(separator: "; ") + ".", "", "  ")
        }
        return lines
    }

    private var script: [String] {
        let steps = ScriptText(behaviour.script(parameters)).lines
        return ["Script (\(parameters.summary)):"] + steps.flatMap { wrapped($0, "  ", "      ") }
    }

    private var answers: [String] {
        var lines = ["Known answers:"]
        for variant in behaviour.variants {
            let isKept = behaviour.contract.variants.contains(variant.name)
            lines += wrapped(
                "\(variant.name) (\(isKept ? "keeps" : "breaks") the promise): \(variant.summary)",
                "  ", "    ")
            lines += wrapped(
                "kernels: " + variant.eras.map(\.text).joined(separator: "; "), "    ", "      ")
            lines += changes(variant)
            lines += timeline(variant)
        }
        return lines
    }

    private func changes(_ variant: Variant) -> [String] {
        let names = Set(variant.eras.flatMap { $0.since + $0.until })
        return Change.all.filter { change in
            names.contains { Change.named($0)?.id == change.id }
        }.flatMap { wrapped("\($0.id) \($0.title)", "    ", "      ") }
    }

    /// When its events come in a calm world, in one line.
    private func timeline(_ variant: Variant) -> [String] {
        guard variant.applies(parameters) else {
            let other = behaviour.cases.first { variant.applies($0) }
            return other.map { wrapped("told with \($0.summary)", "    ", "      ") } ?? []
        }
        let prospects = variant.prospects(
            behaviour.assumedConditions(parameters), parameters)
        guard !prospects.isEmpty else { return [] }
        let schedule = Schedule(
            predicting: prospects, horizon: .milliseconds(2_000_000), limit: 14)
        let words = schedule.events.map {
            "\(Duration.fixed($0.window.earliest.nanoseconds, digits: 2)) \($0.kind)"
        }
        let end = schedule.abort == nil ? ", and so on" : ""
        return wrapped("timeline: " + words.joined(separator: ", ") + end, "    ", "      ")
    }

    /// What known kernels are expected to show of these values, those of one mind together.
    private var expected: [String] {
        var answers: [(words: String, kernels: [String])] = []
        for kernel in KnownKernel.all {
            let variants = kernel.variants(of: behaviour, parameters)
            let words = variants.isEmpty ? "not known" : variants.joined(separator: " or ")
            if let index = answers.firstIndex(where: { $0.words == words }) {
                answers[index].kernels.append(kernel.name)
            } else {
                answers.append((words, [kernel.name]))
            }
        }
        return PlainText.wrapped(
            "Expected of known kernels (\(parameters.summary)):", width: 80, first: "", rest: "  ")
            + answers.flatMap {
                wrapped("\($0.kernels.joined(separator: ", ")): \($0.words)", "  ", "    ")
            }
    }

    private var promise: [String] {
        var lines = wrapped("Promised by: \(behaviour.contract.because)", "", "  ")
        if let exceeds = behaviour.contract.exceeds {
            lines += wrapped("Every kernel exceeds the letter: \(exceeds)", "", "  ")
        }
        lines += wrapped(
            "That the check can fail is shown by: "
                + behaviour.controls.map(\.name).joined(separator: "; ") + ".", "", "  ")
        return lines
    }

    private var again: [String] {
        [
            "etimedout run --behaviour \(behaviour.id)",
            "etimedout explain \(behaviour.id) --shell > reproducer.sh",
        ]
    }
}
