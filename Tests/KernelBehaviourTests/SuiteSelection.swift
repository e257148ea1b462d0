import Synchronization

/// What the selected tests ask, found out by calling each of them once while nobody answers.
final class SuiteSelection: Sendable {
    static let shared = SuiteSelection()

    private struct State {
        var tests: [@Sendable () throws -> Void] = []
        var questions: Set<Question>?
    }

    private let state = Mutex(State())

    /// Notes a selected test, by a way to call its method.
    func add(_ test: @escaping () throws -> Void) {
        // XCTest calls the tests of a process one after another, on one thread.
        nonisolated(unsafe) let test = test
        state.withLock { $0.tests.append { try test() } }
    }

    /// Whether questions are being collected; if so, this one is noted.
    func hears(_ question: Question) -> Bool {
        state.withLock { $0.questions?.insert(question) != nil }
    }

    /// Calls every selected test to hear what it asks.
    func questions() -> Set<Question> {
        let tests = state.withLock { state in
            state.questions = []
            return state.tests
        }
        for test in tests { try? test() }
        return state.withLock { state in
            defer { state.questions = nil }
            return state.questions ?? []
        }
    }
}
