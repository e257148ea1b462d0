import Behaviours
import Evidence
import Reporting
import XCTest

/// `explain`, and what it exports.
final class ExplainCommandTests: XCTestCase {
    func testEveryBehaviourIsExplainedInEightyColumns() {
        for behaviour in Catalogue.behaviours {
            guard let parameters = behaviour.cases.first else { continue }

            let text = Explanation(behaviour, parameters).text

            for line in text.split(separator: "\n") {
                XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
            }
            for variant in behaviour.variants { XCTAssertTrue(text.contains(variant.name)) }
            XCTAssertTrue(text.contains("Promised by:"), behaviour.id)
        }
    }

    func testReproducerIsAShellScriptWithTheTrialsStepsOrSaysWhyThereIsNone() throws {
        var said = 0
        for behaviour in Catalogue.behaviours {
            let parameters = try XCTUnwrap(behaviour.cases.first)
            switch ShellReproducer(behaviour, parameters).text {
            case .success(let text):
                said += 1
                XCTAssertTrue(text.hasPrefix("#!/bin/sh\n# \(behaviour.id)"))
                for step in behaviour.script(parameters).lanes.flatMap(\.steps) {
                    XCTAssertTrue(text.contains("(\"\(step.label)\","), step.label)
                }
            case .failure(let unsayable):
                XCTAssertFalse(unsayable.reason.isEmpty)
            }
        }
        XCTAssertGreaterThan(said, 20)
    }

    func testPacketdrillGetsTheScheduleWithItsWindows() throws {
        let parameters = Parameters(userTimeoutMilliseconds: 3000)

        let text = try PacketdrillScript(.blackholeEstablished, parameters).text.get()

        XCTAssertTrue(text.contains("TCP_USER_TIMEOUT, [3000], 4) = 0"), text)
        XCTAssertTrue(text.contains("+0.200~+0.20"), text)
        XCTAssertEqual(text.components(separatedBy: "> P. 1:101(100) ack 1").count - 1, 6)
        XCTAssertTrue(text.contains("= -1 ETIMEDOUT"), text)
    }

    func testPacketdrillSaysWhyItCannotMoveAnAddress() async throws {
        let outcome = try await etimedout(["explain", "unroutable.idle", "--packetdrill"])

        XCTAssertEqual(outcome.status, 2)
        XCTAssertTrue(outcome.errors.contains("owns the addresses"), outcome.errors)
    }

    func testSituationsAreListedWithWhoAsksThemOrWhyNobodyDoes() async throws {
        let outcome = try await etimedout(["explain", "--scenarios"])

        XCTAssertEqual(outcome.status, 0)
        XCTAssertTrue(
            outcome.output.contains(" 13  address removed, idle, write\n       unroutable.idle\n"),
            outcome.output)
        XCTAssertTrue(outcome.output.contains("not asked: SOCK_DESTROY"), outcome.output)
        for line in outcome.output.split(separator: "\n") {
            XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
        }
    }

    func testUnknownIdsAreRefused() async throws {
        let outcome = try await etimedout(["explain", "unroutable.idl"])

        XCTAssertEqual(outcome.status, 2)
        XCTAssertTrue(outcome.errors.contains("near: unroutable.idle"), outcome.errors)
    }
}
