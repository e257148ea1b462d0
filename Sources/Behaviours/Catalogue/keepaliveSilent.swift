import Evidence
import KernelTimers

extension Behaviour {
    /// An idle connection whose peer is gone, and which asks.
    public static let keepaliveSilent = Behaviour(
        id: "keepalive.silent",
        question: """
            When does keepalive end an idle connection whose peer is gone, with T and without?
            """,
        scenarios: [40, 41, 42, 44, 45],
        background: """
            Nothing is in flight, so no user timeout runs; keepalive probes the peer. Without a \
            user timeout the connection ends an interval after the last of TCP_KEEPCNT unanswered \
            probes. With one the count means nothing: it ends when a probe is due, T has passed \
            since the last reception, and one probe is unanswered, sooner or later than the count \
            would have had it. The peer is sent a reset.
            """,
        cases: keepaliveCases,
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "idle", .watch(milliseconds: 0),
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Keepalive.steps(parameters) + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
        },
        outage: .step("silence"),
        variants: Keepalive.variants { _ in Timeline(.lost) },
        values: {
            ValueExpectation.userTimeoutReadBack($0) + Keepalive.calls($0)
                + [ValueExpectation("heard", .fails(.etimedout))]
        },
        contract: Keepalive.contract,
        controls: [
            Control(
                "option set back to none",
                Parameters(
                    userTimeoutMilliseconds: 3000, settings: Keepalive.values(1, 1, 9)),
                parts: .extra, at: 2
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the peer hears", Parameters(settings: Keepalive.values(1, 1, 3)), parts: .extra,
                at: 1
            ) { $0.replacing("silence", with: .watch(milliseconds: 0)) },
            Control(
                "the count is another", Parameters(settings: Keepalive.values(1, 1, 3)),
                parts: .extra, at: 2
            ) {
                $0.replacing(
                    "keepcnt",
                    with: .setOption(.keepCount, on: .connection, value: 2, lengthBytes: 4))
            },
        ])

    private static var keepaliveCases: [Parameters] {
        let quick = Keepalive.values(1, 1, 3)
        var cases: [Parameters] = .matrix(
            userTimeouts: [0, 1500, 3000, 6000], families: AddressFamily.allCases, settings: quick)
        cases += .matrix(userTimeouts: [0], links: [.loopback], settings: quick)
        cases += .matrix(userTimeouts: [3000], settings: Keepalive.values(1, 1, 9))
        // T shorter than the idle time, and between it and the next probe.
        cases += .matrix(userTimeouts: [500, 3000, 8000], settings: Keepalive.values(2, 5, 9))
        // The kernel's own two hours.
        cases += .matrix(userTimeouts: [0, 30_000, 7_260_000])
        return cases
    }
}
