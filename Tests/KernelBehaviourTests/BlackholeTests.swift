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

    func testIdleConnectionOutlivesItsPeerWhateverTIs() throws {
        try assertConforms(.blackholeIdle)
    }

    func testControlsOfTheIdleConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .blackholeIdle)
    }

    func testSeveralSegmentsInFlightEndAsOneDoes() throws {
        try assertConforms(.blackholeSegments)
    }

    func testControlsOfSeveralSegmentsAreCaught() throws {
        try assertControlsAreCaught(of: .blackholeSegments)
    }

    func testConnectionWhosePathComesBackInTimeLives() throws {
        try assertConforms(.blackholeHealed)
    }

    func testControlsOfTheHealedPathAreCaught() throws {
        try assertControlsAreCaught(of: .blackholeHealed)
    }

    func testWritingOnDoesNotStartTheClockAnew() throws {
        try assertConforms(.blackholeWrittenOn)
    }

    func testControlsOfWritingOnAreCaught() throws {
        try assertControlsAreCaught(of: .blackholeWrittenOn)
    }

    func testWithoutLossProbesTheEndIsAnRTOSooner() throws {
        try assertConforms(.blackholeNoLossProbe)
    }

    func testControlsOfSwitchedOffProbesAreCaught() throws {
        try assertControlsAreCaught(of: .blackholeNoLossProbe)
    }

    func testCorkedDataIsSentAndThenEndsAtT() throws {
        try assertConforms(.blackholeCorked)
    }

    func testControlsOfTheCorkAreCaught() throws {
        try assertControlsAreCaught(of: .blackholeCorked)
    }

    func testLostAcknowledgementsEndAConnectionAsLostDataDoes() throws {
        try assertConforms(.blackholeAcksLost)
    }

    func testControlsOfLostAcknowledgementsAreCaught() throws {
        try assertControlsAreCaught(of: .blackholeAcksLost)
    }

    func testOneAcknowledgementInAnOutageBuysOneRTO() throws {
        try assertConforms(.blackholeProgress)
    }

    func testControlsOfOneAcknowledgementAreCaught() throws {
        try assertControlsAreCaught(of: .blackholeProgress)
    }

    func testHalfClosedByThePeerEndsAtTIfItWrites() throws {
        try assertConforms(.closingCloseWait)
    }

    func testControlsOfCloseWaitAreCaught() throws {
        try assertControlsAreCaught(of: .closingCloseWait)
    }

    func testPeerThatSpeaksAfterTheEndIsReset() throws {
        try assertConforms(.closingLatePacket)
    }

    func testControlsOfTheLatePacketAreCaught() throws {
        try assertControlsAreCaught(of: .closingLatePacket)
    }

    func testConnectionThatTheKernelEncryptsEndsAtTheSameTime() throws {
        try assertConforms(.tlsSilent)
    }

    func testControlsOfTheEncryptedConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .tlsSilent)
    }

    func testConnectionOfAnMPTCPSocketThatFellBackEndsAtTheSameTime() throws {
        try assertConforms(.mptcpFallback)
    }

    func testControlsOfTheFallenBackConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .mptcpFallback)
    }
}
