import Behaviours
import Evidence
import Foundation
import KernelTimers
import Support
import XCTest

@testable import Reporting

final class TimeScaleTests: XCTestCase {
    private let quarter = TimeScale(end: .milliseconds(938_000), left: 100, right: 900)

    func testTheLogarithmIsThatOfTheMathematicalLibrary() {
        for value in stride(from: 1.0, through: 100_000, by: 17.3) {
            XCTAssertEqual(TimeScale.logarithm(value), log(value), accuracy: 1e-11)
        }
        XCTAssertEqual(TimeScale.logarithm(1), 0)
    }

    func testTheEndsStandAtTheEdgesAndLaterIsFartherRight() {
        XCTAssertEqual(quarter.place(.zero), 100)
        XCTAssertEqual(quarter.place(.milliseconds(938_000)), 900)
        XCTAssertEqual(quarter.place(.milliseconds(-5)), 100)
        XCTAssertEqual(quarter.place(.milliseconds(1_000_000)), 900)
        let places = (0...20).map { quarter.place(.milliseconds(1 << $0)) }
        XCTAssertEqual(places, places.sorted())
    }

    func testTwoHundredMillisecondsAndAQuarterOfAnHourCanBothBeRead() {
        let first = quarter.place(.milliseconds(200)) - quarter.place(.zero)
        let last = quarter.place(.milliseconds(900_000)) - quarter.place(.milliseconds(450_000))

        XCTAssertGreaterThan(first, 50)
        XCTAssertGreaterThan(last, 50)
        XCTAssertLessThan(max(first, last) / min(first, last), 1.2)
    }

    func testTicksAreRoundNeverTooNearAndThereAreSomeAtEveryScale() {
        for milliseconds in [200, 1000, 3500, 20_000, 938_000, 7_500_000, 90_000_000] {
            let scale = TimeScale(end: .milliseconds(milliseconds), left: 104, right: 938)

            let ticks = scale.ticks(gap: 46)

            XCTAssertGreaterThanOrEqual(ticks.count, 3, "\(milliseconds)")
            XCTAssertEqual(ticks.first?.label, "0")
            for (left, right) in zip(ticks, ticks.dropFirst()) {
                XCTAssertGreaterThanOrEqual(right.place - left.place, 46)
            }
        }
    }
}

final class LadderTests: XCTestCase {
    func testMarksOfAKernelThatKeepsItsPromiseLieInTheBands() throws {
        let ladder = try XCTUnwrap(try Samples.view("blackhole.established").ladder)

        XCTAssertTrue(ladder.marks.contains { $0.shape == .error && $0.label == "ETIMEDOUT" })
        XCTAssertTrue(ladder.marks.contains { $0.shape == .retransmission })
        XCTAssertFalse(ladder.marks.contains(where: \.isUnexpected))
        for mark in ladder.marks where mark.shape != .step {
            XCTAssertTrue(ladder.bands.contains { $0.window.overlaps(mark.window) }, mark.title)
        }
        XCTAssertEqual(ladder.bands.count(where: \.isAbort), 1)
        XCTAssertTrue(
            ladder.spans.contains {
                $0.rung == .network && $0.label == "what the peer receives is dropped"
            })
    }

    func testAPacketThatNobodyExpectsIsMarkedAndCountedInTheDescription() throws {
        let (observation, found) = try Samples.observation()
        var finding = found
        finding.comparisons.remove(at: 2)

        let ladder = try XCTUnwrap(
            Ladder(
                ReportedTrial(JudgedTrial(finding), observation: observation),
                Catalogue.behaviour("blackhole.established")))

        XCTAssertEqual(ladder.marks.count(where: \.isUnexpected), 1)
        XCTAssertTrue(ladder.description.contains("not in the schedule: 1"))
        XCTAssertTrue(LadderSVG(ladder).html.text.contains("href=\"#m-u\""))
    }

    func testAttemptsThatFailInTheKernelStandOnTheirOwnRung() throws {
        let ladder = try XCTUnwrap(try Samples.view("unroutable.idle").ladder)

        XCTAssertTrue(ladder.rungs.contains(.kernel))
        XCTAssertFalse(ladder.rungs.contains(.subject))
        XCTAssertTrue(
            ladder.spans.contains { $0.label == "the subject’s address is gone" })
    }

    func testThePlotHasATitleADescriptionAndNumbersOnEveryMark() throws {
        let ladder = try XCTUnwrap(try Samples.view("zero-window.live").ladder)

        let svg = LadderSVG(ladder).html.text

        XCTAssertEqual(Markup.fault(in: svg), nil)
        XCTAssertTrue(svg.contains("<title>zero-window.live, T=3000 ipv4 veth</title><desc>"))
        XCTAssertTrue(ladder.marks.allSatisfy { $0.title.contains(" s") })
        XCTAssertTrue(ladder.rungs.contains(.peer))
    }

    func testAFloodIsNotDrawnWholeAndThePlotSaysSo() throws {
        let (observation, finding) = try Samples.observation()
        var flood = observation
        for index in flood.captures.indices {
            let last = try XCTUnwrap(flood.captures[index].packets.last)
            flood.captures[index].packets += (1...2000).map { number in
                var copy = last
                copy.realtimeNanoseconds += Int64(number) * 100_000
                return copy
            }
        }

        let ladder = try XCTUnwrap(
            Ladder(
                ReportedTrial(JudgedTrial(finding), observation: flood),
                Catalogue.behaviour("blackhole.established")))

        XCTAssertEqual(ladder.marks.count, 300)
        XCTAssertTrue(ladder.description.contains("not in the schedule: 2000"))
        let words = try XCTUnwrap(ladder.leftOut)
        XCTAssertTrue(words.contains("marks"), words)
        XCTAssertTrue(ladder.description.hasSuffix(words))
    }

    func testPlotsOfAboutTheSameLengthShareAnAxisThatReachesFurther() {
        for milliseconds in [1, 199, 200, 999, 1756, 1799, 1801, 12_345, 939_676, 3_600_401] {
            let end = Moment.milliseconds(milliseconds)

            let axis = LadderAxis(until: end)

            XCTAssertGreaterThanOrEqual(axis.end, end)
            XCTAssertLessThanOrEqual(
                axis.end.nanoseconds, max(200_000_000, end.nanoseconds * 11 / 10))
        }
        let axes = [1756, 1799].map { LadderAxis(until: .milliseconds($0)).name }
        XCTAssertEqual(axes, ["x1800", "x1800"])
    }

    func testWhereTimePlaysNoPartThereIsNoPlot() throws {
        let (observation, finding) = try Samples.observation(
            "option.round-trip", variant: "exact", Parameters())

        XCTAssertNil(
            Ladder(ReportedTrial(JudgedTrial(finding), observation: observation), nil))
    }
}
