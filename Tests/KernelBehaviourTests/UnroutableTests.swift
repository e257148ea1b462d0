import Behaviours
import XCTest

/// A source address that moved away.
final class UnroutableTests: KernelBehaviourCase {
    func testIdleConnectionWithoutItsAddressEndsAndSendsNothing() throws {
        try assertConforms(.unroutableIdle)
    }

    func testControlsOfTheIdleConnectionAreCaught() throws {
        try assertControlsAreCaught(of: .unroutableIdle)
    }

    func testDataInFlightWithoutItsAddressEndsWithTheSoftError() throws {
        try assertConforms(.unroutableInFlight)
    }

    func testControlsOfDataInFlightAreCaught() throws {
        try assertControlsAreCaught(of: .unroutableInFlight)
    }

    func testIPv6GoesOnSendingFromAnAddressThatIsGone() throws {
        try assertConforms(.unroutableIPv6)
    }

    func testControlsOfIPv6AreCaught() throws {
        try assertControlsAreCaught(of: .unroutableIPv6)
    }

    func testConnectionWhoseAddressComesBackInTimeDelivers() throws {
        try assertConforms(.unroutableRestored)
    }

    func testControlsOfTheRestoredAddressAreCaught() throws {
        try assertControlsAreCaught(of: .unroutableRestored)
    }

    func testTransparentSocketSendsOnWithoutItsAddress() throws {
        try assertConforms(.unroutableTransparent)
    }

    func testControlsOfTheTransparentSocketAreCaught() throws {
        try assertControlsAreCaught(of: .unroutableTransparent)
    }

    func testNonlocalBindDoesNotHelpAConnectionWithoutItsAddress() throws {
        try assertConforms(.unroutableNonlocalBind)
    }

    func testControlsOfNonlocalBindAreCaught() throws {
        try assertControlsAreCaught(of: .unroutableNonlocalBind)
    }

    func testPrimaryAddressIsMissedAsASecondaryOneIs() throws {
        try assertConforms(.unroutablePrimary)
    }

    func testControlsOfThePrimaryAddressAreCaught() throws {
        try assertControlsAreCaught(of: .unroutablePrimary)
    }
}
