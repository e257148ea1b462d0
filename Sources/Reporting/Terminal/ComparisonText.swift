import Evidence
public import Judge
import KernelTimers

/// What differs between two runs, for people on a terminal of 80 columns.
public struct ComparisonText: Sendable {
    private let comparison: RunComparison
    private let options: Summary.Options

    /// The text of a comparison.
    public init(_ comparison: RunComparison, options: Summary.Options = Summary.Options()) {
        self.comparison = comparison
        self.options = options
    }

    /// The whole text, each line ended.
    public var text: String {
        let heading = [Self.name("A", comparison.first), Self.name("B", comparison.second)]
            .flatMap { PlainText.wrapped($0, width: options.width, rest: "   ") }
            .map(Style(isColored: options.isColored).heading)
        var parts = [heading]
        parts += comparison.differences.map(lines)
        parts.append(totals)
        return parts.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private static func name(_ letter: String, _ kernel: KernelIdentity) -> String {
        "\(letter): Linux \(kernel.release) \(kernel.machine), HZ=\(kernel.hz) "
            + "(\(kernel.selector))"
    }

    private func lines(_ difference: TrialDifference) -> [String] {
        let head = "\(difference.trial.behaviour) \(difference.trial.parameters.summary)"
        return PlainText.wrapped(head, width: options.width)
            + ComparisonWords.lines(difference).flatMap { line in
                PlainText.wrapped(
                    "\(line.aspect): \(line.text)", width: options.width, first: "  ",
                    rest: "    ")
            }
    }

    private var totals: [String] {
        var lines = PlainText.wrapped(
            ComparisonWords.summary(comparison) + ".", width: options.width)
        for (letter, trials) in [("A", comparison.onlyFirst), ("B", comparison.onlySecond)]
        where !trials.isEmpty {
            lines += PlainText.wrapped(
                "Only \(letter) was asked \(Words.count(trials.count, "more trial")).",
                width: options.width)
        }
        return lines
    }
}

/// How a difference is put into words, on terminals and pages.
enum ComparisonWords {
    /// What differs, and how.
    struct Line: Hashable {
        var aspect: String
        var text: String
    }

    static func summary(_ comparison: RunComparison) -> String {
        guard comparison.compared > 0 else { return "Nothing that both were asked" }
        let all = Words.count(comparison.compared, "trial")
        guard !comparison.isSame else { return "\(all) compared: no difference" }
        let by: [(String, Int)] = [
            ("verdict", comparison.differences.count { $0.verdicts != nil }),
            ("variant", comparison.differences.count { $0.variants != nil }),
            ("errno", comparison.differences.count { $0.errnos != nil }),
            ("packets", comparison.differences.count { $0.packets != nil }),
            ("intervals", comparison.differences.count { !$0.intervals.isEmpty }),
            ("calls", comparison.differences.count { !$0.calls.isEmpty }),
        ]
        let words = by.filter { $0.1 > 0 }.map { "\($0.0) in \($0.1)" }
        let count = comparison.differences.count
        return "\(all) compared: \(count) \(count == 1 ? "differs" : "differ") ("
            + words.joined(separator: ", ") + ")"
    }

    static func lines(_ difference: TrialDifference) -> [Line] {
        var lines: [Line] = []
        if let pair = difference.verdicts {
            func words(_ name: String, _ reason: String??) -> String {
                (reason ?? nil).map { "\(name) (\($0))" } ?? name
            }
            let first = words(pair.first, difference.reasons?.first)
            let second = words(pair.second, difference.reasons?.second)
            lines.append(Line(aspect: "verdict", text: "A \(first), B \(second)"))
        }
        if let pair = difference.variants {
            lines.append(
                Line(aspect: "variant", text: "A \(names(pair.first)), B \(names(pair.second))"))
        }
        if let pair = difference.errnos {
            lines.append(Line(aspect: "errno", text: "A \(pair.first), B \(pair.second)"))
        }
        if let parting = difference.packets {
            var text =
                "event \(parting.index + 1): A \(parting.first ?? "nothing more"), "
                + "B \(parting.second ?? "nothing more")"
            if let counts = parting.counts {
                text += "; \(counts.first) events against \(counts.second)"
            }
            lines.append(Line(aspect: "packets", text: text))
        }
        for interval in difference.intervals {
            lines.append(
                Line(
                    aspect: "interval",
                    text: "before event \(interval.index + 1) (\(interval.event)): "
                        + "A \(seconds(interval.firstNanoseconds)) s, "
                        + "B \(seconds(interval.secondNanoseconds)) s, "
                        + "windows allow \(seconds(interval.allowedNanoseconds)) s"))
        }
        for call in difference.calls {
            lines.append(
                Line(
                    aspect: "call",
                    text: "\(call.step): A \(call.first ?? "not made"), "
                        + "B \(call.second ?? "not made")"))
        }
        return lines
    }

    private static func names(_ variants: [String]) -> String {
        variants.isEmpty ? "no known variant" : variants.joined(separator: " or ")
    }

    private static func seconds(_ nanoseconds: Int64) -> String {
        Duration.fixed(nanoseconds, digits: 3)
    }
}
