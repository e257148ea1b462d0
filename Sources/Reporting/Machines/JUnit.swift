import Evidence
import KernelTimers

/// A run as JUnit XML, in the form that Jenkins, GitLab and Surefire's schema share.
///
/// A behaviour is a suite, its trials are the cases. `deviates` is a failure, `inconclusive` an
/// error, `notApplicable` skipped; so is a deviation that is known, and one that has vanished is a
/// failure, as the exit status has it.
public enum JUnit {
    /// The document.
    public static func text(_ trials: [JudgedTrial], suite name: String) -> String {
        let cases = trials.sorted { $0.finding.trial < $1.finding.trial }.map { trial in
            let result = Result(trial)
            return Case(
                suite: trial.finding.trial.behaviour,
                name: trial.finding.trial.parameters.summary, duration: trial.duration,
                element: result.element, message: result.message, details: details(trial))
        }
        return text(cases, suite: name)
    }

    /// A case as it is written.
    struct Case {
        /// The suite that it belongs to.
        var suite: String
        /// Its name in it.
        var name: String
        /// How long it took.
        var duration: Duration
        /// The element inside the case: failure, error or skipped; nil of one that passes.
        var element: String?
        /// That element's message.
        var message: String
        /// What a failure or an error says at length.
        var details: String
    }

    /// The document of some cases, each suite's in their order.
    static func text(_ cases: [Case], suite name: String) -> String {
        let groups = Dictionary(grouping: cases, by: \.suite)
        var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
        text += "<testsuites name=\"\(escaped(name))\" \(counts(cases))>\n"
        for (suite, cases) in groups.sorted(by: { $0.key < $1.key }) {
            text += "  <testsuite name=\"\(escaped(suite))\" \(counts(cases)) "
            text += "skipped=\"\(cases.count { $0.element == "skipped" })\">\n"
            text += cases.map(testCase).joined()
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    private static func counts(_ cases: [Case]) -> String {
        func count(_ name: String) -> Int { cases.count { $0.element == name } }
        let time = cases.reduce(Duration.zero) { $0 + $1.duration }
        return "tests=\"\(cases.count)\" failures=\"\(count("failure"))\" "
            + "errors=\"\(count("error"))\" "
            + "time=\"\(seconds(time))\""
    }

    private static func testCase(_ one: Case) -> String {
        let head =
            "    <testcase name=\"\(escaped(one.name))\" "
            + "classname=\"\(escaped(one.suite))\" "
            + "time=\"\(seconds(one.duration))\""
        guard let name = one.element else { return head + "/>\n" }
        if name != "skipped" { return head + element(name, one.message, one.details) }
        let message = escaped(one.message)
        return head + ">\n      <skipped message=\"\(message)\"/>\n    </testcase>\n"
    }

    /// What a case comes to; what is counted and what is written follow from the same.
    private struct Result {
        /// The element inside the case; nil of one that passes.
        var element: String?
        var message = ""

        init(_ trial: JudgedTrial) {
            let finding = trial.finding
            let reference = finding.known?.reference ?? ""
            switch finding.verdictAsExpected {
            case .conforms:
                guard finding.verdict == .deviates else { return }
                (element, message) = ("skipped", "deviates (known: \(reference))")
            case .deviates:
                element = "failure"
                message =
                    finding.verdict == .deviates
                    ? trial.frames.renumbered(finding.partings.first?.text ?? "deviates")
                    : "no longer deviates as is known of this kernel: \(reference)"
            case .inconclusive(let cause): (element, message) = ("error", cause)
            case .notApplicable(let reason): (element, message) = ("skipped", reason)
            }
        }
    }

    private static func element(_ name: String, _ message: String, _ details: String) -> String {
        ">\n      <\(name) message=\"\(escaped(message))\" type=\"\(name)\">"
            + "\(escaped(details))</\(name)>\n    </testcase>\n"
    }

    /// The partings, and where to look.
    static func details(_ trial: JudgedTrial) -> String {
        var lines = trial.finding.partings.map {
            "\($0.aspect.rawValue): \(trial.frames.renumbered($0.text))"
        }
        if let path = trial.capturePath { lines.append("capture: \(path)") }
        return lines.joined(separator: "\n")
    }

    private static func seconds(_ duration: Duration) -> String {
        Duration.fixed(duration.wholeNanoseconds, digits: 3)
    }

    /// Text for an attribute or an element: markup as entities, and `�` for what XML 1.0 can't
    /// hold (2.2, Char).
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&apos;"
            case "\n": out += "&#10;"
            case "\t": out += "&#9;"
            default:
                let isAllowed = scalar.value >= 0x20 && ![0xfffe, 0xffff].contains(scalar.value)
                out.unicodeScalars.append(isAllowed ? scalar : "\u{fffd}")
            }
        }
        return out
    }
}
