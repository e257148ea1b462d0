import Behaviours
import XCTest

/// Routers and hosts that complain of a connection's segments by ICMP.
final class ICMPErrorTests: KernelBehaviourCase {
    func testSoftErrorsLeaveTheScheduleAndAreHeardAtTheEnd() throws {
        try assertConforms(.icmpSoft)
    }

    func testControlsOfSoftErrorsAreCaught() throws {
        try assertControlsAreCaught(of: .icmpSoft)
    }

    func testHardErrorsDoNotEndAnEstablishedConnection() throws {
        try assertConforms(.icmpHard)
    }

    func testControlsOfHardErrorsAreCaught() throws {
        try assertControlsAreCaught(of: .icmpHard)
    }

    func testNoRouteTakesTheBackoffBack() throws {
        try assertConforms(.icmpNoRoute)
    }

    func testControlsOfNoRouteAreCaught() throws {
        try assertControlsAreCaught(of: .icmpNoRoute)
    }

    func testNoRouteThatComesLateTakesOneDoublingBack() throws {
        try assertConforms(.icmpNoRouteLate)
    }

    func testControlsOfNoRouteThatComesLateAreCaught() throws {
        try assertControlsAreCaught(of: .icmpNoRouteLate)
    }

    func testErrorThatAnswersASYNEndsTheAttemptAtOnce() throws {
        try assertConforms(.icmpConnecting)
    }

    func testControlsOfErrorsThatAnswerASYNAreCaught() throws {
        try assertControlsAreCaught(of: .icmpConnecting)
    }

    func testErrorIsToldAtOnceToAnApplicationThatAskedForThat() throws {
        try assertConforms(.icmpTold)
    }

    func testControlsOfErrorsToldAtOnceAreCaught() throws {
        try assertControlsAreCaught(of: .icmpTold)
    }

    func testErrorThatQuotesWhatIsNotInFlightIsIgnored() throws {
        try assertConforms(.icmpStray)
    }

    func testControlsOfErrorsThatQuoteWhatIsNotInFlightAreCaught() throws {
        try assertControlsAreCaught(of: .icmpStray)
    }
}
