import Behaviours
import Evidence
import KernelLab
import Reporting
import XCTest

@testable import Campaign

/// Real guests that are made to panic, hang, crash and fall silent: each loss is its own cause, and
/// what was finished before it is kept.
final class LostGuestTests: XCTestCase {
    /// A kernel that is kept or can be fetched; without one, or without QEMU, the tests skip, and
    /// say why.
    private func kernel() async throws -> Kernel {
        do {
            return try await KernelStore().kernel(try KernelSelector("debian:6.1"))
        } catch {
            throw XCTSkip("no guest can be booted here: \(error)")
        }
    }

    private func requests() throws -> [Plan.Request] {
        let behaviour = try XCTUnwrap(Catalogue.behaviour("option.rejects"))
        let other = try XCTUnwrap(Catalogue.behaviour("blackhole.established"))
        return Campaign.requests(
            for: Array(behaviour.trials.prefix(2)) + Array(other.trials.prefix(1)))
    }

    private func lose(
        _ fault: String?, patience: Duration = .seconds(90)
    ) async throws -> (CampaignResult, RunFolder) {
        let path: String
        do {
            path = try PerformerLocator.locate(forGuests: true)
            _ = try PerformerLocator.locateConductor()
        } catch {
            throw XCTSkip("no guest can be booted here: \(error)")
        }
        var performer = GuestPerformer(kernel: try await kernel(), path: path)
        performer.fault = fault
        performer.patience = patience
        let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        addTeardownBlock { try? FileManager.default.removeItem(atPath: place) }
        let folder = try RunFolder.create(at: place)
        let campaign = Campaign(
            requests: try requests(), performer: performer, folder: folder)
        do {
            return (try await campaign.perform(), folder)
        } catch let error as KernelLabError {
            throw XCTSkip("no guest can be booted here: \(error)")
        }
    }

    /// The loss, after looking whether the first trial and the console were kept all the same.
    private func loss(
        _ fault: String, patience: Duration = .seconds(90), line: UInt = #line
    ) async throws -> GuestLoss? {
        let (result, folder) = try await lose(fault, patience: patience)

        XCTAssertEqual(result.record.status.exitCode, 2, line: line)
        let verdicts = result.trials.map(\.finding.verdict)
        XCTAssertEqual(verdicts.first, .conforms, "what was finished is kept", line: line)
        guard case .inconclusive = verdicts.last else {
            XCTFail("\(verdicts)", line: line)
            return nil
        }
        let console = try String(contentsOfFile: "\(folder.path)/console-1.txt", encoding: .utf8)
        XCTAssertFalse(console.isEmpty, line: line)
        guard case .failed(.guestLost(let loss, let tail)) = result.end else {
            XCTFail("\(result.end)", line: line)
            return nil
        }
        XCTAssertFalse(tail.isEmpty, line: line)
        return loss
    }

    func testAPanicIsACauseOfItsOwn() async throws {
        let loss = try await loss("panic")

        XCTAssertEqual(loss, .panic("sysrq triggered crash"))
    }

    func testAPerformerThatCrashesIsNoPanicOfTheKernels() async throws {
        let loss = try await loss("crash")

        guard case .crash = loss else { return XCTFail("\(String(describing: loss))") }
    }

    func testAGuestThatSaysNothingAnyMoreIsEnded() async throws {
        let loss = try await loss("hang", patience: .seconds(25))

        XCTAssertEqual(loss, .hang(seconds: 25))
    }

    func testAnOopsThatNothingFollowsIsTold() async throws {
        let loss = try await loss("oops", patience: .seconds(25))

        XCTAssertEqual(loss, .oops("BUG: kernel NULL pointer dereference, address: 0"))
    }

    func testHalfAFrameIsHalfAResult() async throws {
        let loss = try await loss("half")

        XCTAssertEqual(loss, .halfAResult)
    }

    func testAGuestWithoutAnyResultIsNoSuccess() async throws {
        do {
            _ = try await lose("noResult")
            XCTFail("a guest that said nothing was taken for a result")
        } catch let error as PerformerError {
            guard case .guestLost(.noResult, _) = error else { return XCTFail("\(error)") }
        }
    }

    func testWhatAKernelComplainsOfIsInTheRecordWithTheTrialsUnderWay() async throws {
        let (result, _) = try await lose("complaint")

        XCTAssertEqual(result.end, .done)
        let complaints = try XCTUnwrap(result.record.complaints)
        XCTAssertEqual(complaints.count, 3, "one after each observation")
        XCTAssertTrue(complaints[0].line.hasSuffix("WARNING: CPU: 0 PID: 1 at a/test.c:1"))
        XCTAssertEqual(complaints.map(\.guest), [1, 1, 1])
        XCTAssertEqual(
            complaints[0].trials.map(\.behaviour), [],
            "the first trial was over, and the second had not begun")
    }

    func testAGuestThatIsNotLostEndsByItself() async throws {
        let (result, folder) = try await lose(nil)

        XCTAssertEqual(result.end, .done)
        XCTAssertNil(result.record.complaints)
        XCTAssertEqual(result.record.status, .conforms)
        let console = try String(contentsOfFile: "\(folder.path)/console-1.txt", encoding: .utf8)
        XCTAssertTrue(console.contains("reboot: Restarting system"), console)
    }
}
