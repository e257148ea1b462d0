import Advice
import Evidence
import KernelTimers
import XCTest

/// Settings worked out from needs and findings.
final class AdviceTests: XCTestCase {
    private func needs(
        _ within: Double, blip: Double = 2, slow: Double = 0, hz: Int = 250
    ) throws -> Needs {
        Needs(
            detectWithin: .seconds(within), surviveBlip: .seconds(blip),
            slowConsumer: .seconds(slow), tick: try XCTUnwrap(TickRate(hz: hz)))
    }

    private func finding(
        _ behaviour: String, userTimeout: Int, _ verdict: Verdict, variant: String = "never"
    ) -> Finding {
        var finding = Finding(
            trial: TrialID(
                behaviour: behaviour,
                parameters: Parameters(userTimeoutMilliseconds: userTimeout)),
            verdict: verdict)
        finding.variants = [variant]
        return finding
    }

    // MARK: - The choice

    func testTheTimeoutNoticesInTimeAndBearsWhatItMust() throws {
        for hz in [100, 250, 1000] {
            for (within, blip) in [(3.0, 1.0), (6, 2), (10, 3), (60, 20)] {
                let needs = try needs(within, blip: blip, hz: hz)
                let chosen = try XCTUnwrap(Advice(needs).userTimeoutMilliseconds)
                let model = DetectionModel(roundTrip: needs.roundTrip, tick: needs.tick)

                for death in [DetectionModel.Death.silentPeer, .lostAddress] {
                    let window = try XCTUnwrap(
                        model.detection(death, userTimeoutMilliseconds: chosen))
                    XCTAssertLessThanOrEqual(window.latest - .zero, needs.detectWithin)
                    XCTAssertGreaterThanOrEqual(
                        model.survivedOutage(death, userTimeoutMilliseconds: chosen),
                        needs.surviveBlip, "HZ=\(hz), \(within) s, \(death)")
                }
            }
        }
    }

    func testTheNextLargerTimeoutWouldBeTooLate() throws {
        let needs = try needs(6)
        let chosen = try XCTUnwrap(Advice(needs).userTimeoutMilliseconds)
        let model = DetectionModel(roundTrip: needs.roundTrip, tick: needs.tick)

        let later = (1...20).map { chosen + $0 * 100 }.allSatisfy { milliseconds in
            [DetectionModel.Death.silentPeer, .lostAddress].contains { death in
                let window = model.detection(death, userTimeoutMilliseconds: milliseconds)
                return window.map { $0.latest - .zero > needs.detectWithin } ?? true
            }
        }

        XCTAssertTrue(later)
    }

    func testABlipIsSurvivedOnlyIfAnAttemptFollowsIt() throws {
        // With T = 3 s the last retransmission before the end comes at 1.7 s or so: an outage of
        // 2.5 s is shorter than T, and ends the connection all the same.
        let model = DetectionModel(roundTrip: .milliseconds(1), tick: .hz250)

        let survived = model.survivedOutage(.silentPeer, userTimeoutMilliseconds: 3000)

        XCTAssertGreaterThan(survived, .seconds(1.5))
        XCTAssertLessThan(survived, .seconds(2.5))
    }

    // MARK: - Refusals

    func testWhatIsImpossibleIsRefusedWithTheNumbers() throws {
        let advice = Advice(try needs(3, blip: 5))

        XCTAssertTrue(advice.suggestions.isEmpty)
        XCTAssertNil(advice.userTimeoutMilliseconds)
        let reason = try XCTUnwrap(advice.refusal)
        XCTAssertTrue(reason.contains("a blip of 5.000 s"), reason)
        XCTAssertTrue(reason.contains("3.000 s"), reason)
    }

    func testAConsumerThatIsSlowerThanTheDeadAreNoticedIsImpossible() throws {
        let reason = try XCTUnwrap(Advice(try needs(6, blip: 1, slow: 10)).refusal)

        XCTAssertTrue(reason.contains("reads nothing for 10.000 s"), reason)
    }

    func testNeedsBeyondEveryTimeoutAreRefused() throws {
        let reason = try XCTUnwrap(Advice(try needs(3600, blip: 3600)).refusal)

        XCTAssertTrue(reason.contains("no timeout of up to 600 s"), reason)
    }

    // MARK: - Findings

    func testNothingRestsOnWhatTheKernelBreaks() throws {
        for (behaviour, ground) in [
            ("blackhole.established", Ground.silentPeer), ("unroutable.idle", .lostAddress),
            ("zero-window.live", .shutWindow), ("option.inherited", .inherited),
            ("blackhole.written-on", .silentPeer), ("unroutable.ipv6", .lostAddress),
            ("zero-window.drip", .shutWindow),
        ] {
            let grounds = Grounds([finding(behaviour, userTimeout: 3000, .deviates)])
            let advice = Advice(try needs(30), grounds: grounds)

            XCTAssertEqual(Set(grounds.broken.keys), [ground])
            XCTAssertTrue(grounds.besides.isEmpty)
            XCTAssertFalse(
                advice.suggestions.contains { $0.settings.joined().contains("tcp-ut") }, behaviour)
            XCTAssertTrue(
                advice.withheld.contains {
                    $0.product == "HAProxy" && $0.reason.contains("\(behaviour) ")
                        && $0.reason.contains("never")
                }, "\(advice.withheld)")
        }
    }

    func testBrokenKeepaliveIsSetNowhere() throws {
        for timeout in [0, 3000] {
            let grounds = Grounds([finding("keepalive.silent", userTimeout: timeout, .deviates)])
            let advice = Advice(try needs(30), grounds: grounds)

            let settings = advice.suggestions.filter { !$0.product.hasPrefix("gRPC") }
                .flatMap(\.settings).joined(separator: "\n")
            for word in ["tcpka", "keepalives_", "KEEPIDLE", "{keepalive"] {
                XCTAssertFalse(settings.contains(word), settings)
            }
            XCTAssertTrue(settings.contains("tcp-ut") && settings.contains("TCP_USER_TIMEOUT"))
            XCTAssertTrue(advice.withheld.contains { $0.reason.contains("keepalive.silent ") })
        }
        let all = Advice(try needs(30)).suggestions.flatMap(\.settings).joined()
        for word in ["clitcpka", "keepalives_idle", "KEEPIDLE", "{keepalive, true}"] {
            XCTAssertTrue(all.contains(word), "\(word): \(all)")
        }
    }

    func testWhatElseIsBrokenIsNamedAndTakesNothingAway() throws {
        let needs = try needs(30)
        let grounds = Grounds([
            finding("zero-window.set-late", userTimeout: 1000, .deviates, variant: "late"),
            finding("zero-window.set-late", userTimeout: 3000, .deviates, variant: "late"),
            finding("delivery.read", userTimeout: 0, .deviates),
        ])

        let advice = Advice(needs, grounds: grounds)

        XCTAssertEqual(grounds.besides.count, 1)
        XCTAssertEqual(advice.suggestions.count, Advice(needs).suggestions.count)
        XCTAssertTrue(advice.text(needs).contains("  zero-window.set-late T="), advice.text(needs))
    }

    func testHeartbeatsAndRetriesRemainWhereTheUserTimeoutIsBroken() throws {
        let grounds = Grounds([finding("blackhole.established", userTimeout: 3000, .deviates)])

        let products = Advice(try needs(30), grounds: grounds).suggestions.map(\.product)

        XCTAssertEqual(products, ["AMQP heartbeats (rabbitmq.conf, clients)", "sysctl"])
    }

    func testBrokenRetriesTakeTheSysctlAwayAndNothingElse() throws {
        let broken = Grounds([finding("unroutable.idle", userTimeout: 0, .deviates)])

        let all = Advice(try needs(30)).suggestions.map(\.product)
        let rest = Advice(try needs(30), grounds: broken).suggestions.map(\.product)

        XCTAssertEqual(all.filter { $0 != "sysctl" }, rest)
    }

    func testWhatNobodyAskedIsNamedAsTakenOnTrust() throws {
        let needs = try needs(30)
        let shown = Grounds(
            [
                "blackhole.established", "unroutable.idle", "unroutable.in-flight",
                "zero-window.live", "option.inherited", "keepalive.silent",
            ].flatMap { behaviour in
                [0, 3000].map { finding(behaviour, userTimeout: $0, .conforms) }
            })

        XCTAssertTrue(Advice(needs).text(needs).contains("--behaviour unroutable.idle"))
        let advice = Advice(needs, grounds: shown)
        XCTAssertTrue(advice.suggestions.allSatisfy { $0.unshown.isEmpty })
        XCTAssertFalse(advice.text(needs).contains("--behaviour"))
    }

    func testAnInconclusiveFindingShowsNothing() {
        let grounds = Grounds([
            finding("unroutable.idle", userTimeout: 3000, .inconclusive(cause: "x"))
        ])

        XCTAssertTrue(grounds.shown.isEmpty)
        XCTAssertTrue(grounds.broken.isEmpty)
    }

    // MARK: - Products and text

    // Names and units were tried by hand with Debian 12's packages, which are too heavy to be
    // installed for tests: postgresql 15.20 prints all four settings back (`postgres -C`) and
    // refuses a name that it does not know; redis-py 4.3.4 with redis-server 7.0.15, and
    // python3-grpcio 1.51.1, were connected and their sockets' options read back: TCP_USER_TIMEOUT
    // 9200 both, which gRPC sets by itself from grpc.keepalive_timeout_ms (and 20 s on its server's
    // side, where nothing was set). HAProxy and RabbitMQ run with theirs in FailoverTests.
    func testEveryProductHasSettingsDetectionAndCost() throws {
        let needs = try needs(30)
        let advice = Advice(needs)

        let products = advice.suggestions.map(\.product).joined(separator: " ")
        for name in ["HAProxy", "RabbitMQ", "PostgreSQL", "Redis", "gRPC", "sysctl", "AMQP"] {
            XCTAssertTrue(products.contains(name), products)
        }
        for suggestion in advice.suggestions {
            XCTAssertFalse(suggestion.settings.isEmpty)
            XCTAssertFalse(suggestion.detects.isEmpty)
            XCTAssertFalse(suggestion.cost.isEmpty)
        }
    }

    func testKeepaliveNoticesInTimeAloneAndWithTheTimeout() throws {
        let model = DetectionModel(roundTrip: .milliseconds(1), tick: .hz250)

        // Measured on Linux 6.18: 1/1/3 alone ends at 3.8 s, 2/5/9 with T = 3 s at 6.8 s, after
        // one probe (the times count from the last packet, not from the outage).
        let alone = model.keepalive(idleSeconds: 1, intervalSeconds: 1, count: 3)
        let both = model.keepalive(
            idleSeconds: 2, intervalSeconds: 5, count: 9, userTimeoutMilliseconds: 3000)

        XCTAssertTrue((4.0...4.4).contains(alone.latest.seconds), "\(alone)")
        XCTAssertTrue(
            both.earliest.seconds >= 6.9 && both.latest.seconds < 7.6, "\(both)")
    }

    func testTheTextFitsInEightyColumnsButForSettings() throws {
        let needs = try needs(30, blip: 3, slow: 5)

        let lines = Advice(needs).text(needs).split(separator: "\n")

        for line in lines where !line.hasPrefix("    ") {
            XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
        }
        XCTAssertTrue(lines.contains { $0.contains("tcp-ut") })
    }
}
