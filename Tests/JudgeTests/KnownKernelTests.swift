import Behaviours
import Evidence
import Judge
import XCTest

/// The kernels whose commits are known, and what follows of what they show.
final class KnownKernelTests: XCTestCase {
    /// The newest release that was read of each.
    private let read = [
        "Debian 5.10": "5.10.262", "Debian 6.1": "6.1.192", "Debian 6.12": "6.12.117",
        "Debian 7.2": "7.2.13", "Debian 7.3": "7.3.4",
    ]

    private func identity(_ version: String) -> KernelIdentity {
        KernelIdentity(
            selector: "debian", release: "0-cloud-amd64", version: "#1 SMP Debian \(version)-1",
            machine: "x86_64", hz: 250)
    }

    func testListsAgreeWithWhatVersionsLeadToExpect() throws {
        for (name, text) in read {
            let known = try XCTUnwrap(KnownKernel.of(identity(text)), name)
            XCTAssertEqual(known.name, name)
            let version = try XCTUnwrap(KernelVersion(text))
            for change in Change.all {
                XCTAssertEqual(
                    known.has(change), change.isExpected(in: version), "\(name) \(change)")
            }
        }
    }

    func testWhatWasTakenBackIsLaterThanTheSeriesAndInTheListOfChanges() throws {
        for known in KnownKernel.all {
            let base = try XCTUnwrap(KernelVersion(known.base))
            for id in known.taken + known.unread {
                let change = try XCTUnwrap(Change.named(id), id)
                XCTAssertEqual(change.id, id)
                let first = try XCTUnwrap(change.first)
                XCTAssertFalse(base.hasReached(mainline: first), "\(known.name) has \(id) anyway")
            }
        }
    }

    func testEveryBehaviourHasAnExpectationOfEveryKnownKernel() {
        for known in KnownKernel.all {
            for behaviour in Catalogue.behaviours {
                for parameters in behaviour.cases {
                    let variants = known.variants(of: behaviour, parameters)

                    XCTAssertFalse(
                        variants.isEmpty,
                        "no era of \(behaviour.id) \(parameters.summary) holds for \(known.name); "
                            + "eras name changes, or begin with \"every kernel\"")
                }
            }
        }
    }

    func testAKernelOfAnotherVendorOrAnOlderReleaseIsNotKnown() {
        var other = identity("6.1.192")
        other.version = "#1 SMP 6.1.192"

        XCTAssertNil(KnownKernel.of(other))
        XCTAssertNil(KnownKernel.of(identity("6.1.100")))
    }

    func testADebianThatLacksACommitOfItsListIsADifference() throws {
        let behaviour = try XCTUnwrap(Catalogue.behaviour("zero-window.live"))
        let trial = TrialID(
            behaviour: behaviour.id, parameters: Parameters(userTimeoutMilliseconds: 3000))
        var finding = Finding(trial: trial, verdict: .conforms)
        finding.variants = ["at-deadline"]
        XCTAssertEqual(Audit([finding], kernel: identity("5.10.262")).differences, [])

        finding.variants = ["at-next-probe"]
        let difference = Audit([finding], kernel: identity("5.10.262")).differences.first

        XCTAssertEqual(difference?.expected, ["at-deadline"])
        XCTAssertEqual(difference?.observed, ["at-next-probe"])
    }
}
