import Behaviours
import Campaign
import Evidence
import Judge
import Reporting
import XCTest

/// Observations that real kernels gave, judged again without any kernel.
final class StoredRunTests: XCTestCase {
    func testEveryStoredObservationIsJudgedAsItWasThen() throws {
        for run in try Fixtures.runs() {
            let record = try XCTUnwrap(run.record)
            for stored in run.observations {
                let observation = stored.observation
                let behaviour = try XCTUnwrap(Catalogue.behaviour(observation.trial.behaviour))

                let finding = Judge.judge(observation, as: behaviour)

                let then = record.findings.first { $0.trial == observation.trial }
                XCTAssertEqual(finding.verdict, then?.verdict, "\(observation.trial)")
                XCTAssertEqual(finding.variants, then?.variants, "\(observation.trial)")
                XCTAssertEqual(finding.errno, then?.errno, "\(observation.trial)")
            }
        }
    }

    /// A behaviour may come before its observation, so that to add one takes its file and its test;
    /// but no more than a few wait for theirs.
    func testAllButTheNewestBehavioursHaveAStoredObservation() throws {
        let stored = Set(
            try Fixtures.runs().flatMap(\.observations).map(\.observation.trial.behaviour))

        let waiting = Set(Catalogue.behaviours.map(\.id)).subtracting(stored)

        XCTAssertLessThanOrEqual(waiting.count, 2, "store what a kernel showed of \(waiting)")
    }
}

/// The runs stored in `Fixtures/`, a folder a kernel.
enum Fixtures {
    /// All of them.
    static func runs() throws -> [StoredRun] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        return try names.filter { !$0.hasPrefix(".") && !$0.hasSuffix(".md") }.map {
            try RunFolder.load("\(folder)/\($0)")
        }
    }

    /// One observation of a behaviour with these values, from any kernel.
    static func observation(
        _ behaviour: Behaviour, _ summary: String
    ) throws -> Observation {
        let found = try runs().flatMap(\.observations).map(\.observation).first {
            $0.trial.behaviour == behaviour.id && $0.trial.parameters.summary == summary
        }
        return try XCTUnwrap(found, "no stored observation of \(behaviour.id) \(summary)")
    }

    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures").path
}
