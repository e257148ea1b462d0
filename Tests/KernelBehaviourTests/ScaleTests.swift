import Behaviours
import XCTest

/// What scales the schedule.
final class ScaleTests: KernelBehaviourCase {
    func testLongestRTOBoundsTheIntervals() throws {
        try assertConforms(.rtoMax)
    }

    func testControlsOfTheLongestRTOAreCaught() throws {
        try assertControlsAreCaught(of: .rtoMax)
    }

    func testLeastRTOShortensTheIntervals() throws {
        try assertConforms(.rtoMin)
    }

    func testControlsOfTheLeastRTOAreCaught() throws {
        try assertControlsAreCaught(of: .rtoMin)
    }

    func testThinStreamRepeatsLinearly() throws {
        try assertConforms(.rtoLinear)
    }

    func testControlsOfLinearTimeoutsAreCaught() throws {
        try assertControlsAreCaught(of: .rtoLinear)
    }

    func testRouteShortensTheRTO() throws {
        try assertConforms(.rtoMinRoute)
    }

    func testControlsOfTheRoutesRTOAreCaught() throws {
        try assertControlsAreCaught(of: .rtoMinRoute)
    }
}
