import Behaviours
import XCTest

/// Connections that no application has any more.
final class OrphanTests: KernelBehaviourCase {
    func testClosedConnectionIsForgottenWhoseFinIsLost() throws {
        try assertConforms(.orphanFinLost)
    }

    func testControlsOfTheLostFinAreCaught() throws {
        try assertControlsAreCaught(of: .orphanFinLost)
    }

    func testClosedConnectionIsForgottenAlthoughItsPeerAnswersProbes() throws {
        try assertConforms(.orphanZeroWindow)
    }

    func testControlsOfTheClosedZeroWindowAreCaught() throws {
        try assertControlsAreCaught(of: .orphanZeroWindow)
    }

    func testClosedConnectionIsForgottenWhosePeerVanishedWithItsWindowShut() throws {
        try assertConforms(.orphanZeroWindowSilent)
    }

    func testControlsOfTheVanishedPeerAreCaught() throws {
        try assertControlsAreCaught(of: .orphanZeroWindowSilent)
    }

    func testClosedConnectionIsForgottenWhoseAddressIsGone() throws {
        try assertConforms(.orphanUnroutable)
    }

    func testControlsOfTheGoneAddressAreCaught() throws {
        try assertControlsAreCaught(of: .orphanUnroutable)
    }

    func testClosedConnectionIsForgottenWhosePeerDoesNotClose() throws {
        try assertConforms(.orphanFinWait)
    }

    func testControlsOfFinWaitAreCaught() throws {
        try assertControlsAreCaught(of: .orphanFinWait)
    }

    func testConnectionThatItsPeerClosedFirstIsForgotten() throws {
        try assertConforms(.orphanLastAck)
    }

    func testControlsOfLastAckAreCaught() throws {
        try assertControlsAreCaught(of: .orphanLastAck)
    }

    func testLingeringForNoTimeResetsAtOnce() throws {
        try assertConforms(.orphanReset)
    }

    func testControlsOfTheResetAreCaught() throws {
        try assertControlsAreCaught(of: .orphanReset)
    }

    func testHalfClosedConnectionEndsWithAnError() throws {
        try assertConforms(.closingHalfClosed)
    }

    func testControlsOfTheHalfClosedConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .closingHalfClosed)
    }

    func testCloseWaitsAsLongAsItLingersOrUntilTheConnectionEnds() throws {
        try assertConforms(.closingLinger)
    }

    func testControlsOfLingeringAreCaught() throws {
        try assertControlsAreCaught(of: .closingLinger)
    }

    func testOrphanIsResetWhereThereAreTooMany() throws {
        try assertConforms(.orphanTooMany)
    }

    func testControlsOfTooManyOrphansAreCaught() throws {
        try assertControlsAreCaught(of: .orphanTooMany)
    }
}
