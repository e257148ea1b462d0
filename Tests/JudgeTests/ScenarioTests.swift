import Behaviours
import XCTest

/// The list of situations: each is asked, or says why not.
final class ScenarioTests: XCTestCase {
    func testEveryNumberedSituationIsAskedOrLeftOutWithAReason() {
        XCTAssertEqual(Scenario.all.map(\.number), Array(1...89))
        for scenario in Scenario.all {
            let isLeftOut = scenario.leftOut.map { !$0.isEmpty } ?? false
            XCTAssertNotEqual(scenario.behaviours.isEmpty, !isLeftOut, "\(scenario.number)")
        }
    }

    func testBehavioursThatAskAreInTheCatalogue() {
        for id in Scenario.all.flatMap(\.behaviours) {
            XCTAssertNotNil(Catalogue.behaviour(id), id)
        }
    }
}
