import Behaviours
import Evidence
import XCTest

/// How long trials take is worked out from their schedules.
final class TrialLengthTests: XCTestCase {
    private func length(_ behaviour: Behaviour, _ timeout: Int, retries2: Int? = nil) -> TrialLength
    {
        behaviour.length(
            Parameters(userTimeoutMilliseconds: timeout, retries2: retries2))
    }

    func testATrialIsAsLongAsItsPromise() {
        XCTAssertEqual(length(.blackholeEstablished, 5000), .short)
        XCTAssertEqual(length(.blackholeEstablished, 0, retries2: 5), .short)
        XCTAssertEqual(length(.blackholeEstablished, 30_000), .long)
        XCTAssertEqual(length(.blackholeEstablished, 0), .long)
        XCTAssertEqual(length(.blackholeEstablished, 3_600_000), .hours)
        XCTAssertEqual(length(.optionRoundTrip, 0), .short)
    }

    func testAConnectionThatIsToLiveIsWatchedUntilEveryOtherAnswerWouldHaveEndedIt() {
        let milliseconds = Behaviour.zeroWindowLive.expectedMilliseconds(Parameters())

        XCTAssertGreaterThan(milliseconds, 940_000)
        XCTAssertEqual(length(.zeroWindowLive, 0), .long)
    }

    func testTheHorizonOfALongTrialLiesBeyondItsPromise() {
        let parameters = Parameters(userTimeoutMilliseconds: 3_600_000)

        XCTAssertGreaterThan(
            Behaviour.blackholeEstablished.horizonMilliseconds(parameters), 3_600_400 + 120_000)
    }
}
