import Evidence
import KernelTimers

extension Behaviour {
    /// Keepalive is on, and data is in flight when the peer is gone.
    public static let keepaliveInFlight = Behaviour(
        id: "keepalive.in-flight",
        question: "Does keepalive end a connection whose data is in flight sooner than that would?",
        scenarios: [43],
        background: """
            While something is unacknowledged the keepalive timer only arms itself anew: no \
            probe, and no end by TCP_KEEPCNT, however short its times are. The retransmission \
            timer alone decides. Who relies on keepalive waits for tcp_retries2.
            """,
        cases: [
            Parameters(retries2: 3, settings: Keepalive.values(1, 1, 2)),
            Parameters(
                userTimeoutMilliseconds: 5000, settings: Keepalive.values(1, 1, 2)),
            Parameters(
                userTimeoutMilliseconds: 1000, family: .ipv6, settings: Keepalive.values(1, 1, 2)),
        ],
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: Keepalive.steps(parameters) + [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: [
                    Step(
                        "silence", .dropReceived,
                        when: .done(label: "keepalive", plusMilliseconds: 0))
                ])
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(),
        values: { ValueExpectation.userTimeoutReadBack($0) + Keepalive.calls($0) },
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: RetransmissionVariants.contract.because
                + " tcp(7), TCP_KEEPIDLE: the time that the connection needs to remain idle before "
                + "probes are sent. It is not idle.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "nothing is written", Parameters(retries2: 3, settings: Keepalive.values(1, 1, 2)),
                parts: .missing, at: 0
            ) { $0.replacing("write", with: .watch(milliseconds: 0)) },
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 5000, settings: Keepalive.values(1, 1, 2)),
                parts: .missing, at: 6
            ) { $0.changingUserTimeout(to: 0) },
        ])
}
