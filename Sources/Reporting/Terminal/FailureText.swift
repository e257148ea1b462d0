import Evidence

/// What is printed of trials that deviate or are inconclusive: expected against observed, where to
/// look, and one line to reproduce it.
public struct FailureText {
    var trials: [JudgedTrial]
    var options: Summary.Options

    /// The text about those of these trials that failed.
    public init(trials: [JudgedTrial], options: Summary.Options) {
        self.trials = trials
        self.options = options
    }

    /// How many trials with one and the same cause are named one by one.
    private static let named = 3

    /// The lines; none if nothing failed.
    public var lines: [String] {
        var lines: [String] = []
        let sorted = trials.sorted { $0.finding.trial < $1.finding.trial }
        for trial in sorted where trial.finding.verdictAsExpected == .deviates {
            if !lines.isEmpty { lines.append("") }
            lines += trial.finding.verdict == .deviates ? one(trial) : vanished(trial)
        }
        for (cause, trials) in Self.byCause(sorted) {
            if !lines.isEmpty { lines.append("") }
            lines += inconclusive(cause, trials)
        }
        return lines
    }

    private static func byCause(
        _ trials: [JudgedTrial]
    ) -> [(cause: String, trials: [JudgedTrial])] {
        var groups: [(cause: String, trials: [JudgedTrial])] = []
        for trial in trials {
            guard case .inconclusive(let cause) = trial.finding.verdict else { continue }
            if let index = groups.firstIndex(where: { $0.cause == cause }) {
                groups[index].trials.append(trial)
            } else {
                groups.append((cause, [trial]))
            }
        }
        return groups
    }

    private func one(_ trial: JudgedTrial) -> [String] {
        let finding = trial.finding
        let style = Style(isColored: options.isColored)
        var lines = PlainText.wrapped(
            "deviates: \(finding.trial.behaviour) \(finding.trial.parameters.summary)"
                + Self.matched(finding),
            width: options.width, rest: "  ")
        if let head = lines.first, head.hasPrefix("deviates") {
            lines[0] = style.verdict("deviates", "deviates") + head.dropFirst("deviates".count)
        }
        for parting in finding.partings {
            let text = "\(parting.aspect.rawValue): \(trial.frames.renumbered(parting.text))"
            lines += PlainText.wrapped(text, width: options.width, first: "  - ", rest: "    ")
        }
        lines += oddity(trial)
        for note in finding.notes {
            lines += PlainText.wrapped(
                trial.frames.renumbered(note), width: options.width, first: "  note: ",
                rest: "    ")
        }
        return lines + whereToLook(trial) + again(finding.trial)
    }

    /// Of a kernel like none that is known: from what it parts, and the numbers.
    private func oddity(_ trial: JudgedTrial) -> [String] {
        guard let oddity = trial.finding.oddity else { return [] }
        return oddity.lines(trial.finding).flatMap {
            PlainText.wrapped(
                trial.frames.renumbered($0), width: options.width, first: "  ", rest: "    ")
        }
    }

    /// A promise that is kept, though the list says that this kernel breaks it.
    private func vanished(_ trial: JudgedTrial) -> [String] {
        let finding = trial.finding
        let expected = finding.known?.variant ?? "no known variant"
        let shown = finding.variants.joined(separator: "/")
        return PlainText.wrapped(
            "no longer deviates: \(finding.trial.behaviour) \(finding.trial.parameters.summary), "
                + "expected \(expected) (\(finding.known?.reference ?? "")), observed \(shown); "
                + "the list of expected deviations is out of date",
            width: options.width, rest: "  ") + whereToLook(trial) + again(finding.trial)
    }

    private static func matched(_ finding: Finding) -> String {
        if let first = finding.variants.first {
            let shown = finding.shown.map { "; beside \($0):" } ?? ""
            return ", as the variant \(first)\(shown)"
        }
        let nearest = finding.nearest.map { ", nearest to \($0)" } ?? ""
        let shown = finding.shown.map { "; beside \($0):" } ?? ""
        return ", like no known variant\(nearest)\(shown)"
    }

    private func inconclusive(_ cause: String, _ trials: [JudgedTrial]) -> [String] {
        var lines = PlainText.wrapped(
            "inconclusive: \(cause)", width: options.width, rest: "  ")
        for trial in trials.prefix(Self.named) {
            lines += PlainText.wrapped(
                "\(trial.finding.trial.behaviour) \(trial.finding.trial.parameters.summary)",
                width: options.width, first: "  - ", rest: "    ")
            for parting in trial.finding.partings {
                lines += PlainText.wrapped(
                    "\(parting.aspect.rawValue): \(trial.frames.renumbered(parting.text))",
                    width: options.width, first: "    ", rest: "    ")
            }
            lines += whereToLook(trial) + again(trial.finding.trial)
        }
        if trials.count > Self.named {
            lines.append("  - and \(trials.count - Self.named) more with the same cause")
        }
        return lines
    }

    /// The capture, and the frame in it at which the observation parts first.
    private func whereToLook(_ trial: JudgedTrial) -> [String] {
        guard let path = trial.capturePath else { return [] }
        let folder = options.folder.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
        let frame = Self.firstFrame(trial).map { "frame \($0) of " } ?? ""
        return ["  capture: \(frame)\(PlainText.line(folder + path))"]
    }

    private static func firstFrame(_ trial: JudgedTrial) -> Int? {
        let finding = trial.finding
        for parting in finding.partings {
            if let frame = trial.frames.frame(in: parting.text) { return frame }
            if let index = parting.eventIndex, finding.comparisons.indices.contains(index),
                let observed = finding.comparisons[index].observed,
                let frame = trial.frames.frame(in: observed.source)
            {
                return frame
            }
        }
        return nil
    }

    /// The command, on one line where it fits, else continued as a shell continues it.
    private func again(_ trial: TrialID) -> [String] {
        let first = "  again: etimedout run --behaviour \(PlainText.line(trial.behaviour))"
        var second = "--values \"\(trial.parameters.summary)\""
        if let selector = options.selector, selector != "host" {
            second += " --kernel \(PlainText.line(selector))"
        }
        let whole = "\(first) \(second)"
        return whole.count <= options.width ? [whole] : ["\(first) \\", "    \(second)"]
    }
}
