import Behaviours
import Evidence
import XCTest

@testable import FailoverLab

/// What the laboratory gives to the real programs, and the language of its own broker.
final class ConfigurationTests: XCTestCase {
    private func protection(_ id: String) throws -> Protection {
        try XCTUnwrap(FailoverCatalogue.protections().first { $0.id == id })
    }

    func testTheUserTimeoutStandsAtBindAndServer() throws {
        let text = HAProxyConfiguration(
            service: "10.77.0.100:5672", broker: "10.77.0.20:5673",
            protection: try protection("tcp-ut")
        ).text

        XCTAssertTrue(text.contains("bind 10.77.0.100:5672 tcp-ut 5s\n"), text)
        XCTAssertTrue(text.contains("server broker 10.77.0.20:5673 tcp-ut 5s\n"), text)
        XCTAssertEqual(try protection("tcp-ut").userTimeoutMilliseconds, 5000)
    }

    func testKeepaliveStandsInTheDefaultsSection() throws {
        let text = HAProxyConfiguration(
            service: "10.77.0.100:5672", broker: "10.77.0.20:5673",
            protection: try protection("keepalive")
        ).text

        let defaults = try XCTUnwrap(text.range(of: "defaults"))
        let listen = try XCTUnwrap(text.range(of: "listen amqp"))
        let option = try XCTUnwrap(text.range(of: "    clitcpka-idle 3s\n"))
        XCTAssertTrue(defaults.upperBound < option.lowerBound)
        XCTAssertTrue(option.upperBound < listen.lowerBound)
    }

    func testARowDiffersFromNothingInOnePlaceOnly() throws {
        let nothing = try protection("nothing")
        for row in FailoverCatalogue.protections() where row.id != "nothing" {
            XCTAssertNotEqual(row, nothing)
            if row.id != "retries2" { XCTAssertEqual(row.retries2, nothing.retries2) }
            if row.id != "tcp-ut" { XCTAssertNil(row.userTimeoutMilliseconds) }
        }
    }

    func testTheParserHandsOverWholeMessagesOnly() {
        var parser = SimpleParser()
        let bytes = SimpleParser.bytes("PUB work 7 5", body: 5) + SimpleParser.bytes("PING")

        var words: [[String]] = []
        for byte in bytes {
            parser.append([byte])
            while let next = parser.next() { words.append(next) }
        }

        XCTAssertEqual(words, [["PUB", "work", "7", "5"], ["PING"]])
    }

    func testAKeepalivedThatDemotesEndsSockets() {
        let text = KeepalivedConfiguration(
            interface: "eth0", address: "10.77.0.100", priority: 150,
            demotionScript: "/bin/ss -K src 10.77.0.100"
        ).text

        XCTAssertTrue(text.contains("notify_backup \"/bin/ss -K src 10.77.0.100\""), text)
        XCTAssertTrue(text.contains("10.77.0.100/32 dev eth0"), text)
    }

    func testThreeControllersHaveFallingPriorities() throws {
        let cells = FailoverCatalogue.cells(
            FailoverCatalogue.protections(), FailoverCatalogue.events, mover: .keepalived,
            controllers: 3)

        XCTAssertEqual(cells.first?.controllers, [.c1, .c2, .c3])
        XCTAssertEqual(
            cells.first?.controllers.map(KeepalivedMover.priority), [150, 100, 50])
        let two = FailoverCatalogue.cells(
            FailoverCatalogue.protections(), FailoverCatalogue.events)
        XCTAssertEqual(
            Set(two.filter { $0.controllers.count == 3 }.map(\.event.id)), ["move-on"])
    }

    func testKeepalivedTellsNobodyOnlyWithAPacketFilter() throws {
        let event = try XCTUnwrap(FailoverCatalogue.events.first { $0.id == "no-arp" })
        let nothing = FailoverCatalogue.protections().filter { $0.id == "nothing" }

        XCTAssertEqual(
            FailoverCatalogue.cells(nothing, [event], mover: .keepalived).first?.needs,
            ["haproxy", "keepalived", "nft"])
        XCTAssertEqual(FailoverCatalogue.cells(nothing, [event]).first?.needs, ["haproxy"])
    }

    // MARK: - RabbitMQ

    func testTheRawOptionIsWrittenAsErlangWantsIt() {
        let text = RabbitConfiguration(userTimeoutMilliseconds: 5000, keepalive: true).advanced

        XCTAssertTrue(text.contains("{raw, 6, 18, <<5000:32/native>>}"), text)
        XCTAssertTrue(text.contains("{keepalive, true}"), text)
        XCTAssertTrue(text.hasSuffix("]}]}].\n"), text)
    }

    func testTheLogTellsWhoseConnectionBeganAndEnded() {
        let prefix = "2026-11-22 19:20:21.902833+00:00 [info] <0.751.0> "
        let addresses = "(10.77.3.11:5000 -> 10.77.3.20:5672"

        let began = RabbitLog.news(
            prefix + "connection <0.751.0> \(addresses)) has a client-provided name: worker-1")
        let ended = RabbitLog.news(
            prefix + "closing AMQP connection <0.751.0> \(addresses) - worker-1, vhost: '/', "
                + "user: 'guest'):")

        XCTAssertEqual(
            began,
            .init(cell: 3, name: "worker-1", peer: "10.77.3.11:5000", isClosing: false))
        XCTAssertEqual(
            ended, .init(cell: 3, name: "worker-1", peer: "10.77.3.11:5000", isClosing: true))
        XCTAssertNil(RabbitLog.news(prefix + "accepting AMQP connection"))
        XCTAssertNil(RabbitLog.news("> (10.77."))
    }

    func testTheReasonIsTheLineThatFollows() {
        XCTAssertEqual(RabbitLog.reason("{inet_error,etimedout}"), "{inet_error,etimedout}")
        XCTAssertEqual(
            RabbitLog.reason("2026-11-22 19:20:21+00:00 [error] <0.7.0> missed heartbeats"),
            "missed heartbeats")
        XCTAssertEqual(RabbitLog.reason(""), "closed")
    }

    func testTheVersionOfEveryPartIsNamedByItsProgram() {
        XCTAssertEqual(
            FailoverCatalogue.cells(
                FailoverCatalogue.protections(), FailoverCatalogue.events, backend: .rabbitmq,
                mover: .keepalived
            ).first { $0.protection.id == "ss-kill" && $0.event.id == "firewall" }?.needs,
            ["haproxy", "rabbitmq-server", "python3-pika", "keepalived", "ss", "nft"])
    }
}
