import Behaviours
import Evidence
import Judge
import KernelTimers
import Support
import XCTest

/// For every behaviour, every value and every variant: what a kernel with that variant shows is
/// recognised as that variant, and as broken where it is.
final class EveryVariantCanBeToldTests: XCTestCase {
    private func forEachVariant(
        _ body: (Behaviour, Variant, Parameters, TickRate) throws -> Void
    ) throws {
        for behaviour in Catalogue.behaviours {
            for parameters in behaviour.cases {
                for tick in [TickRate.hz100, .hz250, .hz1000] {
                    for variant in behaviour.variants(for: parameters) {
                        try body(behaviour, variant, parameters, tick)
                    }
                }
            }
        }
    }

    func testJudgeRecognisesTheVariantThatAKernelShows() throws {
        var seed: UInt64 = 0
        try forEachVariant { behaviour, variant, parameters, tick in
            seed += 1
            let observation = try SyntheticObservation.make(
                behaviour, variant, parameters, tick: tick, seed: seed)

            let finding = Judge.judge(observation, as: behaviour)

            let partings = Judge.partings(of: observation, from: variant, of: behaviour)
            XCTAssertTrue(
                finding.variants.contains(variant.name),
                "\(observation.trial) HZ=\(tick.hz), made as \(variant.name): \(finding.verdict), "
                    + "\(finding.variants); \(partings.map(\.text))")
        }
    }

    func testAKernelThatBreaksThePromiseNeverConformsUnlessItCannotBeTold() throws {
        var told: Set<String> = []
        var all: Set<String> = []
        try forEachVariant { behaviour, variant, parameters, tick in
            guard !behaviour.contract.variants.contains(variant.name) else { return }
            let name = "\(behaviour.id) \(variant.name)"
            all.insert(name)
            let observation = try SyntheticObservation.make(
                behaviour, variant, parameters, tick: tick, seed: 7)

            let finding = Judge.judge(observation, as: behaviour)

            if finding.verdict == .deviates { told.insert(name) }
            if finding.verdict == .conforms {
                let promised = Set(finding.variants).intersection(behaviour.contract.variants)
                XCTAssertFalse(promised.isEmpty, "\(name) at \(parameters.summary)")
            }
        }

        XCTAssertEqual(all.subtracting(told), [], "broken variants that no value tells")
    }
}

/// The judge where several processors share the kernel's time, so that windows reach back a tick.
final class SeveralProcessorsTests: XCTestCase {
    func testJudgeEndsAndRecognisesEveryVariant() throws {
        for behaviour in Catalogue.behaviours {
            for parameters in behaviour.cases {
                for variant in behaviour.variants(for: parameters) {
                    var observation = try SyntheticObservation.make(
                        behaviour, variant, parameters, seed: 3)
                    observation.processors = 2

                    let finding = Judge.judge(observation, as: behaviour)

                    XCTAssertTrue(
                        finding.variants.contains(variant.name),
                        "\(observation.trial), made as \(variant.name): \(finding.variants)")
                }
            }
        }
    }
}
