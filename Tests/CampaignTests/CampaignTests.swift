import Behaviours
import Campaign
import Evidence
import Foundation
import Reporting
import XCTest

final class CampaignTests: XCTestCase {
    func testARunIsStoredWholeAndJudgedAgainTheSame() async throws {
        let scratch = try Scratch()
        let campaign = try campaign("perform", in: scratch)

        let result = try await campaign.perform()

        XCTAssertEqual(result.record.status, .conforms, Summary(result.trials, kernel: nil).text)
        XCTAssertEqual(
            try scratch.names(campaign.folder.path),
            [
                "SHA256SUMS", "index.html", "junit.xml", "kcidb.json", "observations", "pcap",
                "provenance.json", "results.ktap", "run.json",
            ])
        let stored = try RunFolder.load(campaign.folder.path)
        XCTAssertEqual(stored.record, result.record)
        XCTAssertEqual(stored.observations.count, 3)
        let again = Rejudgement(stored)
        XCTAssertEqual(again.record.findings, result.record.findings)
        XCTAssertEqual(again.differences, [])
    }

    func testADeviationIsAStatusOfOne() async throws {
        let scratch = try Scratch()

        let result = try await campaign("deviate", in: scratch).perform()

        XCTAssertEqual(result.record.status, .deviates)
    }

    func testAPerformerThatDiesLeavesWhatArrivedAndNoVerdictForTheRest() async throws {
        let scratch = try Scratch()
        let campaign = try campaign("die-midway", in: scratch)

        let result = try await campaign.perform()

        XCTAssertEqual(result.record.status, .inconclusive)
        let verdicts = result.record.findings.map(\.verdict)
        XCTAssertEqual(verdicts.filter { $0 == .conforms }.count, 1)
        let cause = "the performer died: exit status 9: midway: the machine is on fire"
        XCTAssertEqual(verdicts.filter { $0 == .inconclusive(cause: cause) }.count, 2)
        XCTAssertEqual(try RunFolder.load(campaign.folder.path).observations.count, 1)
    }

    func testAStalledTrialIsPerformedAgainAndEveryAttemptIsKept() async throws {
        let scratch = try Scratch()
        let campaign = try campaign("stall-once", in: scratch)

        let result = try await campaign.perform()

        XCTAssertEqual(result.record.findings.map(\.attempt), [2, 1, 1])
        XCTAssertEqual(
            result.provenance.attempts, ["blackhole.established+T1000+ipv4+veth": 2])
        let stored = try RunFolder.load(campaign.folder.path)
        XCTAssertEqual(stored.observations.count, 4)
        XCTAssertTrue(
            FileManager.default.fileExists(
                atPath: campaign.folder.path
                    + "/observations/blackhole.established+T1000+ipv4+veth.attempt1.json"))
        XCTAssertEqual(Rejudgement(stored).record.findings, result.record.findings)
    }

    func testATrialThatAlwaysStallsIsPerformedFiveTimesAtMost() async throws {
        let scratch = try Scratch()
        let campaign = try campaign("stall", in: scratch)

        let result = try await campaign.perform()

        XCTAssertEqual(result.record.findings.map(\.attempt), [5, 1, 1])
        XCTAssertEqual(try RunFolder.load(campaign.folder.path).observations.count, 7)
    }

    func testCancellingStopsThePerformerAndKeepsWhatArrived() async throws {
        let scratch = try Scratch()
        let campaign = try campaign("wait-for-end", in: scratch)
        let arrived = AsyncStream<Void>.makeStream()
        let task = Task {
            try await campaign.perform { progress in
                if case .event(.observation) = progress { arrived.continuation.yield() }
            }
        }
        for await _ in arrived.stream { break }

        task.cancel()
        let result = try await task.value

        XCTAssertEqual(result.end, .stopped)
        XCTAssertEqual(result.record.status, .inconclusive)
        XCTAssertEqual(
            result.record.findings.count { $0.verdict == .conforms }, 1,
            "\(result.record.findings.map(\.verdict))")
        XCTAssertEqual(try RunFolder.load(campaign.folder.path).observations.count, 1)
    }

    func testAControlThatTheJudgeDoesNotCatchIsMissed() async throws {
        let scratch = try Scratch()
        let behaviour = try XCTUnwrap(Catalogue.behaviour("blackhole.established"))

        // The fake ignores the alteration, so every trial conforms.
        let missed = try await LiveControls(
            [behaviour], performer: fakePerformer("perform", in: scratch),
            folder: try RunFolder.create(at: "\(scratch.path)/missed")
        ).perform()
        let lost = try await LiveControls(
            [behaviour], performer: fakePerformer("die-midway", in: scratch),
            folder: try RunFolder.create(at: "\(scratch.path)/lost")
        ).perform()

        XCTAssertEqual(missed.count, behaviour.controls.count)
        XCTAssertTrue(missed.allSatisfy { $0.result == .missed })
        XCTAssertEqual(LiveControls.Outcome.status(missed), .deviates)
        XCTAssertEqual(lost.map(\.result), [.missed, .inconclusive, .inconclusive, .inconclusive])
    }

    func testARefusedRunThrowsAndItsEmptyFolderCanBeRemoved() async throws {
        let scratch = try Scratch()
        let campaign = try campaign("refuse", in: scratch)

        do {
            _ = try await campaign.perform()
            XCTFail("performed")
        } catch {
            XCTAssertEqual("\(error)", "no user namespaces here")
        }
        campaign.folder.removeIfEmpty()

        XCTAssertFalse(FileManager.default.fileExists(atPath: campaign.folder.path))
    }
}
