import Campaign
import Evidence
import Foundation
import XCTest

/// Whatever a performer does wrong is one line, and never a verdict.
final class PerformerProcessTests: XCTestCase {
    /// How a performance in this mode ends, and how many observations arrived.
    private func end(
        _ mode: String, patience: Duration? = nil
    ) async throws -> (PerformanceEnd, observations: Int) {
        let scratch = try Scratch()
        let performer = try fakePerformer(mode, in: scratch, patience: patience)
        let counter = Counter()
        let end = try await performer.perform(
            Plan(trials: Campaign.requests(for: threeTrials))
        ) { event in
            if case .observation = event { await counter.add() }
        }
        return (end, await counter.count)
    }

    private func assertFails(
        _ mode: String, _ line: String, observations: Int = 0, patience: Duration? = nil
    ) async throws {
        let (end, count) = try await end(mode, patience: patience)

        guard case .failed(let error) = end else { return XCTFail("\(mode): \(end)") }
        XCTAssertTrue("\(error)".contains(line), "\(mode): \(error)")
        XCTAssertFalse("\(error)".contains("\n"))
        XCTAssertEqual(count, observations, mode)
    }

    func testAWholePerformanceBringsEveryObservation() async throws {
        let (end, count) = try await end("perform")

        XCTAssertEqual(end, .done)
        XCTAssertEqual(count, 3)
    }

    func testARefusalIsItsReason() async throws {
        try await assertFails("refuse", "no user namespaces here")
    }

    func testADeathIsItsExitStatusAndItsLastLine() async throws {
        try await assertFails("die-early", "exit status 3: boom: the last line")
        try await assertFails(
            "die-midway", "exit status 9: midway: the machine is on fire", observations: 1)
        try await assertFails("kill-midway", "signal 9", observations: 1)
    }

    func testAMissingLibraryIsNamedWithWhatInstallsIt() async throws {
        try await assertFails("loader", "libpcap is missing; Scripts/setup installs it")
    }

    func testDamagedFramesAreNamedByTheirPlace() async throws {
        try await assertFails("garbage", "byte 0 of the stream does not begin a frame")
        try await assertFails("damaged", "fails its checksum", observations: 1)
        try await assertFails("cut-off", "it ended inside a frame", observations: 1)
    }

    func testAnEndBeforeAllIsDoneIsADeath() async throws {
        try await assertFails("no-end", "it ended before all was done", observations: 3)
    }

    func testWhatWasNotAskedForIsNonsense() async throws {
        try await assertFails("unasked", "which was not asked for")
        try await assertFails("future", "version 99 of the protocol")
    }

    func testSilenceIsEndedByTheWatchdog() async throws {
        let patience = Duration.milliseconds(1500)
        try await assertFails("mute", "was silent for 1 s", patience: patience)
        try await assertFails("hang", "was silent for 1 s", patience: patience)
        try await assertFails(
            "hang-midway", "was silent for 1 s", observations: 1, patience: patience)
    }

    func testAProgramThatIsNotThereIsNamed() async throws {
        let performer = PerformerProcess(path: "/nonexistent/perform")
        let end = try await performer.perform(Plan(trials: [])) { _ in }

        guard case .failed(let error) = end else { return XCTFail("\(end)") }
        XCTAssertTrue("\(error)".contains("/nonexistent/perform could not be started"), "\(error)")
    }

    func testTheLocatorSaysHowToBuildWhatItDoesNotFind() {
        XCTAssertThrowsError(
            try PerformerLocator.locate(environment: ["ETIMEDOUT_PERFORM": "/nonexistent"])
        ) { error in
            XCTAssertTrue("\(error)".contains("swift build --product etimedout-perform"))
        }
    }
}

private actor Counter {
    var count = 0
    func add() { count += 1 }
}
