import Behaviours
import XCTest

/// Idle connections that ask whether their peer lives.
final class KeepaliveTests: KernelBehaviourCase {
    func testKeepaliveOfAVanishedPeerEndsByCountOrByUserTimeout() throws {
        try assertConforms(.keepaliveSilent)
    }

    func testControlsOfTheVanishedPeerAreCaught() throws {
        try assertControlsAreCaught(of: .keepaliveSilent)
    }

    func testAnsweredKeepaliveKeepsAConnectionAlive() throws {
        try assertConforms(.keepaliveAnswered)
    }

    func testControlsOfAnsweredKeepaliveAreCaught() throws {
        try assertControlsAreCaught(of: .keepaliveAnswered)
    }

    func testKeepaliveIsSilentWhileDataIsInFlight() throws {
        try assertConforms(.keepaliveInFlight)
    }

    func testControlsOfKeepaliveInFlightAreCaught() throws {
        try assertControlsAreCaught(of: .keepaliveInFlight)
    }

    func testKeepaliveIsSilentAtAZeroWindow() throws {
        try assertConforms(.keepaliveZeroWindow)
    }

    func testControlsOfKeepaliveAtAZeroWindowAreCaught() throws {
        try assertControlsAreCaught(of: .keepaliveZeroWindow)
    }

    func testKeepaliveEndsAHalfClosedConnection() throws {
        try assertConforms(.keepaliveHalfClosed)
    }

    func testControlsOfKeepaliveHalfClosedAreCaught() throws {
        try assertControlsAreCaught(of: .keepaliveHalfClosed)
    }

    func testKeepaliveEndsAConnectionWhoseAddressIsGone() throws {
        try assertConforms(.keepaliveUnroutable)
    }

    func testControlsOfKeepaliveWithoutAnAddressAreCaught() throws {
        try assertControlsAreCaught(of: .keepaliveUnroutable)
    }

    func testOneLostProbeIsOutlivedUnlessTIsShort() throws {
        try assertConforms(.keepaliveOneLost)
    }

    func testControlsOfOneLostProbeAreCaught() throws {
        try assertControlsAreCaught(of: .keepaliveOneLost)
    }
}
