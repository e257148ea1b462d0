import Foundation
import Glibc

/// The `swift test --parallel` that started this process: it says which tests were selected, and
/// its identity is what the processes that it starts have in common.
struct ParallelParent {
    /// The process and when it was started: no later process has both.
    private let identity: String
    private let arguments: [String]

    /// The parent, if it is a `swift test --parallel`.
    static var current: ParallelParent? {
        let parent = getppid()
        guard let line = try? Data(contentsOf: URL(filePath: "/proc/\(parent)/cmdline")),
            let stat = try? String(
                contentsOf: URL(filePath: "/proc/\(parent)/stat"), encoding: .utf8)
        else { return nil }
        let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard arguments.contains("--parallel") else { return nil }
        // The 22nd field, counted behind the command's closing parenthesis (proc_pid_stat(5)).
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        let started = fields.count > 19 ? String(fields[19]) : "0"
        return ParallelParent(identity: "\(parent)-\(started)", arguments: arguments)
    }

    /// Where its standard error goes, which people see.
    var errorPath: String { "/proc/\(identity.prefix { $0 != "-" })/fd/2" }

    /// The answers that all processes share: the first one to come has them made, under a lock.
    func shared(_ make: (_ path: String, _ tests: [String]) throws -> Void) throws -> Answers {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "etimedout-test-\(getuid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "\(identity).json")
        let lock = open(folder.appending(path: "\(identity).lock").path, O_CREAT | O_RDWR, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
            throw PerformanceError("\(folder.path): cannot be locked, errno \(errno)")
        }
        defer { close(lock) }
        if !FileManager.default.fileExists(atPath: file.path) {
            removeOldAnswers(in: folder)
            try make(file.path, selectedTests())
        }
        do {
            return try JSONDecoder().decode(Answers.self, from: Data(contentsOf: file))
        } catch {
            throw PerformanceError("the process that performed for all tests gave no answer")
        }
    }

    /// Answers of runs whose `swift test` is gone.
    private func removeOldAnswers(in folder: URL) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names {
            let process = name.prefix { $0 != "-" }
            if !FileManager.default.fileExists(atPath: "/proc/\(process)") {
                try? FileManager.default.removeItem(at: folder.appending(path: name))
            }
        }
    }

    /// The suite's tests that the parent selected, as XCTest wants them named.
    ///
    /// By its `--filter` and `--skip`, regular expressions that `swift test` searches for in
    /// `Module.Class/method`.
    private func selectedTests() throws -> [String] {
        let filters = values(of: "--filter")
        let skips = values(of: "--skip")
        func matches(_ patterns: [String], _ name: String) -> Bool {
            patterns.contains { name.range(of: $0, options: .regularExpression) != nil }
        }
        let own = try allTests().filter { $0.hasPrefix("KernelBehaviourTests.") }
        return own.filter {
            (filters.isEmpty || matches(filters, $0)) && !matches(skips, $0)
        }
    }

    private func values(of option: String) -> [String] {
        arguments.enumerated().compactMap { index, argument in
            if argument == option, index + 1 < arguments.count { return arguments[index + 1] }
            guard argument.hasPrefix(option + "=") else { return nil }
            return String(argument.dropFirst(option.count + 1))
        }
    }

    /// All tests of this bundle, by its own list.
    private func allTests() throws -> [String] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["-l"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
