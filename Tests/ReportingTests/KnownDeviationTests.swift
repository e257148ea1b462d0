import Evidence
import Reporting
import XCTest

/// Deviations that are known of a kernel, in all that is printed.
final class KnownDeviationTests: XCTestCase {
    private func trial(
        _ variant: String, _ outcome: KnownDeviation.Outcome
    ) throws -> JudgedTrial {
        var (_, finding) = try Samples.observation("blackhole.established", variant: variant)
        finding.known = KnownDeviation(
            reference: "report 7", variant: "ignored", outcome: outcome)
        return JudgedTrial(finding)
    }

    func testDeviationThatIsKnownIsPrintedWithItsReferenceAndFailsNothing() throws {
        let known = try trial("ignored", .shown)

        let text = Summary([known], kernel: nil).text

        XCTAssertTrue(text.contains("deviates (known: report 7) ignored"), text)
        XCTAssertFalse(text.contains("again:"), text)
        XCTAssertEqual(RunStatus([known.finding]), .conforms)
        XCTAssertTrue(KTAP.text([known], kernel: "k").contains("# TODO known: report 7"))
        XCTAssertTrue(KTAP.text([known], kernel: "k").contains("\nok 1 blackhole.established"))
        let junit = JUnit.text([known], suite: "s")
        XCTAssertTrue(junit.contains("<skipped message=\"deviates (known: report 7)\"/>"))
        XCTAssertEqual(junit.components(separatedBy: "failures=\"0\"").count, 3, junit)
        XCTAssertTrue(junit.contains("skipped=\"1\""), junit)
    }

    func testStrictnessIgnoresWhatIsKnown() throws {
        let shown = try trial("ignored", .shown).finding
        let vanished = try trial("at-deadline", .vanished).finding

        XCTAssertEqual(RunStatus([shown], isStrict: true), .deviates)
        XCTAssertEqual(RunStatus([vanished], isStrict: true), .conforms)
    }

    func testKnownDeviationThatHasVanishedFails() throws {
        let vanished = try trial("at-deadline", .vanished)

        let text = Summary([vanished], kernel: nil).text

        XCTAssertEqual(RunStatus([vanished.finding]), .deviates)
        XCTAssertTrue(text.contains("no longer deviates"), text)
        XCTAssertTrue(text.contains("again: etimedout run"), text)
        let junit = JUnit.text([vanished], suite: "s")
        XCTAssertTrue(junit.contains("<failure message=\"no longer deviates"), junit)
        XCTAssertEqual(junit.components(separatedBy: "failures=\"1\"").count, 3, junit)
        let ktap = KTAP.text([vanished], kernel: "k")
        XCTAssertTrue(ktap.contains("\n  # no longer deviates as is known: report 7\n"), ktap)
        XCTAssertTrue(ktap.contains("\n  not ok 1 T="), ktap)
        XCTAssertTrue(ktap.contains("\nnot ok 1 blackhole.established"), ktap)
    }

    func testAnotherDeviationThanTheKnownOneFails() throws {
        let other = try trial("at-next-retransmission", .other)

        XCTAssertEqual(RunStatus([other.finding]), .deviates)
        XCTAssertTrue(Summary([other], kernel: nil).text.contains("other than known"))
    }

    func testKernelLikeNoneThatIsKnownIsToldInNumbers() throws {
        var (_, finding) = try Samples.observation(
            "blackhole.established", variant: "at-next-retransmission")
        finding.variants = []
        finding.nearest = "at-deadline"
        finding.oddity = Oddity(
            parting: Parting(.time, eventIndex: 4, "expected it, observed it later"),
            abortNanoseconds: 7_200_000_000, packets: 3,
            intervalNanoseconds: [0, 204_000_000, 410_000_000], failedAttempts: 0)

        let text = Summary([JudgedTrial(finding)], kernel: nil).text
            .replacing("\n    ", with: " ")

        XCTAssertTrue(text.contains("parts from at-deadline, the nearest variant at event 5"), text)
        XCTAssertTrue(text.contains("ended with ETIMEDOUT 7.200 s"), text)
        XCTAssertTrue(text.contains("2.40 × T"), text)
        XCTAssertTrue(text.contains("3 packets by the subject, after 0.000 0.204 0.410 s"), text)
    }
}
