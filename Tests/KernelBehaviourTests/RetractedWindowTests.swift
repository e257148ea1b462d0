import Behaviours
import XCTest

/// A peer that takes its window back with data in flight.
final class RetractedWindowTests: KernelBehaviourCase {
    func testRetractedWindowOfAVanishedPeerEndsAtT() throws {
        try assertConforms(.windowRetractedSilent)
    }

    func testControlsOfTheRetractedWindowOfAVanishedPeerAreCaught() throws {
        try assertControlsAreCaught(of: .windowRetractedSilent)
    }

    func testWindowThatABareAcknowledgementTakesBackIsShut() throws {
        try assertConforms(.windowRetractedBare)
    }

    func testControlsOfTheBareAcknowledgementAreCaught() throws {
        try assertControlsAreCaught(of: .windowRetractedBare)
    }

    func testRetractedWindowOfAPeerThatAnswersEndsAtT() throws {
        try assertConforms(.windowRetractedAnswered)
    }

    func testControlsOfTheRetractedWindowOfAPeerThatAnswersAreCaught() throws {
        try assertControlsAreCaught(of: .windowRetractedAnswered)
    }
}
