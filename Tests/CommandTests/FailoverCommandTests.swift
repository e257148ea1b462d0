import Foundation
import XCTest

/// `failover` and `advise` from outside, as far as nothing is performed.
final class FailoverCommandTests: XCTestCase {
    private func assertOneLine(_ arguments: [String], _ words: String) async throws {
        let outcome = try await etimedout(arguments)

        XCTAssertEqual(outcome.status, 2, outcome.errors)
        XCTAssertEqual(outcome.output, "")
        XCTAssertEqual(outcome.errors.split(separator: "\n").count, 1, outcome.errors)
        XCTAssertTrue(outcome.errors.contains(words), outcome.errors)
    }

    func testTheListNamesRowsAndEventsWithinEightyColumns() async throws {
        let outcome = try await etimedout(["failover", "--list"])

        XCTAssertEqual(outcome.status, 0)
        for name in ["move", "power", "no-arp", "tcp-ut", "ss-kill"] {
            XCTAssertTrue(outcome.output.contains("  \(name) "), outcome.output)
        }
        for line in outcome.output.split(separator: "\n") {
            XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
        }
    }

    func testWhatIsUnknownOrImpossibleIsRefusedInOneLine() async throws {
        try await assertOneLine(["failover", "--event", "fire"], "no event \"fire\"")
        try await assertOneLine(["failover", "--protection", "x"], "there are: nothing, tcp-ut")
        try await assertOneLine(["failover", "--retries2", "99"], "--retries2 99")
        try await assertOneLine(
            ["failover", "--kernel", "debian:6.1", "--backend", "rabbitmq"], "simple broker")
        try await assertOneLine(
            ["advise", "--detect-within", "2", "--survive-blip", "5"], "impossible")
        try await assertOneLine(
            ["advise", "--detect-within", "-1", "--survive-blip", "5"], "--detect-within")
        try await assertOneLine(
            [
                "advise", "--detect-within", "9", "--survive-blip", "2", "--findings",
                "/nonexistent",
            ], "/nonexistent")
        let laboratory = NSTemporaryDirectory() + "etimedout-advise-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: laboratory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: laboratory) }
        try Data("{}".utf8).write(to: URL(filePath: "\(laboratory)/failover.json"))
        try await assertOneLine(
            ["advise", "--detect-within", "9", "--survive-blip", "2", "--findings", laboratory],
            "name the folder of etimedout run")
    }

    func testAdviceIsPrintedWithItsWindows() async throws {
        let outcome = try await etimedout([
            "advise", "--detect-within", "10", "--survive-blip", "2", "--slow-consumer", "5",
        ])

        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.contains("tcp-ut 9"), outcome.output)
        XCTAssertTrue(outcome.output.contains("noticed: peer silent 9."), outcome.output)
    }
}
