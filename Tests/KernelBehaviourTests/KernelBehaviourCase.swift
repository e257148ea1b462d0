import Behaviours
import XCTest

/// A test of this kernel. Its methods ask with `assertConforms` and `assertControlsAreCaught`.
///
/// XCTest makes an instance of each selected test before it runs the first one: that is how the
/// suite knows its own selection. Before the first answer is needed every selected method is called
/// once to hear what it asks, all of it is performed together, and when the methods are run they
/// only look up what was found.
class KernelBehaviourCase: XCTestCase {
    required init(name: String, testClosure: @escaping XCTestCaseClosure) {
        super.init(name: name, testClosure: testClosure)
        SuiteSelection.shared.add { [unowned self] in try testClosure(self) }
    }

    /// Asserts that each kernel asked does what is promised: fails where a trial deviates or is
    /// inconclusive, skips only where every trial is not applicable.
    func assertConforms(
        _ behaviour: Behaviour, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        try answer(.behaviour(behaviour.id), file: file, line: line)
    }

    /// Asserts that each control of the behaviour is caught where it says.
    func assertControlsAreCaught(
        of behaviour: Behaviour, file: StaticString = #filePath, line: UInt = #line
    ) throws {
        try answer(.controls(behaviour.id), file: file, line: line)
    }

    /// Asserts that this machine can perform trials at all.
    func assertTrialsCanBePerformed(file: StaticString = #filePath, line: UInt = #line) throws {
        try answer(.machine, file: file, line: line)
    }

    /// Asserts that each kernel that was named is asked; skips where this machine lacks what one
    /// needs, so that it is seen.
    func assertEveryKernelIsAsked(file: StaticString = #filePath, line: UInt = #line) throws {
        try answer(.kernels, file: file, line: line)
    }

    private func answer(_ question: Question, file: StaticString, line: UInt) throws {
        guard !SuiteSelection.shared.hears(question) else { return }
        switch try SharedPerformance.answers.get().answer(to: question) {
        case .passed: return
        case .skipped(let reason): throw XCTSkip(reason, file: file, line: line)
        case .failed(let texts):
            for text in texts { XCTFail(text, file: file, line: line) }
        }
    }
}

/// What a test asks.
enum Question: Hashable, Codable, Sendable {
    /// Whether a behaviour conforms.
    case behaviour(String)
    /// Whether a behaviour's controls are caught.
    case controls(String)
    /// Whether this machine can perform trials.
    case machine
    /// Whether every kernel that is named can be asked.
    case kernels
}

/// What a test is told.
enum Answer: Codable, Sendable {
    /// All is well.
    case passed
    /// It cannot be asked here.
    case skipped(String)
    /// What is wrong, a text each.
    case failed([String])
}
