import Campaign
import Foundation
import XCTest

/// `SHA256SUMS`: what it names, who accepts it, and that no change escapes it.
final class ChecksumTests: XCTestCase {
    private static let observation = "observations/blackhole.established+T1000+ipv4+veth.json"
    private static let capture = "pcap/blackhole.established+T1000+ipv4+veth.pcapng"

    private func run(in scratch: Scratch) async throws -> RunFolder {
        let campaign = try campaign("perform", in: scratch)
        _ = try await campaign.perform()
        return campaign.folder
    }

    private func sums(_ folder: RunFolder) throws -> String {
        try String(contentsOfFile: "\(folder.path)/SHA256SUMS", encoding: .utf8)
    }

    private func damage(_ change: (String) throws -> Void) async throws -> [String] {
        let scratch = try Scratch()
        let folder = try await run(in: scratch)
        try change(folder.path)
        return try await folder.damage()
    }

    func testEveryFileIsNamedOnceAndSortedButTheOccasion() async throws {
        let scratch = try Scratch()
        let folder = try await run(in: scratch)

        let names = try sums(folder).split(separator: "\n").map { String($0.dropFirst(66)) }

        let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        let isFile = { (name: String) in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(
                atPath: "\(folder.path)/\(name)", isDirectory: &isFolder)
            return !isFolder.boolValue
        }
        let expected = Set(all.filter(isFile))
            .subtracting(["SHA256SUMS", "provenance.json", "index.html", "kcidb.json"])
        XCTAssertEqual(names, expected.sorted())
    }

    func testSha256sumAcceptsIt() async throws {
        let scratch = try Scratch()
        let folder = try await run(in: scratch)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
        process.currentDirectoryURL = URL(filePath: folder.path)

        try process.run()
        process.waitUntilExit()

        XCTAssertEqual(process.terminationStatus, 0)
    }

    func testTwoRunsOfTheSameHaveTheSameSums() async throws {
        let (one, other) = (try Scratch(), try Scratch())

        let sums = [try await sums(run(in: one)), try await sums(run(in: other))]

        XCTAssertEqual(sums[0], sums[1])
    }

    func testAnyChangeIsNamed() async throws {
        for file in [Self.observation, Self.capture, "run.json", "junit.xml"] {
            let changed = try await damage { folder in
                let url = URL(filePath: "\(folder)/\(file)")
                var bytes = try Data(contentsOf: url)
                bytes[bytes.count / 2] ^= 1
                try bytes.write(to: url)
            }
            let removed = try await damage {
                try FileManager.default.removeItem(atPath: "\($0)/\(file)")
            }

            XCTAssertEqual(changed.count, 1, "\(changed)")
            XCTAssertTrue(changed.first?.contains("\(file): is not what") ?? false, "\(changed)")
            XCTAssertTrue(removed.first?.contains("\(file): is missing") ?? false, "\(removed)")
        }
        let added = try await damage {
            try Data("{}".utf8).write(to: URL(filePath: "\($0)/observations/more.json"))
        }
        XCTAssertTrue(added.first?.contains("more.json: is not named by") ?? false, "\(added)")
        let untouched = try await damage { _ in }
        XCTAssertEqual(untouched, [])
    }

    func testTheOccasionMayDiffer() async throws {
        let lines = try await damage {
            try Data("{}".utf8).write(to: URL(filePath: "\($0)/provenance.json"))
        }

        XCTAssertEqual(lines, [])
    }

    func testDamagedSumsAreOneLineAndReadNothingElsewhere() async throws {
        let sum = String(repeating: "0", count: 64)
        for text in ["", "nonsense", "\(sum)  ../../etc/passwd", "\(sum)  /etc/passwd"] {
            do {
                _ = try await damage {
                    try Data(text.utf8).write(to: URL(filePath: "\($0)/SHA256SUMS"))
                }
                XCTFail("accepted: \(text)")
            } catch {
                XCTAssertTrue("\(error)".contains("SHA256SUMS: "), "\(error)")
            }
        }
    }
}
