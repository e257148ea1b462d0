import Behaviours
import Campaign
import Evidence
import Foundation
import Judge
import KernelLab
import Reporting
import Synchronization

/// What was found, by question: what processes of one `swift test --parallel` share.
struct Answers: Codable, Sendable {
    /// What was found on each kernel that was asked, in the order in which they were named.
    private var kernels: [OfKernel] = []
    /// Why nothing could be performed, where nothing could.
    private var refusal: String?
    /// The question that then fails, so that a run without evidence is never green.
    private var failing: Question?
    /// What cannot be asked here and now, a line a kernel.
    private(set) var unavailable: [String] = []

    /// What was found on one kernel.
    private struct OfKernel: Codable {
        var selector: String
        var answers: [Question: Answer] = [:]
    }

    /// The answer to a question.
    ///
    /// Where nothing can be performed one test says why and fails, and the others skip;
    /// `ETIMEDOUT_ALLOW_SKIP=1` turns that failure into a skip, too.
    func answer(to question: Question) -> Answer {
        if let refusal {
            let isAllowed = ProcessInfo.processInfo.environment["ETIMEDOUT_ALLOW_SKIP"] == "1"
            return question == failing && !isAllowed ? .failed([refusal]) : .skipped(refusal)
        }
        if question == .kernels {
            return unavailable.isEmpty ? .passed : .skipped(unavailable.joined(separator: "; "))
        }
        let answers = kernels.compactMap { kernel in
            kernel.answers[question].map { (kernel.selector, $0) }
        }
        return answers.isEmpty
            ? .failed(["nothing was performed for \(question)"])
            : Self.combined(answers)
    }

    /// Fails where any kernel does, and skips only where all of them do.
    private static func combined(_ answers: [(selector: String, answer: Answer)]) -> Answer {
        var failed: [String] = []
        var reasons: [String] = []
        let isOne = answers.count == 1
        for (selector, answer) in answers {
            switch answer {
            case .passed: break
            case .failed(let texts): failed += texts.map { isOne ? $0 : "\(selector): \($0)" }
            case .skipped(let reason): reasons.append(isOne ? reason : "\(selector): \(reason)")
            }
        }
        if !failed.isEmpty { return .failed(failed) }
        return reasons.count == answers.count
            ? .skipped(reasons.joined(separator: "; ")) : .passed
    }

    /// Answers that nothing can be performed of what was asked.
    init(refusal: String, to questions: Set<Question>) {
        self.refusal = refusal
        failing =
            questions.contains(.machine) ? .machine : questions.min { "\($0)" < "\($1)" }
    }

    // MARK: - Performing

    /// Performs what is asked on each kernel, all together: the trials, and on the host, or else
    /// on the first of them, the controls.
    ///
    /// First the host's own kernel, in real time, with nothing beside it: guests keep every
    /// processor busy, which would stall it. Then as many guests at once as the machine carries.
    init(
        performing questions: Set<Question>, on asked: AskedKernels, in folder: MatrixFolder
    ) async throws {
        unavailable = asked.unavailable.map { "\($0.selector) is not asked: \($0.reason)" }
        let behaviours = Catalogue.behaviours.filter { questions.contains(.behaviour($0.id)) }
        let controlled = Catalogue.behaviours.filter { questions.contains(.controls($0.id)) }
        let isNothing = behaviours.isEmpty && controlled.isEmpty
        let short = isNothing ? Self.shortest : behaviours.flatMap(Self.shortTrials)
        var matrix = try Matrix(
            kernels: asked.selectors.map(\.description),
            trials: isNothing ? Self.shortest : behaviours.flatMap(\.trials),
            fewer: ["host": short], shard: nil, folder: folder,
            guestsAtOnce: Matrix.usualGuestsAtOnce)
        let results = Results()
        let first = asked.selectors.first?.description ?? ""
        let controlling = asked.askers["host"] == nil ? first : "host"
        let controls = try asked.askers[controlling].map { asker in
            LiveControls(
                controlled, performer: asker.performer,
                folder: try RunFolder.create(at: "\(folder.path)/controls"))
        }

        async let caught = controls?.perform()
        if !matrix.record.trials.isEmpty {
            if let host = asked.askers["host"] {
                matrix.record = try await matrix.perform(
                    askers: ["host": host], progress: results.take)
                // Its controls are real time, too.
                _ = try await caught
            }
            matrix.record = try await matrix.perform(askers: asked.askers, progress: results.take)
        }
        let outcomes = Dictionary(grouping: try await caught ?? [], by: \.behaviour)
        kernels = matrix.record.kernels.map { column in
            var found = OfKernel(selector: column.selector)
            for behaviour in behaviours {
                found.answers[.behaviour(behaviour.id)] = Self.answer(
                    results.trials(column, of: behaviour), column, folder)
            }
            if column.selector == controlling {
                for (id, outcomes) in outcomes {
                    found.answers[.controls(id)] = Self.answer(outcomes)
                }
            }
            found.answers[.machine] = column.reason.map { .failed([$0]) } ?? .passed
            return found
        }
    }

    /// What came of each kernel.
    private final class Results: Sendable {
        private let state = Mutex<[String: [JudgedTrial]]>([:])

        func take(_ progress: MatrixProgress) {
            guard case .ended(let column, let result) = progress else { return }
            state.withLock { $0[column.selector] = result?.trials ?? [] }
        }

        func trials(_ column: MatrixColumn, of behaviour: Behaviour) -> [JudgedTrial] {
            state.withLock { $0[column.selector] ?? [] }
                .filter { $0.finding.trial.behaviour == behaviour.id }
        }
    }

    /// What is performed to find out whether anything can be.
    private static let shortest = Array(Behaviour.optionRejects.trials.prefix(1))

    /// In real time only what is over within a quarter of a minute is asked.
    private static func shortTrials(_ behaviour: Behaviour) -> [TrialID] {
        behaviour.trials.filter { behaviour.length($0.parameters) == .short }
    }

    private static func answer(
        _ trials: [JudgedTrial], _ column: MatrixColumn, _ folder: MatrixFolder
    ) -> Answer {
        guard !trials.isEmpty else {
            if let reason = column.reason { return .failed([reason]) }
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
            let options = Summary.Options(
                width: 100, folder: folder.runFolder(column).path, selector: column.selector)
            return .failed(
                failed.map {
                    FailureText(trials: [$0], options: options).lines.joined(separator: "\n")
                })
        }
        let isNowhere = trials.allSatisfy { $0.finding.verdict.name == "notApplicable" }
        return isNowhere ? .skipped(reasons.sorted().joined(separator: "; ")) : .passed
    }

    private static func answer(_ outcomes: [LiveControls.Outcome]) -> Answer {
        let reasons = outcomes.filter { $0.result == .notApplicable }.map(\.words)
        if !reasons.isEmpty, reasons.count == outcomes.count {
            return .skipped(Set(reasons).sorted().joined(separator: "; "))
        }
        let wrong = outcomes.filter { ![.caught, .notApplicable].contains($0.result) }.map {
            "\($0.result.rawValue): \($0.behaviour) \($0.parameters.summary), \($0.control): "
                + $0.words
        }
        return wrong.isEmpty ? .passed : .failed(wrong)
    }
}
