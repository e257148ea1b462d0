import Behaviours
import XCTest

/// A peer that does not read.
final class ZeroWindowTests: KernelBehaviourCase {
    func testLiveZeroWindowHonoursTheUserTimeoutAndElseLivesForEver() throws {
        try assertConforms(.zeroWindowLive)
    }

    func testControlsOfTheLiveZeroWindowAreCaught() throws {
        try assertControlsAreCaught(of: .zeroWindowLive)
    }

    func testZeroWindowOfAVanishedPeerHonoursTheUserTimeout() throws {
        try assertConforms(.zeroWindowSilent)
    }

    func testControlsOfTheSilentZeroWindowAreCaught() throws {
        try assertControlsAreCaught(of: .zeroWindowSilent)
    }

    func testWindowThatAScriptedPeerKeepsShutEndsAtT() throws {
        try assertConforms(.zeroWindowByHand)
    }

    func testControlsOfTheScriptedPeerAreCaught() throws {
        try assertControlsAreCaught(of: .zeroWindowByHand)
    }

    func testPeerThatVanishesAfterAWhileIsNoticed() throws {
        try assertConforms(.zeroWindowVanishing)
    }

    func testControlsOfTheVanishingPeerAreCaught() throws {
        try assertControlsAreCaught(of: .zeroWindowVanishing)
    }

    func testPeerThatDoesNotReadWhatItAcknowledgesIsLeftAlone() throws {
        try assertConforms(.zeroWindowUnread)
    }

    func testControlsOfTheUnreadDataAreCaught() throws {
        try assertControlsAreCaught(of: .zeroWindowUnread)
    }

    func testReaderThatSipsDoesNotKeepAConnectionAlive() throws {
        try assertConforms(.zeroWindowDrip)
    }

    func testControlsOfTheSippingReaderAreCaught() throws {
        try assertControlsAreCaught(of: .zeroWindowDrip)
    }

    func testOptionSetAtAZeroWindowCountsFromTheFirstProbe() throws {
        try assertConforms(.zeroWindowSetLate)
    }

    func testControlsOfTheOptionSetAtAZeroWindowAreCaught() throws {
        try assertControlsAreCaught(of: .zeroWindowSetLate)
    }

    func testConnectionWhoseWindowOpensInTimeLives() throws {
        try assertConforms(.zeroWindowReopened)
    }

    func testControlsOfTheReopenedWindowAreCaught() throws {
        try assertControlsAreCaught(of: .zeroWindowReopened)
    }

    func testProbesDoNotFollowAShortRTO() throws {
        try assertConforms(.zeroWindowShortRTO)
    }

    func testControlsOfTheShortRTOAreCaught() throws {
        try assertControlsAreCaught(of: .zeroWindowShortRTO)
    }
}
