import Behaviours
import XCTest

/// Data in flight, and a peer that is gone.
final class BlackholeTests: KernelBehaviourCase {
    func testUserTimeoutEndsAConnectionWhosePeerHasGoneSilent() throws {
        try assertConforms(.blackholeEstablished)
    }

    func testControlsOfTheBlackholeAreCaught() throws {
        try assertControlsAreCaught(of: .blackholeEstablished)
    }
}
