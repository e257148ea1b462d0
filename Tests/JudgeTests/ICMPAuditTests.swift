import Behaviours
import Evidence
import Judge
import KernelTimers
import Support
import XCTest

/// What a kernel does of ICMP errors, read as changes.
final class ICMPAuditTests: XCTestCase {
    private func state(_ change: String, of variant: String) throws -> Audit.State {
        let parameters = try XCTUnwrap(
            Behaviour.icmpNoRoute.cases.first {
                $0.family == .ipv6 && $0.userTimeoutMilliseconds == 3000
            })
        let chosen = try XCTUnwrap(
            Behaviour.icmpNoRoute.variants(for: parameters).first { $0.name == variant })
        let observation = try SyntheticObservation.make(
            .icmpNoRoute, chosen, parameters, seed: 5)
        let finding = Judge.judge(observation, as: .icmpNoRoute)
        let kernel = KernelIdentity(
            selector: "test", release: "5.4.0", version: "", machine: "x86_64", hz: 250)
        let audit = Audit([finding], kernel: kernel)
        return try XCTUnwrap(audit.entries.first { $0.change == change }).state
    }

    func testIPv6TakesItsBackoffBackOnlyWithTheChangeOf58() throws {
        XCTAssertEqual(try state("d2924569b702", of: "reverted.ipv6"), .present)
        XCTAssertEqual(try state("d2924569b702", of: "not-reverted.ipv6"), .absent)
        XCTAssertEqual(try state("b701a99e431d", of: "not-reverted.ipv6"), .present)
    }
}
