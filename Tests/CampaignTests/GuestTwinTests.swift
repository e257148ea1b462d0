import Behaviours
import Evidence
import KernelLab
import KernelTimers
import XCTest

@testable import Campaign

/// Guests are the same each time, and a trial comes to the same in whichever company.
final class GuestTwinTests: XCTestCase {
    private func observe(_ requests: [Plan.Request]) async throws -> [TrialID: Observation] {
        let performer: GuestPerformer
        do {
            performer = GuestPerformer(
                kernel: try await KernelStore().kernel(try KernelSelector("debian:6.1")),
                path: try PerformerLocator.locate(forGuests: true))
            _ = try PerformerLocator.locateConductor()
        } catch {
            throw XCTSkip("no guest can be booted here: \(error)")
        }
        let seen = Seen()
        let end: PerformanceEnd
        do {
            end = try await performer.perform(Plan(trials: requests)) { event in
                if case .observation(let observation, _) = event { await seen.take(observation) }
            }
        } catch let error as KernelLabError {
            throw XCTSkip("no guest can be booted here: \(error)")
        }
        XCTAssertEqual(end, .done)
        return await seen.observations
    }

    private actor Seen {
        var observations: [TrialID: Observation] = [:]
        func take(_ observation: Observation) { observations[observation.trial] = observation }
    }

    private func requests() throws -> [Plan.Request] {
        let ids = ["blackhole.established", "zero-window.live", "unroutable.idle"]
        let trials = try ids.flatMap { id in
            try XCTUnwrap(Catalogue.behaviour(id)).trials.filter {
                $0.parameters.userTimeoutMilliseconds == 3000
            }.prefix(2)
        }
        return Campaign.requests(for: trials)
    }

    func testTwoBootsAreTheSameToTheByte() async throws {
        let requests = try requests()

        let one = try await observe(requests)
        let other = try await observe(requests)

        XCTAssertEqual(one.count, requests.count)
        XCTAssertEqual(one, other)
    }

    func testATrialAloneComesToTheSameTimesAsAmongOthers() async throws {
        let requests = try requests()
        let last = try XCTUnwrap(requests.last)

        let company = try await observe(requests)
        let alone = try await observe([last])

        let (one, other) = (
            try XCTUnwrap(company[last.trial]), try XCTUnwrap(alone[last.trial])
        )
        // Steps of two actors that end within microseconds end in either order.
        let steps = [one, other].map { $0.steps.sorted { $0.label < $1.label } }
        XCTAssertEqual(steps[0].map(\.label), steps[1].map(\.label))
        let jiffy = Int64(1_000_000_000 / one.hz)
        for (step, twin) in zip(steps[0], steps[1]) {
            XCTAssertLessThanOrEqual(
                abs((step.end - twin.end) / .nanoseconds(1)), Double(jiffy), step.label)
            XCTAssertEqual(step.calls.map(\.errno), twin.calls.map(\.errno), step.label)
        }
        let times = [one, other].map { observation in
            observation.captures[0].packets.map {
                $0.realtimeNanoseconds - observation.clocks[0].offset
                    - observation.zeroMonotonicNanoseconds
            }
        }
        XCTAssertEqual(times[0].count, times[1].count)
        XCTAssertGreaterThan(times[0].count, 3)
        for (time, twin) in zip(times[0], times[1]) {
            XCTAssertLessThanOrEqual(abs(time - twin), jiffy)
        }
    }
}
