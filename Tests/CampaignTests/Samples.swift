import Behaviours
import Campaign
import Evidence
import Foundation
import XCTest

/// A folder of a test's own, gone when the test is over.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "etimedout-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }
}

/// The programs that the build puts beside the tests.
enum Programs {
    static func path(_ name: String) throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folders = [own, CommandLine.arguments[0]].map {
            URL(filePath: $0).deletingLastPathComponent().path
        }
        let found = folders.map { "\($0)/\(name)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        return try XCTUnwrap(found, "\(name) is not beside the tests: \(folders)")
    }
}

/// The fake performer in one of its modes, behind a script, since modes come from the environment.
func fakePerformer(
    _ mode: String, in scratch: Scratch, patience: Duration? = nil, kernel: String = "6.99-fake",
    initramfs: String? = nil
) throws -> PerformerProcess {
    let path = "\(scratch.path)/perform-\(mode)-\(kernel)-\(initramfs ?? "host")"
    let program = try Programs.path("fake-performer")
    let guest = initramfs.map { "FAKE_INITRAMFS=\($0) " } ?? ""
    let text = "#!/bin/sh\nFAKE_PERFORMER=\(mode) FAKE_KERNEL=\(kernel) \(guest)exec '\(program)'\n"
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return PerformerProcess(
        path: path, greetingPatience: patience ?? .seconds(30), patience: patience)
}

/// Three trials of different kinds.
let threeTrials = [
    TrialID(
        behaviour: "blackhole.established", parameters: Parameters(userTimeoutMilliseconds: 1000)),
    TrialID(
        behaviour: "unroutable.idle", parameters: Parameters(userTimeoutMilliseconds: 3000)),
    TrialID(
        behaviour: "zero-window.live", parameters: Parameters(userTimeoutMilliseconds: 3000)),
]

func campaign(
    _ mode: String, in scratch: Scratch, patience: Duration? = nil,
    trials: [TrialID] = threeTrials
) throws -> Campaign {
    Campaign(
        requests: Campaign.requests(for: trials),
        performer: try fakePerformer(mode, in: scratch, patience: patience),
        folder: try RunFolder.create(at: "\(scratch.path)/run"))
}
