import Evidence
import KernelTimers
import Reporting
import XCTest

/// Where in their windows events lay.
final class DistributionTests: XCTestCase {
    private func finding(_ moments: [Int], matches: Bool = true) -> Finding {
        var finding = Finding(
            trial: TrialID(behaviour: "blackhole.established", parameters: Parameters()),
            verdict: .conforms)
        finding.variants = matches ? ["at-deadline"] : []
        finding.comparisons = moments.map {
            Comparison(
                expected: Expected(
                    .sent(.retransmission), Window(.milliseconds(100), .milliseconds(200)), ""),
                observed: ObservedEvent(
                    .data(offset: 0, length: 1, repeated: true),
                    Window(at: .milliseconds($0)), source: "subject frame 1"))
        }
        return finding
    }

    func testEachEventIsCountedInItsTenth() {
        let distribution = Distribution([finding([100, 149, 150, 200])])

        XCTAssertEqual(distribution.tenths, [1, 0, 0, 0, 1, 1, 0, 0, 0, 1])
        XCTAssertEqual(distribution.excused, 0)
        XCTAssertEqual(distribution.widest.nanoseconds, 100_000_000)
        XCTAssertTrue(distribution.text.contains("median 0.500"), distribution.text)
    }

    func testWhatLiesOutsideIsExcusedAndWhatMatchesNothingIsLeftOut() {
        XCTAssertEqual(Distribution([finding([99, 201])]).excused, 2)
        XCTAssertEqual(Distribution([finding([150], matches: false)]).places, [])
    }
}
