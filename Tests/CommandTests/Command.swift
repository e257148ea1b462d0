import Foundation
import Subprocess
import SystemPackage
import XCTest

/// What a call of the command line came to.
struct Outcome {
    var status: Int32
    var output: String
    var errors: String
}

/// Runs the command that was built beside the tests.
func etimedout(
    _ arguments: [String], fake mode: String? = nil, in folder: String? = nil
) async throws -> Outcome {
    var environment: [Environment.Key: String?] = ["NO_COLOR": nil]
    if let mode {
        environment["FAKE_PERFORMER"] = mode
        environment["ETIMEDOUT_PERFORM"] = try program("fake-performer")
    }
    let result = try await Subprocess.run(
        .path(FilePath(try program("etimedout"))), arguments: Arguments(arguments),
        environment: .inherit.updating(environment),
        workingDirectory: folder.map { FilePath($0) },
        output: .string(limit: 1 << 24), error: .string(limit: 1 << 24))
    let status: Int32 =
        switch result.terminationStatus {
        case .exited(let code): code
        case .signaled(let signal): -signal
        }
    return Outcome(
        status: status, output: result.standardOutput, errors: result.standardError)
}

/// The path of a program beside the tests.
func program(_ name: String) throws -> String {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folders = [own, CommandLine.arguments[0]].map {
        URL(filePath: $0).deletingLastPathComponent().path
    }
    let found = folders.map { "\($0)/\(name)" }.first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    return try XCTUnwrap(found, "\(name) is not beside the tests: \(folders)")
}
