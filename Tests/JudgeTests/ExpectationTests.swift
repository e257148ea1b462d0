import Behaviours
import Evidence
import Judge
import XCTest

/// What is known of kernels beside the catalogue.
final class ExpectationTests: XCTestCase {
    private let trial = TrialID(behaviour: "zero-window.live", parameters: Parameters())

    private func finding(_ verdict: Verdict, _ variants: [String]) -> Finding {
        var finding = Finding(trial: trial, verdict: verdict)
        finding.variants = variants
        return finding
    }

    private func expecting(_ variant: String?) -> Expectation {
        Expectation(
            .within("5.10.0", "5.10.10"), trial.behaviour, variant: variant, reference: "R")
    }

    func testExpectedDeviationThatIsThereIsShownAndOneThatIsNotHasVanished() {
        let expected = expecting("ignored")

        XCTAssertEqual(
            finding(.deviates, ["ignored"]).marked(expecting: expected).known?.outcome, .shown)
        XCTAssertEqual(
            finding(.conforms, ["at-deadline"]).marked(expecting: expected).known?.outcome,
            .vanished)
        XCTAssertEqual(
            finding(.deviates, ["at-next-probe"]).marked(expecting: expected).known?.outcome,
            .other)
        XCTAssertEqual(
            finding(.inconclusive(cause: "x"), []).marked(expecting: expected).known?.outcome,
            .untold)
        XCTAssertNil(finding(.deviates, ["ignored"]).marked(expecting: nil).known)
    }

    func testDeviationLikeNoKnownVariantCanBeExpectedToo() {
        let expected = expecting(nil)

        XCTAssertEqual(
            finding(.deviates, []).marked(expecting: expected).known?.outcome, .shown)
        XCTAssertEqual(
            finding(.deviates, ["ignored"]).marked(expecting: expected).known?.outcome, .other)
    }

    func testRangesAreWithinASeriesOrSinceARelease() throws {
        func version(_ text: String) throws -> KernelVersion {
            try XCTUnwrap(KernelVersion(text))
        }
        let range = Expectation.Kernels.within("5.10.0", "5.10.10")
        XCTAssertTrue(range.contains(try version("5.10.10")))
        XCTAssertFalse(range.contains(try version("5.10.11")))
        XCTAssertFalse(range.contains(try version("5.4.3")))
        XCTAssertTrue(Expectation.Kernels.series("6.1").contains(try version("6.1.500")))
        XCTAssertTrue(Expectation.Kernels.since("6.12").contains(try version("7.3.1")))
        XCTAssertFalse(Expectation.Kernels.since("6.12").contains(try version("6.6.150")))
    }

    func testEveryExpectationNamesABehaviourAndAVariantThatBreaksItsPromise() throws {
        for expectation in Expectation.all {
            let behaviour = try XCTUnwrap(
                Catalogue.behaviour(expectation.behaviour), expectation.behaviour)
            XCTAssertFalse(expectation.reference.isEmpty)
            for values in expectation.values ?? [] {
                XCTAssertTrue(behaviour.cases.contains(values), values.summary)
            }
            guard let name = expectation.variant else { continue }
            XCTAssertTrue(behaviour.variants.contains { $0.name == name }, name)
            XCTAssertFalse(behaviour.contract.variants.contains(name), name)
        }
    }
}
