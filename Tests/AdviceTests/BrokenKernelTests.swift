import Advice
import Campaign
import Evidence
import KernelTimers
import Reporting
import XCTest

/// Advice from the stored run of a kernel that is really broken: 6.1.192 in which `tcp_probe_timer`
/// takes no notice of TCP_USER_TIMEOUT and `tcp_keepalive_timer` ends nothing.
final class BrokenKernelTests: XCTestCase {
    func testNothingIsSuggestedOfABrokenKernelThatItsFindingsSayIsBroken() throws {
        let folder = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/uml-6.1-broken").path
        let record = Rejudgement(try RunFolder.load(folder)).record
        let needs = Needs(
            detectWithin: .seconds(10), surviveBlip: .seconds(2), slowConsumer: .seconds(5))

        let advice = Advice(needs, grounds: Grounds(record.findings))

        let broken = Set(record.findings.filter { $0.verdict == .deviates }.map(\.trial.behaviour))
        XCTAssertEqual(
            broken,
            [
                "keepalive.silent", "unroutable.idle", "window-retracted.answered",
                "zero-window.live",
            ])
        XCTAssertNil(advice.userTimeoutMilliseconds)
        XCTAssertEqual(
            advice.suggestions.map(\.product),
            ["AMQP heartbeats (rabbitmq.conf, clients)", "sysctl"])
        let text = advice.text(needs)
        for word in ["tcp-ut", "tcpka", "raw, 6", "user_timeout =", "keepalives_", "KEEPIDLE"] {
            XCTAssertFalse(text.contains(word), "\(word): \(text)")
        }
        for product in ["HAProxy", "RabbitMQ", "PostgreSQL", "Redis", "gRPC", "SO_KEEPALIVE"] {
            XCTAssertTrue(
                advice.withheld.contains { $0.product.hasPrefix(product) }, advice.text(needs))
        }
        XCTAssertTrue(text.contains("  window-retracted.answered T=250"), text)
    }
}
