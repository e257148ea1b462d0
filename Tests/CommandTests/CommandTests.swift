import Evidence
import Foundation
import Reporting
import XCTest

/// The built command, from outside: exit codes, and one line for each error.
final class CommandTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = NSTemporaryDirectory() + "etimedout-command-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    override func tearDown() {
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func assertOneLine(
        _ arguments: [String], _ words: String, status: Int32 = 2, fake: String? = nil,
        file: StaticString = #filePath, line: UInt = #line
    ) async throws {
        let outcome = try await etimedout(arguments, fake: fake, in: folder)

        XCTAssertEqual(outcome.status, status, outcome.errors, file: file, line: line)
        XCTAssertEqual(outcome.output, "", file: file, line: line)
        XCTAssertEqual(
            outcome.errors.split(separator: "\n").count, 1, outcome.errors, file: file, line: line)
        XCTAssertTrue(
            outcome.errors.hasPrefix("etimedout: ") && outcome.errors.contains(words),
            outcome.errors, file: file, line: line)
    }

    // MARK: - Usage

    func testUsageErrorsAreOneLineAndTwo() async throws {
        try await assertOneLine(["bogus"], "bogus")
        try await assertOneLine(["run", "--bogus"], "--bogus")
        try await assertOneLine(["judge"], "<folder>")
        try await assertOneLine(["predict", "blackhole.established", "--hz", "ten"], "ten")
        try await assertOneLine(["run", "--bogus", "--bisect"], "--bogus", status: 125)
    }

    func testHelpAndVersionAreSuccess() async throws {
        for arguments in [[], ["--help"], ["--version"], ["run", "--help"]] {
            let outcome = try await etimedout(arguments)
            XCTAssertEqual(outcome.status, 0)
            XCTAssertFalse(outcome.output.isEmpty)
            XCTAssertEqual(outcome.errors, "")
        }
    }

    func testWhatIsUnknownIsRefusedBeforeAnythingRuns() async throws {
        try await assertOneLine(
            ["run", "--behaviour", "blackhol"], "near: blackhole.", fake: "perform")
        try await assertOneLine(["run", "--values", "T=77"], "T=77", fake: "perform")
        try await assertOneLine(["run", "--kernel", "debian:six"], "debian:six", fake: "perform")
        try await assertOneLine(
            ["run", "--report", "/proc/x"], "/proc/x", fake: "perform")
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), [])
    }

    func testListAndDryRunNeedNoPerformerAndFitInEightyColumns() async throws {
        for flag in ["--list", "--dry-run"] {
            let outcome = try await etimedout(["run", flag], fake: "die-early", in: folder)

            XCTAssertEqual(outcome.status, 0)
            XCTAssertTrue(outcome.output.contains("zero-window.live"))
            for line in outcome.output.split(separator: "\n") {
                XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
            }
        }
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), [])
    }

    // MARK: - predict

    func testPredictPrintsTheScheduleAndTheMomentOfTheError() async throws {
        let outcome = try await etimedout([
            "predict", "blackhole.established", "--user-timeout", "3000", "--hz", "1000",
            "--explain",
        ])

        XCTAssertEqual(outcome.status, 0)
        XCTAssertTrue(outcome.output.contains("tail loss probe"))
        XCTAssertTrue(outcome.output.contains("jiffies"))
        let last = try XCTUnwrap(outcome.output.split(separator: "\n").last)
        XCTAssertTrue(last.hasPrefix("ETIMEDOUT between 3."), "\(last)")
    }

    func testPredictSaysThatALiveZeroWindowWithoutATimeoutLives() async throws {
        let outcome = try await etimedout([
            "predict", "zero-window.live", "--user-timeout", "0", "--retries", "3",
        ])

        XCTAssertEqual(outcome.status, 0)
        XCTAssertTrue(outcome.output.contains("No abort until 60.000 s"), outcome.output)
    }

    func testPredictRefusesWhatIsOutOfRangeOrUnknown() async throws {
        let id = "blackhole.established"
        try await assertOneLine(["predict", "nothing.such"], "no behaviour \"nothing.such\"")
        try await assertOneLine(["predict", id, "--hz", "7"], "--hz 7 is out of range")
        try await assertOneLine(
            ["predict", id, "--user-timeout", "-1"], "--user-timeout -1 is out of range")
        try await assertOneLine(["predict", id, "--rto", "0"], "--rto 0 is out of range")
        try await assertOneLine(["predict", id, "--retries", "256"], "256 is out of range")
        try await assertOneLine(["predict", id, "--rto", "200", "--rtt", "1"], "exclude")
        try await assertOneLine(["predict", id, "--variant", "x"], "there are: at-deadline")
        try await assertOneLine(["predict", "option.rejects"], "not a schedule")
    }

    // MARK: - run and judge

    func testARunExitsWithWhatWasFoundAndCanBeJudgedAgain() async throws {
        for (mode, status) in [("perform", Int32(0)), ("deviate", 1), ("die-midway", 2)] {
            let report = "\(folder)/\(mode)"
            let run = try await etimedout(
                ["run", "--behaviour", "blackhole", "--values", "T=1000", "--report", report],
                fake: mode)
            XCTAssertEqual(run.status, status, run.output + run.errors)

            let judged = try await etimedout(["judge", report])

            XCTAssertEqual(judged.status, status, judged.errors)
            XCTAssertTrue(judged.output.contains("The same findings as are stored."))
            XCTAssertTrue(judged.output.hasPrefix(run.output), judged.output)
        }
    }

    func testJSONIsTheRecordAloneOnStandardOutput() async throws {
        let run = try await etimedout(
            ["run", "--behaviour", "option", "--json", "--report", "\(folder)/r"], fake: "perform")

        let record = try JSONText.decode(RunRecord.self, from: Array(run.output.utf8))
        XCTAssertFalse(record.findings.isEmpty)
        XCTAssertTrue(run.errors.contains("VERDICT"))
        let stored = try Data(contentsOf: URL(filePath: "\(folder)/r/run.json"))
        XCTAssertEqual(Array(stored), Array(run.output.utf8))
    }

    func testARefusedRunLeavesNothingBehind() async throws {
        try await assertOneLine(
            ["run", "--report", "r"], "no user namespaces here", fake: "refuse")
        try await assertOneLine(["run", "--report", "r"], "libpcap is missing", fake: "loader")
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), [])
    }

    func testJudgingWhatIsNotARunIsOneLine() async throws {
        try await assertOneLine(["judge", "/nonexistent"], "/nonexistent: is not there")
        try await assertOneLine(["judge", folder], "run.json")
        try await assertOneLine(["judge", try program("etimedout")], "neither a run's folder")
    }
}
