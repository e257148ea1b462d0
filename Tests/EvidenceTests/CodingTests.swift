import Behaviours
import Evidence
import Foundation
import KernelTimers
import XCTest

/// What is stored comes back as it was.
final class CodingTests: XCTestCase {
    private func again<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }

    func testEveryScriptOfTheCatalogueSurvivesItsCoding() throws {
        for behaviour in Catalogue.behaviours {
            for parameters in behaviour.cases {
                let script = behaviour.script(parameters)

                XCTAssertEqual(try again(script), script, "\(behaviour.id)")
            }
        }
    }

    func testVerdictsAreCodedByName() throws {
        let verdicts: [Verdict] = [
            .conforms, .deviates, .notApplicable(reason: "no IPv6"),
            .inconclusive(cause: "stalled"),
        ]

        XCTAssertEqual(try again(verdicts), verdicts)
        XCTAssertThrowsError(
            try JSONDecoder().decode(Verdict.self, from: Data(#"{"name":"passed"}"#.utf8)))
    }

    func testMomentsAndErrorsAreBareValues() throws {
        let text = String(
            decoding: try JSONEncoder().encode([Moment.milliseconds(2)]), as: UTF8.self)

        XCTAssertEqual(text, "[2000000]")
        XCTAssertEqual(
            String(decoding: try JSONEncoder().encode([SocketError.etimedout]), as: UTF8.self),
            #"["ETIMEDOUT"]"#)
    }

    func testTrialsHaveTextsThatAreUniqueAndFitForFileNames() {
        let texts = Catalogue.behaviours.flatMap(\.trials).map(\.description)

        XCTAssertEqual(Set(texts).count, texts.count)
        XCTAssertTrue(texts.allSatisfy { !$0.contains("/") && !$0.contains(" ") })
    }
}

/// The catalogue.
final class CatalogueTests: XCTestCase {
    func testEveryBehaviourPromisesAVariantThatItHas() {
        for behaviour in Catalogue.behaviours {
            let names = Set(behaviour.variants.map(\.name))

            XCTAssertEqual(names.count, behaviour.variants.count, "\(behaviour.id): names twice")
            XCTAssertTrue(
                Set(behaviour.contract.variants).isSubset(of: names), "\(behaviour.id)")
            XCTAssertFalse(behaviour.contract.because.isEmpty, "\(behaviour.id)")
            for parameters in behaviour.cases {
                let applicable = Set(behaviour.variants(for: parameters).map(\.name))
                XCTAssertFalse(
                    applicable.isDisjoint(with: behaviour.contract.variants),
                    "\(behaviour.id) \(parameters.summary) promises nothing")
            }
        }
    }

    func testEveryStepThatAScriptWaitsForIsInTheScript() {
        for behaviour in Catalogue.behaviours {
            for parameters in behaviour.cases {
                let script = behaviour.script(parameters)
                let labels = script.lanes.flatMap { $0.steps.map(\.label) }
                XCTAssertEqual(Set(labels).count, labels.count, "\(behaviour.id): labels twice")
                XCTAssertTrue(labels.contains(script.proof), "\(behaviour.id)")
                for step in script.lanes.flatMap(\.steps) {
                    switch step.trigger {
                    case .previous: break
                    case .done(let label, _), .packet(_, let label):
                        XCTAssertTrue(labels.contains(label), "\(behaviour.id): \(label)")
                    }
                }
            }
        }
    }

    func testPatternsSelectByStarAndByFirstPart() {
        func ids(_ pattern: String) -> [String] {
            Catalogue.behaviours(matching: pattern).map(\.id)
        }

        let all = Catalogue.behaviours.map(\.id)
        XCTAssertTrue(ids("zero-window").contains("zero-window.live"))
        XCTAssertEqual(ids("zero-window"), all.filter { $0.hasPrefix("zero-window.") })
        XCTAssertTrue(ids("*.silent").contains("zero-window.silent"))
        XCTAssertEqual(ids("*.silent"), all.filter { $0.hasSuffix(".silent") })
        XCTAssertEqual(ids("zero"), [])
        XCTAssertEqual(ids("*").count, Catalogue.behaviours.count)
        XCTAssertEqual(ids("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*z"), [])
    }

    func testHorizonsAreBeyondEveryAnswerThatIsWaitedFor() {
        for behaviour in Catalogue.behaviours where behaviour.outage != .none {
            for parameters in behaviour.cases {
                let horizon = behaviour.horizonMilliseconds(parameters)

                // Beyond the promised end, which T need not decide: it cannot prolong a connect.
                if !behaviour.expectsSurvival(parameters) {
                    XCTAssertGreaterThan(
                        horizon, behaviour.expectedMilliseconds(parameters) + 500,
                        "\(behaviour.id) \(parameters.summary)")
                }
                // Where the promise is short, what takes over a minute is not waited for.
                guard behaviour.length(parameters) == .short else { continue }
                XCTAssertLessThan(horizon, 60_000, "\(behaviour.id) \(parameters.summary)")
            }
        }
    }
}
