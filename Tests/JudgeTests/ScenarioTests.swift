import Behaviours
import XCTest

/// The list of situations: each is asked, or says why not.
final class ScenarioTests: XCTestCase {
    func testEveryNumberedSituationIsAskedOrLeftOutWithAReason() {
        XCTAssertEqual(Scenario.all.map(\.number), Array(1...89))
        for scenario in Scenario.all where scenario.behaviours.isEmpty {
            let reason = scenario.leftOut ?? ""
            XCTAssertGreaterThan(
                reason.count, 10,
                "nobody asks \(scenario.number) (\(scenario.words)), and no reason is given")
            XCTAssertFalse(reason.hasPrefix("no behaviour"), "that is no reason: \(reason)")
        }
    }

    func testBehavioursNameSituationsThatThereAre() {
        let numbers = Set(Scenario.all.map(\.number))
        for behaviour in Catalogue.behaviours {
            XCTAssertEqual(
                behaviour.scenarios, Set(behaviour.scenarios).sorted(),
                "\(behaviour.id) names its situations once each, in their order")
            XCTAssert(
                numbers.isSuperset(of: behaviour.scenarios),
                "\(behaviour.id) names \(Set(behaviour.scenarios).subtracting(numbers)), "
                    + "which the list does not have")
        }
    }

    func testASituationThatIsAskedIsNotLeftOut() throws {
        let removed = try XCTUnwrap(Scenario.all.first { $0.number == 15 })

        XCTAssertEqual(removed.behaviours.map(\.id), ["unroutable.idle", "unroutable.in-flight"])
        XCTAssertNil(removed.leftOut)
        // A reason that is kept for the day on which nobody asks does not count meanwhile.
        XCTAssert(Scenario.all.contains { $0.leftOut != nil })
    }
}
