import Campaign
import Evidence
import Foundation
import Reporting
import XCTest

/// A damaged folder is one line that names the file, whatever the damage.
final class RunFolderTests: XCTestCase {
    private static let name = "blackhole.established+T1000+ipv4+veth"
    private static let observation = "observations/\(name).json"
    private static let capture = "pcap/\(name).pcapng"

    /// The error of reading a run after something was done to it.
    private func error(
        _ damage: (String) throws -> Void, file: StaticString = #filePath, line: UInt = #line
    ) async throws -> String {
        let scratch = try Scratch()
        let campaign = try campaign("perform", in: scratch, trials: [threeTrials[0]])
        _ = try await campaign.perform()
        try damage(campaign.folder.path)
        do {
            _ = try RunFolder.load(campaign.folder.path)
            XCTFail("was read", file: file, line: line)
            return ""
        } catch {
            let text = "\(error)"
            XCTAssertFalse(text.contains("\n"), text, file: file, line: line)
            return text
        }
    }

    private func edit(
        _ folder: String, _ file: String, _ change: (inout String) -> Void
    ) throws {
        let url = URL(filePath: "\(folder)/\(file)")
        var text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        let before = text
        change(&text)
        XCTAssertNotEqual(before, text, "the edit changes something")
        try Data(text.utf8).write(to: url)
    }

    func testAMissingFileIsNamed() async throws {
        for file in ["run.json", Self.capture, Self.observation, "observations"] {
            let error = try await error {
                try FileManager.default.removeItem(atPath: "\($0)/\(file)")
            }
            XCTAssertTrue(error.contains(file), error)
        }
    }

    func testARunThatWasKilledIsReadAsFarAsItWent() async throws {
        let scratch = try Scratch()
        let campaign = try campaign("perform", in: scratch, trials: [threeTrials[0]])
        let result = try await campaign.perform()
        for name in ["run.json", "SHA256SUMS", "provenance.json", "junit.xml", "results.ktap"] {
            try FileManager.default.removeItem(atPath: "\(campaign.folder.path)/\(name)")
        }

        let run = try RunFolder.load(campaign.folder.path)

        XCTAssertNil(run.record)
        XCTAssertEqual(Rejudgement(run).record.findings, result.record.findings)
    }

    func testADamagedRecordIsNamed() async throws {
        for text in ["", "{", "[]", "null", "{\"format\": 1}", "\u{0}\u{1}"] {
            let error = try await error {
                try Data(text.utf8).write(to: URL(filePath: "\($0)/run.json"))
            }
            XCTAssertTrue(error.contains("run.json: is damaged"), error)
        }
    }

    func testAnUnknownFormatIsNamed() async throws {
        for file in ["run.json", Self.observation] {
            let error = try await error { folder in
                try edit(folder, file) {
                    $0.replace("\"format\" : 1", with: "\"format\" : 77")
                }
            }
            XCTAssertTrue(error.contains("\(file): format 77 is unknown"), error)
        }
    }

    func testAnUnknownBehaviourIsNamedWithThoseThatAreNear() async throws {
        let error = try await error { folder in
            try edit(folder, Self.observation) {
                $0.replace(
                    "\"behaviour\" : \"blackhole.established\"",
                    with: "\"behaviour\" : \"blackhole.establishe\"")
            }
        }

        XCTAssertTrue(error.contains("no behaviour \"blackhole.establishe\""), error)
        XCTAssertTrue(error.contains("near: blackhole.established"), error)
    }

    func testACutOffOrHostileCaptureIsNamed() async throws {
        for count in [0, 3, 40, 200] {
            let error = try await error { folder in
                let url = URL(filePath: "\(folder)/\(Self.capture)")
                try Data(contentsOf: url).prefix(count).write(to: url)
            }
            XCTAssertTrue(error.contains(Self.capture), error)
        }
        let noise = try await error { folder in
            let url = URL(filePath: "\(folder)/\(Self.capture)")
            var bytes = try Data(contentsOf: url)
            bytes[4] = 0xff
            bytes[7] = 0x7f
            try bytes.write(to: url)
        }
        XCTAssertTrue(noise.contains(Self.capture), noise)
    }

    func testNumbersThatWouldOverflowAreRefused() async throws {
        for (key, value) in [
            ("hz", "0"), ("zeroMonotonicNanoseconds", "9223372036854775807"),
            ("attempt", "-1"), ("userTimeoutMilliseconds", "99999999999"),
            ("retransmits", "9223372036854775807"), ("deadlineMilliseconds", "99999999999"),
            ("TcpExt.TCPTimeouts", "-9223372036854775808"),
        ] {
            let error = try await error { folder in
                try edit(folder, Self.observation) { text in
                    guard let start = text.range(of: "\"\(key)\" : ") else { return }
                    let digits = text[start.upperBound...].prefix { $0.isNumber || $0 == "-" }
                    text.replaceSubrange(start.upperBound..<digits.endIndex, with: value)
                }
            }
            XCTAssertTrue(error.contains("out of range"), error)
        }
    }

    func testASingleObservationIsReadWithItsPackets() async throws {
        let scratch = try Scratch()
        let campaign = try campaign("perform", in: scratch, trials: [threeTrials[0]])
        let result = try await campaign.perform()

        let run = try RunFolder.load("\(campaign.folder.path)/\(Self.observation)")

        XCTAssertNil(run.record)
        XCTAssertEqual(run.observations.first?.observation.captures.first?.packets.isEmpty, false)
        XCTAssertEqual(Rejudgement(run).record.findings, result.record.findings)
    }

    // MARK: - Creating

    func testTwoRunsInOneSecondHaveFoldersOfTheirOwn() throws {
        let scratch = try Scratch()

        let paths = try (0..<3).map { _ in
            try RunFolder.create(at: nil, base: scratch.path).path
        }

        XCTAssertEqual(Set(paths).count, 3)
        XCTAssertTrue(paths.allSatisfy { $0.contains("/Reports/") && $0.contains("-host") })
    }

    func testAFolderThatIsInUseOrAFileIsRefused() throws {
        let scratch = try Scratch()
        try Data("x".utf8).write(to: URL(filePath: "\(scratch.path)/file"))

        XCTAssertThrowsError(try RunFolder.create(at: scratch.path)) {
            XCTAssertTrue("\($0)".hasSuffix("is not empty; name a new folder"), "\($0)")
        }
        XCTAssertThrowsError(try RunFolder.create(at: "\(scratch.path)/file")) {
            XCTAssertTrue("\($0)".hasSuffix("is not a folder"), "\($0)")
        }
        XCTAssertThrowsError(try RunFolder.create(at: "/proc/etimedout")) {
            XCTAssertTrue("\($0)".hasPrefix("/proc/etimedout: "), "\($0)")
            XCTAssertFalse("\($0)".contains("\n"))
        }
    }
}
