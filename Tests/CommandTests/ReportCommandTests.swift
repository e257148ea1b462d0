import Evidence
import Foundation
import Judge
import Reporting
import XCTest

/// `report` and `compare`, from outside.
final class ReportCommandTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = NSTemporaryDirectory() + "etimedout-report-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    override func tearDown() { try? FileManager.default.removeItem(atPath: folder) }

    private func run(_ mode: String) async throws -> String {
        let report = "\(folder)/\(mode)"
        _ = try await etimedout(
            ["run", "--behaviour", "blackhole", "--values", "T=1000", "--report", report],
            fake: mode)
        return report
    }

    private func stored(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }

    func testEachFormatOfAStoredRunIsWhatTheRunLeft() async throws {
        let run = try await run("deviate")

        for (format, file) in [
            ("html", "index.html"), ("junit", "junit.xml"), ("ktap", "results.ktap"),
            ("kcidb", "kcidb.json"), ("json", "run.json"),
        ] {
            let outcome = try await etimedout(["report", run, "--format", format])

            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertEqual(outcome.output, try stored("\(run)/\(file)"), format)
        }
        let markdown = try await etimedout(["report", run, "--format", "markdown"])
        XCTAssertTrue(markdown.output.hasPrefix("## ✗ `Linux "), markdown.output)
    }

    func testAnUnknownFormatAndWhatIsNoRunAreOneLineAndTwo() async throws {
        let run = try await run("perform")

        for arguments in [["report", run, "--format", "pdf"], ["report", "\(folder)/none"]] {
            let outcome = try await etimedout(arguments)

            XCTAssertEqual(outcome.status, 2)
            XCTAssertEqual(outcome.errors.split(separator: "\n").count, 1, outcome.errors)
        }
    }

    func testCompareExitsWithOneWhereAnythingDiffersAndMakesItsPage() async throws {
        let (good, bad) = (try await run("perform"), try await run("deviate"))
        let page = "\(folder)/compared.html"

        let same = try await etimedout(["compare", good, good])
        let other = try await etimedout(["compare", good, bad, "--html", page])
        let json = try await etimedout(["compare", good, bad, "--json"])

        XCTAssertEqual(same.status, 0, same.errors)
        XCTAssertTrue(same.output.contains("no difference"), same.output)
        XCTAssertEqual(other.status, 1, other.errors)
        XCTAssertTrue(other.output.contains("verdict: A conforms, B deviates"), other.output)
        XCTAssertTrue(try stored(page).contains("<svg class=\"ladder\""))
        let comparison = try JSONText.decode(RunComparison.self, from: Array(json.output.utf8))
        XCTAssertEqual(json.status, 1)
        XCTAssertFalse(comparison.differences.isEmpty)
    }

    func testCompareRefusesAnUnknownKernelInOneLine() async throws {
        let run = try await run("perform")

        let outcome = try await etimedout(["compare", run, "debian:six"])

        XCTAssertEqual(outcome.status, 2)
        XCTAssertTrue(outcome.errors.contains("debian:six"), outcome.errors)
    }
}
