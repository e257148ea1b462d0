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
}
