import Campaign
import Evidence
import Foundation
import Reporting
import XCTest

/// Stored runs performed again by the fake performer, as guests and as the host.
final class VerificationTests: XCTestCase {
    /// Stores a run, changes it, performs it again, and compares.
    private func outcome(
        _ first: PerformerProcess, _ second: PerformerProcess, in scratch: Scratch
    ) async throws -> Verification.Outcome {
        let folder = try RunFolder.create(at: "\(scratch.path)/\(UUID().uuidString)")
        _ = try await Campaign(
            requests: Campaign.requests(for: threeTrials), performer: first, folder: folder
        ).perform()
        let verification = try await Verification(folder.path)
        let other = try RunFolder.create(at: folder.path + "-again")
        let again = try await Campaign(
            requests: verification.requests, performer: second, folder: other
        ).perform()
        return try await verification.compare(with: again, in: other)
    }

    private func guest(
        _ mode: String = "perform", in scratch: Scratch, kernel: String = "6.1",
        initramfs: String = "a"
    ) throws -> PerformerProcess {
        try fakePerformer(mode, in: scratch, kernel: kernel, initramfs: initramfs)
    }

    func testTheSameGuestGivesTheSameBytes() async throws {
        let scratch = try Scratch()

        let outcome = try await outcome(guest(in: scratch), guest(in: scratch), in: scratch)

        XCTAssertEqual(outcome.level, .bytes)
        XCTAssertEqual(outcome.differences, [])
        XCTAssertEqual(outcome.status, .conforms)
        XCTAssertEqual(outcome.trials, 3)
    }

    func testTheSameGuestWithOtherTimesDiffersThoughAllEventsAreTheSame() async throws {
        let scratch = try Scratch()

        let outcome = try await outcome(
            guest(in: scratch), guest("other-times", in: scratch), in: scratch)

        XCTAssertEqual(outcome.level, .bytes)
        XCTAssertEqual(outcome.differences.count, 1, "\(outcome.differences)")
        XCTAssertTrue(
            outcome.differences[0].contains("not the same to the byte, though all events are"),
            "\(outcome.differences)")
        XCTAssertEqual(outcome.status, .deviates)
    }

    func testAGuestThatWasMadeAnewIsComparedByEvents() async throws {
        let scratch = try Scratch()

        let same = try await outcome(
            guest(in: scratch), guest("other-times", in: scratch, initramfs: "b"), in: scratch)
        let another = try await outcome(
            guest(in: scratch), guest("deviate", in: scratch, kernel: "6.2"), in: scratch)

        XCTAssertEqual(same.level, .events)
        XCTAssertEqual(same.because, "another: the initramfs")
        XCTAssertEqual(same.status, .conforms, "\(same.differences)")
        XCTAssertEqual(another.level, .events)
        XCTAssertEqual(another.because, "another: the kernel (6.1, now 6.2)")
        XCTAssertEqual(another.differences.count, 3)
        XCTAssertTrue(
            another.differences.allSatisfy { $0.contains("was conforms, is deviates") },
            "\(another.differences)")
    }

    func testTheHostIsComparedByVerdicts() async throws {
        let scratch = try Scratch()
        let host = try fakePerformer("perform", in: scratch)

        let same = try await outcome(
            host, fakePerformer("other-times", in: scratch), in: scratch)
        let other = try await outcome(host, fakePerformer("deviate", in: scratch), in: scratch)

        XCTAssertEqual(same.level, .verdicts)
        XCTAssertEqual(same.status, .conforms, "\(same.differences)")
        XCTAssertEqual(other.status, .deviates)
    }

    func testWhatCouldNotBePerformedAgainIsNoDifference() async throws {
        let scratch = try Scratch()

        let outcome = try await outcome(
            guest(in: scratch), guest("die-midway", in: scratch), in: scratch)

        XCTAssertEqual(outcome.differences, [])
        XCTAssertEqual(outcome.gaps.count, 2)
        XCTAssertEqual(outcome.trials, 1)
        XCTAssertEqual(outcome.status, .inconclusive)
    }

    func testDamagedEvidenceIsFoundBeforeAnythingIsPerformed() async throws {
        let scratch = try Scratch()
        let campaign = try campaign("perform", in: scratch)
        _ = try await campaign.perform()
        let path = campaign.folder.path
        let file = "pcap/unroutable.idle+T3000+ipv4+veth.pcapng"
        var bytes = try Data(contentsOf: URL(filePath: "\(path)/\(file)"))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: "\(path)/\(file)"))

        do {
            _ = try await Verification(path)
            XCTFail("was accepted")
        } catch {
            XCTAssertTrue("\(error)".contains("is damaged: \(path)/\(file)"), "\(error)")
            XCTAssertFalse("\(error)".contains("\n"))
        }
        try FileManager.default.removeItem(atPath: "\(path)/SHA256SUMS")
        do {
            _ = try await Verification(path)
            XCTFail("was accepted")
        } catch {
            XCTAssertTrue("\(error)".contains("holds no SHA256SUMS"), "\(error)")
        }
    }

    func testTheVeryPackageIsLookedForFirst() async throws {
        let scratch = try Scratch()
        let campaign = try campaign("perform", in: scratch)
        _ = try await campaign.perform()
        var kernel = try await Verification(campaign.folder.path).record.kernel
        kernel.guest = GuestIdentity(
            kernelSHA256: "", initramfsSHA256: "", packageVersion: "6.1.192-2", emulator: "",
            commandLine: [])

        for (selector, expected) in [
            ("debian:6.1", ["debian:6.1.192", "debian:6.1"]),
            ("debian:6.1-amd64", ["debian:6.1.192-amd64", "debian:6.1-amd64"]),
            ("debian:6.1.192", ["debian:6.1.192"]), ("/boot/vmlinuz", ["/boot/vmlinuz"]),
        ] {
            kernel.selector = selector
            XCTAssertEqual(Verification.selectors(of: kernel), expected)
        }
    }
}
