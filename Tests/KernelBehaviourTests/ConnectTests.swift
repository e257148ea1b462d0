import Behaviours
import XCTest

/// Connections that are never made.
final class ConnectTests: KernelBehaviourCase {
    func testConnectFailsWhenTheUserTimeoutOrTheRetriesAreOver() throws {
        try assertConforms(.connectUnanswered)
    }

    func testControlsOfTheBlackholedConnectAreCaught() throws {
        try assertControlsAreCaught(of: .connectUnanswered)
    }

    func testConnectWithoutWaitingReportsItsErrorOnce() throws {
        try assertConforms(.connectNonblocking)
    }

    func testControlsOfConnectWithoutWaitingAreCaught() throws {
        try assertControlsAreCaught(of: .connectNonblocking)
    }

    func testRequestIsRepeatedWhateverTheListenersUserTimeoutIs() throws {
        try assertConforms(.requestListenerTimeout)
    }

    func testControlsOfTheRequestAreCaught() throws {
        try assertControlsAreCaught(of: .requestListenerTimeout)
    }

    func testConnectionWhoseSynTookDataAlongFailsInTime() throws {
        try assertConforms(.connectFastOpen)
    }

    func testControlsOfTheFastOpenAreCaught() throws {
        try assertControlsAreCaught(of: .connectFastOpen)
    }

    func testRequestOfADeferringListenerIsForgotten() throws {
        try assertConforms(.requestDeferred)
    }

    func testControlsOfTheDeferringListenerAreCaught() throws {
        try assertControlsAreCaught(of: .requestDeferred)
    }
}
