import Behaviours
import XCTest

/// What the option itself promises.
final class OptionTests: KernelBehaviourCase {
    func testOptionComesBackAsItWasSet() throws {
        try assertConforms(.optionRoundTrip)
    }

    func testControlsOfTheRoundTripAreCaught() throws {
        try assertControlsAreCaught(of: .optionRoundTrip)
    }

    func testBadValuesAreRefusedAndTheOldOneStays() throws {
        try assertConforms(.optionRejects)
    }

    func testControlsOfRefusalAreCaught() throws {
        try assertControlsAreCaught(of: .optionRejects)
    }

    func testZeroBringsBackTheDefault() throws {
        try assertConforms(.optionZeroRestores)
    }

    func testControlsOfZeroAreCaught() throws {
        try assertControlsAreCaught(of: .optionZeroRestores)
    }

    func testAcceptedConnectionInheritsFromItsListener() throws {
        try assertConforms(.optionInherited)
    }

    func testControlsOfInheritanceAreCaught() throws {
        try assertControlsAreCaught(of: .optionInherited)
    }

    func testWhatIsSetAfterTheHandshakeIsNotInherited() throws {
        try assertConforms(.optionInheritedLate)
    }

    func testControlsOfLateInheritanceAreCaught() throws {
        try assertControlsAreCaught(of: .optionInheritedLate)
    }

    func testOptionSetDuringAnOutageCountsFromTheClockThatRuns() throws {
        try assertConforms(.optionSetLate)
    }

    func testControlsOfTheLateOptionAreCaught() throws {
        try assertControlsAreCaught(of: .optionSetLate)
    }

    func testOptionChangedDuringAnOutageIsLookedAtWhenTheTimerFires() throws {
        try assertConforms(.optionChanged)
    }

    func testControlsOfAChangedOptionAreCaught() throws {
        try assertControlsAreCaught(of: .optionChanged)
    }

    func testConnectionOverIPv4InheritsTheOptionOfAListenerOfIPv6() throws {
        try assertConforms(.optionInheritedMapped)
    }

    func testControlsOfTheMappedListenerAreCaught() throws {
        try assertControlsAreCaught(of: .optionInheritedMapped)
    }
}
