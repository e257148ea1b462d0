import Behaviours
import XCTest

/// How late timers are.
final class WheelTests: KernelBehaviourCase {
    func testRetransmissionsAreNeverEarlyAndAsLateAsTheWheelAllows() throws {
        try assertConforms(.rtoWheel)
    }

    func testControlsOfTheWheelAreCaught() throws {
        try assertControlsAreCaught(of: .rtoWheel)
    }
}
