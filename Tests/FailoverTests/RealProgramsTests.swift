import Behaviours
import Campaign
import Evidence
import Foundation
import KernelTimers
import Reporting
import XCTest

/// The laboratory with keepalived, RabbitMQ and pika. All cells are performed together, once.
final class RealProgramsTests: XCTestCase {
    private static let performance = Task {
        let folder = NSTemporaryDirectory() + "etimedout-failover-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let cells = FailoverCatalogue.cells(
            FailoverCatalogue.protections().filter {
                ["nothing", "tcp-ut", "heartbeat", "broker-ut"].contains($0.id)
            }, FailoverCatalogue.events.filter { ["move", "power"].contains($0.id) },
            backend: .rabbitmq, mover: .keepalived)
        let campaign = FailoverCampaign(
            plan: FailoverPlan(cells: cells), performer: try PerformerLocator.locate(),
            folder: try RunFolder.create(at: folder))
        return try await campaign.perform { _ in }
    }

    private func finding(_ event: String, _ protection: String) async throws -> FailoverFinding {
        let record = try await Self.performance.value
        let finding = try XCTUnwrap(
            record.findings.first { $0.event == event && $0.protection == protection })
        if case .notApplicable(let reason) = finding.verdict {
            throw XCTSkip("\(finding.id): \(reason); Scripts/setup --failover installs it")
        }
        XCTAssertEqual(finding.verdict, .conforms, "\(finding.id): \(finding.checks)")
        return finding
    }

    func testRabbitMQGoesOnGivingMessagesToTheDeadUntilTheProxyEndsTheConnection() async throws {
        let nothing = try await finding("move", "nothing")
        let protected = try await finding("move", "tcp-ut")

        XCTAssertGreaterThan(try XCTUnwrap(nothing.brokerEnded).seconds, 12)
        XCTAssertLessThan(try XCTUnwrap(protected.brokerEnded).seconds, 8)
        XCTAssertGreaterThan(nothing.toTheDead, protected.toTheDead)
        XCTAssertGreaterThan(protected.toTheDead, 0)
        XCTAssertEqual(protected.lost, 0)
        let unanswered = try XCTUnwrap(nothing.calls).timedOut
        XCTAssertGreaterThan(unanswered, 8)
        XCTAssertTrue((1..<unanswered).contains(try XCTUnwrap(protected.calls).timedOut))
    }

    func testRabbitMQNoticesALostNodeByHeartbeatsAndByItsRawOption() async throws {
        let nothing = try await finding("power", "nothing")
        let heartbeat = try await finding("power", "heartbeat")
        let raw = try await finding("power", "broker-ut")

        XCTAssertGreaterThan(try XCTUnwrap(nothing.brokerEnded).seconds, 12)
        // Two to three intervals of 2 s, and what the machine adds.
        XCTAssertTrue((3.9...8).contains(try XCTUnwrap(heartbeat.brokerEnded).seconds))
        XCTAssertLessThan(try XCTUnwrap(raw.brokerEnded).seconds, 8)
    }
}
