import Behaviours
import Campaign
import Evidence
import Foundation
import Judge
import Reporting

/// What was found, by question: what processes of one `swift test --parallel` share.
struct Answers: Codable, Sendable {
    private var answers: [Question: Answer] = [:]
    /// Why nothing could be performed, where nothing could.
    private var refusal: String?
    /// The question that then fails, so that a run without evidence is never green.
    private var failing: Question?

    /// The answer to a question.
    ///
    /// Where nothing can be performed one test says why and fails, and the others skip;
    /// `ETIMEDOUT_ALLOW_SKIP=1` turns that failure into a skip, too.
    func answer(to question: Question) -> Answer {
        if let refusal {
            let isAllowed = ProcessInfo.processInfo.environment["ETIMEDOUT_ALLOW_SKIP"] == "1"
            return question == failing && !isAllowed ? .failed([refusal]) : .skipped(refusal)
        }
        return answers[question] ?? .failed(["nothing was performed for \(question)"])
    }

    /// Answers that nothing can be performed of what was asked.
    init(refusal: String, to questions: Set<Question>) {
        self.refusal = refusal
        failing =
            questions.contains(.machine) ? .machine : questions.min { "\($0)" < "\($1)" }
    }

    /// Performs what is asked, all together: the trials and, beside them, the controls.
    init(performing questions: Set<Question>, in folder: RunFolder) async throws {
        let performer = PerformerProcess(path: try PerformerLocator.locate())
        let trials = Catalogue.behaviours.filter { questions.contains(.behaviour($0.id)) }
        let controlled = Catalogue.behaviours.filter { questions.contains(.controls($0.id)) }
        let campaign = Campaign(
            requests: Campaign.requests(
                for: trials.isEmpty && controlled.isEmpty
                    ? Self.shortest : trials.flatMap(Self.shortTrials)),
            performer: performer, folder: folder)
        let controls = LiveControls(
            controlled, performer: performer,
            folder: try RunFolder.create(at: "\(folder.path)/controls"))

        async let caught = controls.perform()
        if !campaign.requests.isEmpty {
            let result = try await campaign.perform()
            for behaviour in trials {
                answers[.behaviour(behaviour.id)] = Self.answer(
                    result.trials.filter { $0.finding.trial.behaviour == behaviour.id }, folder)
            }
        }
        for (id, outcomes) in Dictionary(grouping: try await caught, by: \.behaviour) {
            answers[.controls(id)] = Self.answer(outcomes)
        }
        answers[.machine] = .passed
    }

    /// What is performed to find out whether anything can be.
    private static let shortest = Array(Behaviour.optionRejects.trials.prefix(1))

    /// In real time only what is over within a quarter of a minute is asked.
    private static func shortTrials(_ behaviour: Behaviour) -> [TrialID] {
        behaviour.trials.filter { behaviour.length($0.parameters) == .short }
    }

    private static func answer(_ trials: [JudgedTrial], _ folder: RunFolder) -> Answer {
        guard !trials.isEmpty else {
            return .skipped("all its trials take longer than 15 s: they are asked of guests")
        }
        var failed: [JudgedTrial] = []
        var reasons: Set<String> = []
        for trial in trials {
            switch trial.finding.verdictAsExpected {
            case .conforms: break
            case .deviates, .inconclusive: failed.append(trial)
            case .notApplicable(let reason): reasons.insert(reason)
            }
        }
        if !failed.isEmpty {
            let options = Summary.Options(width: 100, folder: folder.path)
            return .failed(
                failed.map {
                    FailureText(trials: [$0], options: options).lines.joined(separator: "\n")
                })
        }
        let isNowhere = trials.allSatisfy { $0.finding.verdict.name == "notApplicable" }
        return isNowhere ? .skipped(reasons.sorted().joined(separator: "; ")) : .passed
    }

    private static func answer(_ outcomes: [LiveControls.Outcome]) -> Answer {
        let wrong = outcomes.filter { $0.result != .caught }.map {
            "\($0.result.rawValue): \($0.behaviour) \($0.parameters.summary), \($0.control): "
                + $0.words
        }
        return wrong.isEmpty ? .passed : .failed(wrong)
    }
}
