import Evidence
import Foundation
import XCTest

/// `audit` and `explain` from outside.
final class AuditCommandTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = NSTemporaryDirectory() + "etimedout-audit-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    override func tearDown() {
        try? FileManager.default.removeItem(atPath: folder)
    }

    func testAStoredRunIsAuditedWithoutBeingPerformed() async throws {
        let run = try await etimedout(
            ["run", "--behaviour", "zero-window.live", "--report", "\(folder)/r"], fake: "perform")
        XCTAssertEqual(run.status, 0, run.errors)

        let audit = try await etimedout(["audit", "\(folder)/r"], fake: "die-early")

        XCTAssertEqual(audit.status, 0, audit.output + audit.errors)
        XCTAssertTrue(audit.output.contains("344db93ae3ee"), audit.output)
    }

    func testAKernelIsAskedFirstAndTheAuditIsJSONWhereThatIsWanted() async throws {
        let audit = try await etimedout(
            ["audit", "host", "--json", "--report", "\(folder)/r"], fake: "perform")

        let object = try JSONSerialization.jsonObject(with: Data(audit.output.utf8))
        let entries = try XCTUnwrap((object as? [String: Any])?["entries"] as? [[String: Any]])
        XCTAssertGreaterThan(entries.count, 40)
        XCTAssertTrue(
            FileManager.default.fileExists(atPath: "\(folder)/r/run.json"), audit.errors)
    }

    func testWhatIsNeitherAFolderNorAKernelIsOneLine() async throws {
        let audit = try await etimedout(["audit", "debian:six"], in: folder)

        XCTAssertEqual(audit.status, 2)
        XCTAssertEqual(audit.errors.split(separator: "\n").count, 1)
    }
}
