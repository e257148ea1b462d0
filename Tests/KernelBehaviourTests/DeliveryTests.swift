import Behaviours
import XCTest

/// How the application hears of the end.
final class DeliveryTests: KernelBehaviourCase {
    func testBlockedReadReturnsTheErrorOnce() throws {
        try assertConforms(.deliveryRead)
    }

    func testControlsOfReadAreCaught() throws {
        try assertControlsAreCaught(of: .deliveryRead)
    }

    func testBlockedWriteReturnsTheErrorOnce() throws {
        try assertConforms(.deliveryWrite)
    }

    func testControlsOfWriteAreCaught() throws {
        try assertControlsAreCaught(of: .deliveryWrite)
    }

    func testPollReportsTheEndAndSOErrorTakesTheErrorOnce() throws {
        try assertConforms(.deliveryPoll)
    }

    func testControlsOfPollAreCaught() throws {
        try assertControlsAreCaught(of: .deliveryPoll)
    }

    func testLevelTriggeredEpollGoesOnReportingTheEnd() throws {
        try assertConforms(.deliveryEpollLevel)
    }

    func testControlsOfLevelTriggeredEpollAreCaught() throws {
        try assertControlsAreCaught(of: .deliveryEpollLevel)
    }

    func testEdgeTriggeredEpollReportsTheEndAtLeastOnce() throws {
        try assertConforms(.deliveryEpollEdge)
    }

    func testControlsOfEdgeTriggeredEpollAreCaught() throws {
        try assertControlsAreCaught(of: .deliveryEpollEdge)
    }

    func testSelectReportsTheEndAsInput() throws {
        try assertConforms(.deliverySelect)
    }

    func testControlsOfSelectAreCaught() throws {
        try assertControlsAreCaught(of: .deliverySelect)
    }

    func testOneShotEpollReportsTheEndOnceForEachArming() throws {
        try assertConforms(.deliveryEpollOneShot)
    }

    func testControlsOfOneShotEpollAreCaught() throws {
        try assertControlsAreCaught(of: .deliveryEpollOneShot)
    }

    func testAccountOfTheConnectionCanBeReadAfterItsEnd() throws {
        try assertConforms(.deliveryInfo)
    }

    func testControlsOfTheAccountAfterTheEndAreCaught() throws {
        try assertControlsAreCaught(of: .deliveryInfo)
    }
}
