import Evidence
import XCTest

@testable import Testbed

final class SamplingPaceTests: XCTestCase {
    /// Readings of a trial in which nothing happens for so long.
    private func readings(
        _ pace: SamplingPace, seconds: Int64, isOrphan: Bool = false, mayFailToSend: Bool = false
    ) -> Int {
        var calm: Int64 = 0
        var count = 0
        while calm < seconds * 1_000_000_000 {
            calm += pace.period(calm: calm, isOrphan: isOrphan, mayFailToSend: mayFailToSend)
            count += 1
        }
        return count
    }

    func testTheNumberOfReadingsGrowsWithTheLogarithmOfTime() {
        let pace = SamplingPace(periodMilliseconds: 100, time: .virtual)

        let hundred = readings(pace, seconds: 100)
        let thousand = readings(pace, seconds: 1_000)
        let tenThousand = readings(pace, seconds: 10_000)

        XCTAssertEqual(thousand - hundred, tenThousand - thousand, accuracy: 1)
        XCTAssertLessThan(tenThousand, 100)
    }

    func testWhatMayFailToBeSentIsLookedAtMoreFinelyThanTheTimerWheel() {
        let pace = SamplingPace(periodMilliseconds: 100, time: .virtual)

        let period = pace.period(calm: 64_000_000_000, isOrphan: false, mayFailToSend: true)

        // The wheel's slack of an interval is an eighth of it at most.
        XCTAssertLessThan(period * 8, 64_000_000_000 / 2)
        XCTAssertGreaterThan(
            pace.period(calm: 64_000_000_000, isOrphan: false, mayFailToSend: false), period)
    }

    func testAnOrphanIsLookedForEachQuarterOfASecondAtLeast() {
        for time in [TrialTime.real, .virtual] {
            let pace = SamplingPace(periodMilliseconds: 20, time: time)
            for calm in [Int64(0), 1, 1_000_000_000, 900_000_000_000] {
                let period = pace.period(calm: calm, isOrphan: true, mayFailToSend: true)
                XCTAssertTrue((100_000_000...250_000_000).contains(period), "\(calm): \(period)")
            }
        }
    }

    func testInRealTimeThePeriodStaysWhatItIsForAsLongAsTrialsThatAreNotLongTake() {
        let pace = SamplingPace(periodMilliseconds: 20, time: .real)

        XCTAssertEqual(
            pace.period(calm: 15_000_000_000, isOrphan: false, mayFailToSend: false), 20_000_000)
        XCTAssertGreaterThan(
            pace.period(calm: 60_000_000_000, isOrphan: false, mayFailToSend: false), 20_000_000)
    }
}
