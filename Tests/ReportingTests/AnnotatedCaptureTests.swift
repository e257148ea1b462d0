import Behaviours
import Evidence
import Judge
import KernelTimers
import Reporting
import Wire
import XCTest

final class AnnotatedCaptureTests: XCTestCase {
    private func twoCaptures() throws -> (Observation, Finding) {
        var (observation, finding) = try Samples.observation()
        var peer = observation.captures[0]
        peer.actor = .peer
        peer.interface = "peer0"
        // Not in order of time, with stamps that both captures share: order is kept all the same.
        peer.packets.swapAt(0, 1)
        observation.captures = [observation.captures[0], peer]
        return (observation, finding)
    }

    func testPacketsReadBackAreThoseThatWereWritten() throws {
        let (observation, finding) = try twoCaptures()

        let capture = try AnnotatedCapture(
            observation, finding: finding, kernel: Samples.kernel)
        let packets = try AnnotatedCapture.packets(
            of: observation.captures, in: capture.bytes)

        XCTAssertEqual(packets, observation.captures.map(\.packets))
        let again = try AnnotatedCapture(observation, finding: finding, kernel: Samples.kernel)
        XCTAssertEqual(again.bytes, capture.bytes)
    }

    func testFramesAreNumberedAsInTheMergedFile() throws {
        let (observation, finding) = try twoCaptures()

        let capture = try AnnotatedCapture(
            observation, finding: finding, kernel: Samples.kernel)
        let file = try CaptureFile(bytes: capture.bytes)

        for (index, packet) in observation.captures[1].packets.enumerated() {
            let number = try XCTUnwrap(capture.frames.merged(.peer, frame: index + 1))
            XCTAssertEqual(file.packets[number - 1].interfaceIndex, 1)
            XCTAssertEqual(file.packets[number - 1].bytes, packet.bytes)
        }
        XCTAssertNil(capture.frames.merged(.peer, frame: 0))
        XCTAssertNil(capture.frames.merged(.peer, frame: 10_000))
        let merged = try XCTUnwrap(capture.frames.merged(.subject, frame: 2))
        XCTAssertEqual(
            capture.frames.renumbered("seen at 1.2 s (subject frame 2), not subject frame 9999"),
            "seen at 1.2 s (frame \(merged)), not subject frame 9999")
    }

    func testCommentsTellTheStepsTheExpectationsAndTheError() throws {
        let (observation, finding) = try Samples.observation()

        let capture = try AnnotatedCapture(
            observation, finding: finding, kernel: Samples.kernel)
        let file = try CaptureFile(bytes: capture.bytes)

        XCTAssertEqual(file.interfaces.first?.name?.hasPrefix("subject:"), true)
        XCTAssertTrue(file.sections[0].comments[0].contains("T=3000 ipv4 veth"))
        let comments = file.packets.flatMap(\.comments)
        XCTAssertTrue(
            comments.contains { $0.contains("drop all that is received") }, "\(comments)")
        XCTAssertTrue(comments.contains { $0.hasPrefix("expected: retransmission in ") })
        XCTAssertTrue(comments.contains { $0.contains("the application heard ETIMEDOUT at ") })
    }

    func testAPacketThatNobodyExpectedIsMarked() throws {
        var (observation, _) = try Samples.observation()
        let behaviour = try XCTUnwrap(Catalogue.behaviour("blackhole.established"))
        for index in observation.captures.indices {
            var last = try XCTUnwrap(observation.captures[index].packets.last)
            last.realtimeNanoseconds += 50_000_000
            observation.captures[index].packets.append(last)
        }
        let finding = Judge.judge(observation, as: behaviour)
        let extra = try XCTUnwrap(finding.partings.first { $0.aspect == .extra }, "\(finding)")

        let capture = try AnnotatedCapture(
            observation, finding: finding, kernel: Samples.kernel)

        let number = try XCTUnwrap(capture.frames.frame(in: extra.text))
        let file = try CaptureFile(bytes: capture.bytes)
        XCTAssertTrue(
            file.packets[number - 1].comments.contains { $0.hasPrefix("unexpected: ") })
    }

    func testWithoutAnyPacketTheSectionTellsItAll() throws {
        var (observation, finding) = try Samples.observation()
        for index in observation.captures.indices { observation.captures[index].packets = [] }
        finding.comparisons = []

        let capture = try AnnotatedCapture(
            observation, finding: finding, kernel: Samples.kernel)
        let file = try CaptureFile(bytes: capture.bytes)

        XCTAssertTrue(
            file.sections[0].comments.contains { $0.contains("the application heard ETIMEDOUT") })
        XCTAssertEqual(
            try AnnotatedCapture.packets(of: observation.captures, in: capture.bytes), [[], []])
    }

    func testAFileOfOtherCapturesIsRefused() throws {
        let (observation, finding) = try twoCaptures()
        let capture = try AnnotatedCapture(
            observation, finding: finding, kernel: Samples.kernel)
        var renamed = observation.captures
        renamed[1].interface = "other0"

        XCTAssertThrowsError(
            try AnnotatedCapture.packets(
                of: [observation.captures[0]], in: capture.bytes))
        XCTAssertThrowsError(try AnnotatedCapture.packets(of: renamed, in: capture.bytes))
        XCTAssertThrowsError(
            try AnnotatedCapture.packets(
                of: observation.captures, in: Array(capture.bytes.dropLast(3))))
    }
}
