import Behaviours
import Evidence
import KernelTimers
import Support
import XCTest

@testable import Judge

final class RunComparisonTests: XCTestCase {
    private let kernel = KernelIdentity(
        selector: "host", release: "6.12", version: "#1", machine: "x86_64", hz: 250)

    /// A run of one trial of a kernel that shows a variant.
    private func side(
        _ variant: String, seed: UInt64 = 1, tick: TickRate = .hz250,
        behaviour id: String = "blackhole.established",
        _ parameters: Parameters = Parameters(userTimeoutMilliseconds: 3000)
    ) throws -> RunComparison.Side {
        let behaviour = try XCTUnwrap(Catalogue.behaviour(id))
        let shown = try XCTUnwrap(
            behaviour.variants(for: parameters).first { $0.name == variant })
        let observation = try SyntheticObservation.make(
            behaviour, shown, parameters, tick: tick, seed: seed)
        return RunComparison.Side(
            kernel: kernel,
            trials: [(Judge.judge(observation, as: behaviour), observation)])
    }

    func testTwoPerformancesOfOneKernelDoNotDiffer() throws {
        for id in ["blackhole.established", "zero-window.live", "unroutable.idle"] {
            for seed in UInt64(1)...30 {
                let one = try side("at-deadline", seed: seed, behaviour: id)
                let other = try side("at-deadline", seed: seed + 100, behaviour: id)

                let comparison = RunComparison(one, other)

                XCTAssertEqual(comparison.differences, [], "\(id), seed \(seed)")
                XCTAssertEqual(comparison.exitCode, 0)
            }
        }
    }

    func testWhereTheQuotedSequenceBeganIsNoDifferenceButWhatIsQuotedIs() {
        func complaint(_ words: String) -> ObservedEvent.What {
            TrialDifference.comparable(.complaint(words))
        }
        let one = "ICMP host unreachable (3/1) quoting 10.9.0.254:40000 > 10.9.0.2:5000 TCP seq 17"

        XCTAssertEqual(complaint(one), complaint(one.replacing("17", with: "4054583048")))
        XCTAssertNotEqual(complaint(one), complaint(one.replacing("40000", with: "40001")))
        XCTAssertNotEqual(complaint(one), complaint(one.replacing("3/1", with: "3/0")))
    }

    func testAnotherAnswerDiffersInVerdictVariantAndPackets() throws {
        let comparison = RunComparison(
            try side("at-deadline"), try side("at-next-retransmission"))

        let difference = try XCTUnwrap(comparison.differences.first)
        XCTAssertEqual(difference.verdicts?.first, "conforms")
        XCTAssertEqual(difference.verdicts?.second, "deviates")
        XCTAssertEqual(difference.variants?.second, ["at-next-retransmission"])
        XCTAssertEqual(comparison.exitCode, 1)
    }

    func testAnIntervalThatNoWheelExplainsIsADifference() throws {
        let one = try side("at-deadline")
        var other = one
        var observation = try XCTUnwrap(other.trials[0].observation)
        // A retransmission 300 ms later: two windows of some 40 ms allow no such thing.
        for index in observation.captures.indices {
            let last = observation.captures[index].packets.count - 1
            observation.captures[index].packets[last - 2].realtimeNanoseconds += 300_000_000
        }
        var finding = other.trials[0].finding
        let last = finding.comparisons.lastIndex { $0.expected.kind == .sent(.retransmission) }
        let index = try XCTUnwrap(last) - 2
        let moved = try XCTUnwrap(finding.comparisons[index].observed)
        finding.comparisons[index].observed?.window = Window(
            at: moved.window.latest + .milliseconds(300))
        other.trials = [(finding, observation)]

        let difference = try XCTUnwrap(RunComparison(one, other).differences.first)

        XCTAssertNil(difference.packets)
        XCTAssertFalse(difference.intervals.isEmpty)
    }

    func testTheEndMayBeDueWhenItsLastTimerFiresHoweverLateThatWasArmed() throws {
        // T of 200 ms is over long before the first SYN is repeated, a second and up to 32 ms
        // later; the end follows that by a jiffy or two, and counted from the first SYN it is as
        // uncertain as both intervals together.
        let parameters = Parameters(
            userTimeoutMilliseconds: 200, settings: ["tcp_syn_retries": 2])
        for seed in UInt64(1)...40 {
            let one = try side(
                "at-deadline", seed: seed, behaviour: "connect.unanswered", parameters)
            let other = try side(
                "at-deadline", seed: seed + 100, behaviour: "connect.unanswered", parameters)

            XCTAssertEqual(RunComparison(one, other).differences, [], "seed \(seed)")
        }
    }

    func testWhatThePeerDoesIsDueWhenTheScriptSaysHoweverLateTheSubjectRetransmitted() throws {
        let parameters = Parameters(
            userTimeoutMilliseconds: 3000,
            settings: ["late": 2600, "part": 0, "tcp_early_retrans": 0])
        for seed in UInt64(1)...40 {
            let one = try side(
                "clock-goes-on", seed: seed, behaviour: "blackhole.progress", parameters)
            let other = try side(
                "clock-goes-on", seed: seed + 100, behaviour: "blackhole.progress", parameters)

            XCTAssertEqual(RunComparison(one, other).differences, [], "seed \(seed)")
        }
    }

    func testHowMuchThePeerOffersIsNoDifferenceAndThatItsWindowIsShutIs() throws {
        let parameters = Parameters()
        let one = try side("at-next-probe", behaviour: "unroutable.restored", parameters)
        func offering(_ window: UInt8) throws -> RunComparison.Side {
            var other = one
            var observation = try XCTUnwrap(other.trials[0].observation)
            for index in observation.captures.indices {
                // The last packet is the peer's acknowledgement of what came late. The window is
                // the last field but two of a TCP header without options, of 20 bytes.
                let last = try XCTUnwrap(observation.captures[index].packets.indices.last)
                let size = observation.captures[index].packets[last].bytes.count
                observation.captures[index].packets[last].bytes[size - 6] = 0
                observation.captures[index].packets[last].bytes[size - 5] = window
            }
            other.trials[0].observation = observation
            return other
        }

        XCTAssertEqual(RunComparison(one, try offering(7)).differences, [])
        let difference = RunComparison(one, try offering(0)).differences.first
        XCTAssertEqual(
            difference?.packets?.second, "acknowledgement up to 100, window 0")
    }

    func testAPacketMoreIsADifference() throws {
        let one = try side("at-deadline")
        var other = one
        var observation = try XCTUnwrap(other.trials[0].observation)
        for index in observation.captures.indices {
            var copy = try XCTUnwrap(observation.captures[index].packets.last)
            copy.realtimeNanoseconds += 1_000_000
            observation.captures[index].packets.append(copy)
        }
        other.trials[0].observation = observation

        let difference = try XCTUnwrap(RunComparison(one, other).differences.first)

        let counts = try XCTUnwrap(difference.packets?.counts)
        XCTAssertEqual(counts.second, counts.first + 1)
    }

    func testACallThatReturnsSomethingElseIsADifference() throws {
        let one = try side("at-deadline")
        var other = one
        var observation = try XCTUnwrap(other.trials[0].observation)
        let step = try XCTUnwrap(observation.steps.firstIndex { !$0.calls.isEmpty })
        observation.steps[step].calls[0].value = 77
        other.trials[0].observation = observation

        let difference = try XCTUnwrap(RunComparison(one, other).differences.first)

        XCTAssertEqual(difference.calls.map(\.step), [observation.steps[step].label])
        XCTAssertTrue(try XCTUnwrap(difference.calls[0].second).contains("value 77"))
    }

    func testSetsOfVariantsThatOverlapAreNoDifference() throws {
        var one = try side("at-deadline")
        var other = one
        one.trials[0].finding.variants = ["at-deadline", "other"]
        other.trials[0].finding.variants = ["at-deadline"]

        XCTAssertTrue(RunComparison(one, other).isSame)
        other.trials[0].finding.variants = ["third"]
        XCTAssertFalse(RunComparison(one, other).isSame)
    }

    func testWhatOnlyOneWasAskedIsToldAndNothingInCommonIsNoSuccess() throws {
        let one = try side("at-deadline")
        let other = try side("at-deadline", Parameters(userTimeoutMilliseconds: 5000))

        let comparison = RunComparison(one, other)

        XCTAssertEqual(comparison.onlyFirst.map(\.parameters.userTimeoutMilliseconds), [3000])
        XCTAssertEqual(comparison.onlySecond.map(\.parameters.userTimeoutMilliseconds), [5000])
        XCTAssertEqual(comparison.exitCode, 2)
    }
}
