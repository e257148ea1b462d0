import Campaign
import Foundation
import XCTest

/// The one performance behind all tests of a `swift test`.
///
/// Run serially, one process holds all selected tests and performs what they ask. Under
/// `--parallel` there is a process a test: the first of them has a process of the same kind perform
/// everything that `swift test` selected, and all others wait for its answers.
enum SharedPerformance {
    /// What was found; performing happens when this is first asked for.
    static let answers: Result<Answers, any Error> = Result { try perform() }

    /// Tells a process that it is to perform what its tests ask, for others, and where to answer.
    private static let answerVariable = "ETIMEDOUT_ANSWER_FILE"

    private static func perform() throws -> Answers {
        if let path = ProcessInfo.processInfo.environment[answerVariable] {
            let answers = performHere()
            try JSONEncoder().encode(answers).write(to: URL(filePath: path), options: .atomic)
            return answers
        }
        guard let parent = ParallelParent.current else {
            let answers = performHere()
            tell(answers.unavailable, to: "/dev/stderr")
            return answers
        }
        return try parent.shared { path, tests in
            try performElsewhere(tests, answerFile: path)
            // What a test prints is shown of failures only: the parent's own output is.
            let answers = try JSONDecoder().decode(
                Answers.self, from: Data(contentsOf: URL(filePath: path)))
            tell(answers.unavailable, to: parent.errorPath)
        }
    }

    /// Says once, beside the tests' own output, what is not asked, so that nobody takes it for
    /// asked.
    private static func tell(_ lines: [String], to path: String) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        for line in lines { try? file.write(contentsOf: Data("etimedout: \(line)\n".utf8)) }
    }

    private static func performHere() -> Answers {
        let questions = SuiteSelection.shared.questions()
        let done = DispatchSemaphore(value: 0)
        nonisolated(unsafe) var answers = Answers(refusal: "nothing was performed", to: questions)
        Task.detached {
            answers = await performed(questions)
            done.signal()
        }
        done.wait()
        return answers
    }

    private static func performed(_ questions: Set<Question>) async -> Answers {
        do {
            let kernels = try await AskedKernels()
            let folder = try MatrixFolder.create(at: nil, base: repository, name: "test")
            return try await Answers(performing: questions, on: kernels, in: folder)
        } catch {
            return Answers(refusal: "no trial can be performed here: \(error)", to: questions)
        }
    }

    /// Where `Reports/` is: the repository, or the working folder of a build without one.
    private static var repository: String {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        return FileManager.default.isWritableFile(atPath: path) ? path : "."
    }

    /// Runs the same test bundle with all selected tests, for their answers alone.
    private static func performElsewhere(_ tests: [String], answerFile: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [tests.joined(separator: ",")]
        process.environment = ProcessInfo.processInfo.environment.merging(
            [answerVariable: answerFile]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }
}

/// Why nothing was performed.
struct PerformanceError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
