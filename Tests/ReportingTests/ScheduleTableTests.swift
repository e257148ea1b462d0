import Behaviours
import Evidence
import KernelTimers
import Reporting
import XCTest

final class ScheduleTableTests: XCTestCase {
    func testEveryScheduleOfTheCatalogueFitsAndEndsWithItsAbort() {
        for behaviour in Catalogue.behaviours {
            for parameters in behaviour.cases {
                for variant in behaviour.variants(for: parameters) {
                    let horizon = Moment.milliseconds(20_000)
                    let schedule = Schedule(
                        predicting: variant.prospects(
                            behaviour.assumedConditions(parameters), parameters),
                        horizon: horizon)

                    let text = ScheduleTable(
                        schedule, horizon: horizon, showsDerivations: true
                    ).text

                    for line in text.split(separator: "\n") {
                        XCTAssertLessThanOrEqual(line.count, 80, "\(behaviour.id): \(line)")
                    }
                    let last = text.split(separator: "\n").last ?? ""
                    XCTAssertEqual(last.contains(" between "), schedule.abort != nil)
                }
            }
        }
    }

    func testEveryStepOfEveryScriptHasWordsOnOneLine() {
        for behaviour in Catalogue.behaviours {
            for parameters in behaviour.cases {
                let script = behaviour.script(parameters)

                let lines = ScriptText(script).lines

                let steps = script.lanes.map(\.steps.count).reduce(0, +)
                let kind = script.subjectSocket == nil ? 0 : 1
                XCTAssertEqual(lines.count, steps + script.sysctls.count + kind)
                XCTAssertTrue(lines.allSatisfy { !$0.isEmpty && !$0.contains("\n") })
            }
        }
    }

    func testTextIsWrappedWithinItsWidthWhateverTheWords() {
        let text = "one " + String(repeating: "x", count: 200) + " two"

        let lines = PlainText.wrapped(text, width: 40, first: "- ", rest: "  ")

        XCTAssertTrue(lines.allSatisfy { $0.count <= 40 }, "\(lines)")
        XCTAssertEqual(lines.joined().filter { $0 == "x" }.count, 200)
    }
}
