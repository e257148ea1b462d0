import Behaviours
import Campaign
import Evidence
import Judge
import KernelTimers
import Reporting
import XCTest

/// Windows are no wider than what the kernel leaves open. Shown on observations of guests, whose
/// one processor keeps its clock, and whose application is woken in the same jiffy.
final class WindowTests: XCTestCase {
    /// How far the timer wheel may put off a timer of an interval, in jiffies: since 4.8
    /// (500462a9de65) a level of it holds 64 slots, of which each is 8 times as wide as one of the
    /// level below, and a timer goes into the first level whose slots reach that far.
    private func slack(jiffies: Int64) -> Int64 {
        switch jiffies {
        case ..<63: 1
        case ..<504: 8
        case ..<4032: 64
        case ..<32_256: 512
        case ..<258_048: 4096
        default: 32_768
        }
    }

    /// The wheel's slack for the interval, one jiffy, and what no witness sees: the width of the
    /// events at which the interval began, and the millisecond of the kernel's clock that decides
    /// between two delays, where the derivation names it. The wheel's own clock may trail by a
    /// tick, so that an interval that is as little short of a level counts as that level.
    private func widest(_ expected: Expected, _ tick: Duration, _ armed: Window) -> Duration {
        let interval = (expected.window.earliest - armed.earliest).wholeNanoseconds
        let jiffies = interval / tick.wholeNanoseconds + 1
        let unseen = expected.anchors.map { max(Duration.zero, $0.width) }
            .reduce(Duration.zero, +)
        let millisecond = expected.derivation.contains("a millisecond that no witness sees")
        return tick * Int(slack(jiffies: jiffies) + (millisecond ? 2 : 1)) + unseen
    }

    func testNoWindowOfAGuestIsWiderThanTheWheelAndAJiffy() throws {
        var kernels: Set<String> = []
        var looked = 0
        for run in try Fixtures.runs() {
            guard let record = run.record, record.kernel.selector.hasPrefix("debian:"),
                record.kernel.guest != nil
            else { continue }
            let tick = Duration.seconds(1) / record.kernel.hz
            for stored in run.observations {
                let behaviour = try XCTUnwrap(
                    Catalogue.behaviour(stored.observation.trial.behaviour))
                let finding = Judge.judge(stored.observation, as: behaviour)
                XCTAssertFalse(finding.variants.isEmpty, "\(finding.trial)")
                for comparison in finding.comparisons {
                    let expected = comparison.expected
                    // An answer is the peer's; what has no anchor was armed by no timer.
                    guard expected.kind != .answered, let armed = expected.anchors.first else {
                        continue
                    }
                    let most = widest(expected, tick, armed)
                    XCTAssertLessThanOrEqual(
                        expected.window.width, most,
                        "\(record.kernel.release) \(finding.trial): \(expected.kind) "
                            + "\(expected.window.text), \(expected.derivation)")
                    kernels.insert(record.kernel.selector)
                    looked += 1
                }
            }
        }
        XCTAssertGreaterThan(looked, 200)
        XCTAssertTrue(
            kernels.isSuperset(of: ["debian:5.10", "debian:6.1", "debian:6.12", "debian:7.3"]),
            "\(kernels)")
    }

    func testWhatKnownKernelsShowIsWhatTheirCommitsLeadToExpect() throws {
        var kernels: Set<String> = []
        for run in try Fixtures.runs() {
            guard let record = run.record, let known = KnownKernel.of(record.kernel) else {
                continue
            }
            kernels.insert(known.name)
            for finding in record.findings {
                let behaviour = try XCTUnwrap(Catalogue.behaviour(finding.trial.behaviour))
                let expected = known.variants(of: behaviour, finding.trial.parameters)

                XCTAssertFalse(
                    Set(expected).isDisjoint(with: finding.variants),
                    "\(known.name) \(finding.trial): expected \(expected), is \(finding.variants)")
            }
            XCTAssertEqual(Audit(record.findings, kernel: record.kernel).exitCode, 0, known.name)
        }
        XCTAssertEqual(kernels, ["Debian 5.10", "Debian 6.1", "Debian 6.12", "Debian 7.3"])
    }
}
