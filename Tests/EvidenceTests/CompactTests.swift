import Behaviours
import Foundation
import Support
import XCTest

@testable import Evidence

/// The bytes in which plans and observations travel.
final class CompactTests: XCTestCase {
    private func roundTrip<Value: Codable>(_ value: Value) throws -> Value {
        try Compact.decode(Value.self, from: Compact.encode(value))
    }

    func testTheSameDictionaryIsTheSameBytesHoweverItCameAbout() throws {
        // Of another capacity a dictionary has another order.
        let some = Dictionary(uniqueKeysWithValues: (0..<40).map { ("key \($0)", $0) })
        var other: [String: Int] = [:]
        other.reserveCapacity(5000)
        for (key, value) in some { other[key] = value }
        XCTAssertNotEqual(Array(some.keys), Array(other.keys), "or this test shows nothing")

        XCTAssertEqual(try Compact.encode([some]), try Compact.encode([other]))
        XCTAssertEqual(try Compact.encode(some), try Compact.encode(other))
        XCTAssertEqual(try roundTrip([some]), [some])
    }

    func testADictionaryThatMayBeMissingIsSortedAlsoAfterOneThatWas() throws {
        let some: [[String: Int]?] = [nil, ["b": 1, "a": 2, "c": 3], nil, ["d": 4]]
        let other: [[String: Int]?] = [
            nil, ["c": 3, "a": 2].merging(["b": 1]) { $1 }, nil, ["d": 4],
        ]

        XCTAssertEqual(try roundTrip(some), some)
        XCTAssertEqual(try Compact.encode(some), try Compact.encode(other))
    }

    func testEveryScriptOfTheCatalogueArrivesAsItWas() throws {
        let trials = Catalogue.behaviours.flatMap { behaviour in
            behaviour.cases.map { parameters in
                Plan.Request(
                    trial: TrialID(behaviour: behaviour.id, parameters: parameters),
                    script: behaviour.script(parameters),
                    performInstead: behaviour.controls.first?.alter(behaviour.script(parameters)))
            }
        }
        let plan = Plan(trials: trials)

        XCTAssertEqual(try roundTrip(plan), plan)
    }

    func testWhatTheModelObservesArrivesAsItWas() throws {
        for behaviour in Catalogue.behaviours {
            for parameters in behaviour.cases.prefix(2) {
                for variant in behaviour.variants(for: parameters) {
                    var observation = try SyntheticObservation.make(
                        behaviour, variant, parameters, seed: 1)
                    for index in observation.captures.indices {
                        observation.captures[index].packets = []
                    }

                    XCTAssertEqual(try roundTrip(observation), observation, behaviour.id)
                }
            }
        }
    }

    func testNumbersAtTheEdgesOfTheirTypesKeepTheirValue() throws {
        struct Edges: Codable, Equatable {
            var signed = [Int64.min, -1, 0, 1, 63, 64, -64, -65, Int64.max]
            var unsigned = [UInt64.min, 1 << 63, UInt64.max]
            var small: [UInt8] = [0, 255]
            var real = [0.1, -Double.infinity]
            var nothing: String?
            var something: String? = "\u{0}ü"
            var list: [Int?] = [nil, 3]
            var table = ["a": [1: true], "b": [:]]
        }

        XCTAssertEqual(try roundTrip(Edges()), Edges())
        XCTAssertThrowsError(try Compact.decode([Int8].self, from: Compact.encode([128])))
        XCTAssertThrowsError(try Compact.decode([UInt].self, from: Compact.encode([-1])))
    }

    func testNoDamagedByteMakesItCrash() throws {
        let behaviour = Catalogue.behaviours[0]
        let bytes = try Compact.encode(behaviour.script(behaviour.cases[0]))

        for index in bytes.indices {
            XCTAssertThrowsError(
                try Compact.decode(Script.self, from: Array(bytes.prefix(index))))
            for flip: UInt8 in [0x01, 0x04, 0x80, 0xff] {
                var damaged = bytes
                damaged[index] ^= flip
                _ = try? Compact.decode(Script.self, from: damaged)
            }
        }
        let nest = [UInt8](repeating: Compact.Tag.list.rawValue, count: 10_000)
        XCTAssertThrowsError(try Compact.decode([Int].self, from: nest)) {
            XCTAssertEqual($0 as? CompactError, .tooDeep)
        }
    }

    func testAPlanTakesAFractionOfItsJSON() throws {
        let behaviour = Catalogue.behaviours[0]
        let trials = behaviour.cases.map { parameters in
            Plan.Request(
                trial: TrialID(behaviour: behaviour.id, parameters: parameters),
                script: behaviour.script(parameters))
        }
        let plan = Plan(trials: trials)

        let compact = try Compact.encode(plan).count
        let json = try JSONEncoder().encode(plan).count

        XCTAssertLessThan(compact * 2, json)
    }
}
