import Behaviours
import XCTest

/// A path that fails while the address stays.
final class PathTests: KernelBehaviourCase {
    func testRouteDeletedMeetsAnIdleConnection() throws {
        try assertConforms(.pathRouteDeletedIdle)
    }

    func testControlsOfRouteDeletedMeetingAnIdleConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .pathRouteDeletedIdle)
    }

    func testRouteDeletedMeetsDataInFlight() throws {
        try assertConforms(.pathRouteDeletedInFlight)
    }

    func testControlsOfRouteDeletedMeetingDataInFlightAreCaught() throws {
        try assertControlsAreCaught(of: .pathRouteDeletedInFlight)
    }

    func testRouteProhibitedMeetsAnIdleConnection() throws {
        try assertConforms(.pathRouteProhibitedIdle)
    }

    func testControlsOfRouteProhibitedMeetingAnIdleConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .pathRouteProhibitedIdle)
    }

    func testRouteProhibitedMeetsDataInFlight() throws {
        try assertConforms(.pathRouteProhibitedInFlight)
    }

    func testControlsOfRouteProhibitedMeetingDataInFlightAreCaught() throws {
        try assertControlsAreCaught(of: .pathRouteProhibitedInFlight)
    }

    func testRouteUnreachableMeetsAnIdleConnection() throws {
        try assertConforms(.pathRouteUnreachableIdle)
    }

    func testControlsOfRouteUnreachableMeetingAnIdleConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .pathRouteUnreachableIdle)
    }

    func testRouteUnreachableMeetsDataInFlight() throws {
        try assertConforms(.pathRouteUnreachableInFlight)
    }

    func testControlsOfRouteUnreachableMeetingDataInFlightAreCaught() throws {
        try assertControlsAreCaught(of: .pathRouteUnreachableInFlight)
    }

    func testRouteBlackholedMeetsAnIdleConnection() throws {
        try assertConforms(.pathRouteBlackholedIdle)
    }

    func testControlsOfRouteBlackholedMeetingAnIdleConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .pathRouteBlackholedIdle)
    }

    func testRouteBlackholedMeetsDataInFlight() throws {
        try assertConforms(.pathRouteBlackholedInFlight)
    }

    func testControlsOfRouteBlackholedMeetingDataInFlightAreCaught() throws {
        try assertControlsAreCaught(of: .pathRouteBlackholedInFlight)
    }

    func testLinkDownMeetsAnIdleConnection() throws {
        try assertConforms(.pathLinkDownIdle)
    }

    func testControlsOfLinkDownMeetingAnIdleConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .pathLinkDownIdle)
    }

    func testLinkDownMeetsDataInFlight() throws {
        try assertConforms(.pathLinkDownInFlight)
    }

    func testControlsOfLinkDownMeetingDataInFlightAreCaught() throws {
        try assertControlsAreCaught(of: .pathLinkDownInFlight)
    }

    func testOutputDroppedMeetsAnIdleConnection() throws {
        try assertConforms(.pathOutputDroppedIdle)
    }

    func testControlsOfOutputDroppedMeetingAnIdleConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .pathOutputDroppedIdle)
    }

    func testOutputDroppedMeetsDataInFlight() throws {
        try assertConforms(.pathOutputDroppedInFlight)
    }

    func testControlsOfOutputDroppedMeetingDataInFlightAreCaught() throws {
        try assertControlsAreCaught(of: .pathOutputDroppedInFlight)
    }

    func testQueueFullMeetsAnIdleConnection() throws {
        try assertConforms(.pathQueueFullIdle)
    }

    func testControlsOfQueueFullMeetingAnIdleConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .pathQueueFullIdle)
    }

    func testConnectionWhoseLinkComesBackInTimeDelivers() throws {
        try assertConforms(.pathLinkFlap)
    }

    func testControlsOfTheLinkFlapAreCaught() throws {
        try assertControlsAreCaught(of: .pathLinkFlap)
    }

    func testNeighbourGoneMeetsAnIdleConnection() throws {
        try assertConforms(.pathNeighbourGoneIdle)
    }

    func testControlsOfNeighbourGoneMeetingAnIdleConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .pathNeighbourGoneIdle)
    }

    func testNeighbourGoneMeetsDataInFlight() throws {
        try assertConforms(.pathNeighbourGoneInFlight)
    }

    func testControlsOfNeighbourGoneMeetingDataInFlightAreCaught() throws {
        try assertControlsAreCaught(of: .pathNeighbourGoneInFlight)
    }

    func testLostCarrierIsASilentBlackhole() throws {
        try assertConforms(.pathCarrierLost)
    }

    func testControlsOfTheLostCarrierAreCaught() throws {
        try assertControlsAreCaught(of: .pathCarrierLost)
    }

    func testConnectionSurvivesAPathThatDropsLargeSegmentsIfItTriesSmallerOnes() throws {
        try assertConforms(.pathSizeLimit)
    }

    func testControlsOfTheSizeLimitAreCaught() throws {
        try assertControlsAreCaught(of: .pathSizeLimit)
    }
}
