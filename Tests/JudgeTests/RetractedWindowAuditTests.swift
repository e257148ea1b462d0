import Behaviours
import Evidence
import Judge
import KernelTimers
import Support
import XCTest

/// The flood of a peer that took its window back, read as changes.
final class RetractedWindowAuditTests: XCTestCase {
    func testBackportThatComparesJiffiesWithMillisecondsIsPresentButBroken() throws {
        let behaviour = Behaviour.windowRetractedAnswered
        let parameters = try XCTUnwrap(behaviour.cases.first { $0.hasUserTimeout })
        let variant = try XCTUnwrap(
            behaviour.variants(for: parameters).first { $0.name == "flood-for-jiffies" })
        let observation = try SyntheticObservation.make(behaviour, variant, parameters, seed: 3)
        let kernel = KernelIdentity(
            selector: "test", release: "6.1.192", version: "", machine: "x86_64", hz: 250)

        let audit = Audit([Judge.judge(observation, as: behaviour)], kernel: kernel)

        let entry = try XCTUnwrap(audit.entries.first { $0.change == "97a9063518f1" })
        XCTAssertEqual(entry.state, .broken)
        XCTAssertEqual(entry.reason, "its repair is missing: 614e8316aa4c")
    }
}
