import Behaviours
import Evidence
import Judge
import KernelTimers
import Support
import XCTest

/// A kernel that is like no known variant.
final class OddityTests: XCTestCase {
    /// A kernel that ends a blackholed connection half as late again as it should.
    private let late = Variant("one-and-a-half", "T is multiplied by 3/2.", eras: []) {
        conditions, parameters in
        var altered = conditions
        altered.userTimeoutMilliseconds = Timeline(parameters.userTimeoutMilliseconds * 3 / 2)
        return RetransmitTimer(altered, .mainline, fates: Timeline(.lost))
            .prospects(written: conditions.mark("write"))
    }

    func testFindingHoldsTheNearestVariantTheFirstPartingAndTheNumbers() throws {
        let parameters = Parameters(userTimeoutMilliseconds: 3000)
        let observation = try SyntheticObservation.make(
            .blackholeEstablished, late, parameters, seed: 5)

        let finding = Judge.judge(observation, as: .blackholeEstablished)

        XCTAssertEqual(finding.verdict, .deviates)
        XCTAssertEqual(finding.variants, [])
        let oddity = try XCTUnwrap(finding.oddity)
        XCTAssertNotNil(finding.nearest)
        XCTAssertEqual(oddity.parting?.eventIndex.map { $0 > 3 }, true)
        let abort = try XCTUnwrap(oddity.abortNanoseconds)
        XCTAssertTrue((4_800_000_000...5_400_000_000).contains(abort), "\(abort)")
        XCTAssertEqual(oddity.packets, oddity.intervalNanoseconds.count)
        // The data, the loss probe, and RTOs at 0.4, 0.8, 1.6 and 3.2 s.
        XCTAssertEqual(oddity.packets, 6)
        XCTAssertTrue((1_600_000_000...1_700_000_000).contains(oddity.intervalNanoseconds[5]))
    }

    func testKnownVariantIsNoOddity() throws {
        let parameters = Parameters(userTimeoutMilliseconds: 3000)
        let variant = try XCTUnwrap(
            Behaviour.blackholeEstablished.variants.first { $0.name == "at-next-retransmission" })
        let observation = try SyntheticObservation.make(
            .blackholeEstablished, variant, parameters, seed: 5)

        let finding = Judge.judge(observation, as: .blackholeEstablished)

        XCTAssertEqual(finding.verdict, .deviates)
        XCTAssertNil(finding.oddity)
    }
}
