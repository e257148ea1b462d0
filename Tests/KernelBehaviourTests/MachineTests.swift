import Behaviours
import XCTest

/// The machine on which all this runs.
final class MachineTests: KernelBehaviourCase {
    func testThisMachineCanPerformTrials() throws {
        try assertTrialsCanBePerformed()
    }

    func testEveryKernelThatWasNamedIsAsked() throws {
        try assertEveryKernelIsAsked()
    }
}

/// The suite itself.
final class SuiteTests: XCTestCase {
    func testEveryBehaviourHasAControl() {
        let without = Catalogue.behaviours.filter(\.controls.isEmpty).map(\.id)

        XCTAssertEqual(without, [])
    }
}
