import Foundation
import Subprocess
import SystemPackage

/// Programs of the machine, run with a command line and waited for.
enum Program {
    /// The path of a program, searched as a shell would.
    static func find(_ name: String, package: String) throws(KernelLabError) -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        // The last two are where ordinary users' paths do not lead.
        let folders: [String] =
            path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        for folder in folders {
            let candidate = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        throw .programMissing(name, package: package)
    }

    /// What a program prints. In English, whatever the user's language: it is read by us.
    static func output(
        _ path: String, _ arguments: [String], environment: [String: String] = [:],
        in folder: String? = nil
    ) async throws -> String {
        var own: [Subprocess.Environment.Key: String?] = ["LC_ALL": "C.UTF-8"]
        for (key, value) in environment { own[.init(stringLiteral: key)] = value }
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments),
            environment: .inherit.updating(own), workingDirectory: folder.map { FilePath($0) },
            output: .string(limit: 256 << 20), error: .string(limit: 1 << 20))
        guard case .exited(0) = result.terminationStatus else {
            throw KernelLabError.programFailed(
                path, reason: lastLine(result.standardError) ?? "\(result.terminationStatus)")
        }
        return result.standardOutput
    }

    /// The last line of a text that says something, cut to what fits on a few lines.
    static func lastLine(_ text: String) -> String? {
        let lines = text.split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        return lines.last { !$0.isEmpty }.map { String($0.prefix(300)) }
    }

    /// The SHA-256 of files, in hexadecimal digits, in their order.
    static func sha256(_ paths: [String]) async throws -> [String] {
        let program = try find("sha256sum", package: "coreutils")
        let lines = try await output(program, ["--"] + paths).split(separator: "\n")
        // A name with a backslash or a newline is escaped, and its line begins with a backslash.
        let sums = lines.map { String($0.drop { $0 == "\\" }.prefix(64)) }
        guard sums.count == paths.count else {
            throw KernelLabError.programFailed(program, reason: "not a line for each file")
        }
        return sums
    }
}
