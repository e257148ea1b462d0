import Behaviours
import Evidence
import KernelLab
import XCTest

@testable import Campaign

/// Guests that go on from one that has booted.
final class SnapshotTests: XCTestCase {
    private actor Seen {
        var observations: [Observation] = []
        func take(_ observation: Observation) { observations.append(observation) }
    }

    private func observe(keptIn folder: String) async throws -> [Observation] {
        let seen = Seen()
        do {
            var performer = GuestPerformer(
                kernel: try await KernelStore().kernel(try KernelSelector("debian:6.1")),
                path: try PerformerLocator.locate(forGuests: true))
            _ = try PerformerLocator.locateConductor()
            performer.snapshots = Snapshots(folder: folder)
            let trials = try XCTUnwrap(Catalogue.behaviour("option.rejects")).trials.prefix(1)
            let plan = Plan(trials: Campaign.requests(for: Array(trials)))
            let end = try await performer.perform(plan) { event in
                if case .observation(let observation, _) = event { await seen.take(observation) }
            }
            XCTAssertEqual(end, .done)
        } catch let error as KernelLabError {
            throw XCTSkip("no guest can be booted here: \(error)")
        }
        return await seen.observations
    }

    func testABootedGuestIsKeptAndOneThatIsDamagedIsMadeAgain() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        addTeardownBlock { try? FileManager.default.removeItem(atPath: folder) }
        func kept() throws -> (path: String, size: Int, made: Date) {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            XCTAssertEqual(names.count, 2, "a snapshot and its lock: \(names)")
            let path = "\(folder)/\(names[0])/memory"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return (
                path, attributes[.size] as? Int ?? 0,
                attributes[.modificationDate] as? Date ?? .distantPast
            )
        }

        let one = try await observe(keptIn: folder)
        let first = try kept()
        let two = try await observe(keptIn: folder)
        XCTAssertEqual(try kept().made, first.made, "it is used again")
        let file = try FileHandle(forWritingTo: URL(filePath: first.path))
        try file.seek(toOffset: UInt64(first.size / 2))
        try file.write(contentsOf: Data(repeating: 0x5a, count: 4096))
        try file.close()
        let three = try await observe(keptIn: folder)

        XCTAssertGreaterThan(try kept().made, first.made, "the damaged one is not")
        XCTAssertEqual(one.count, 1)
        XCTAssertEqual(one, two)
        XCTAssertEqual(one, three)
    }
}
