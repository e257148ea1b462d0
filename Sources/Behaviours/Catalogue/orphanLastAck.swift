import Evidence
import KernelTimers

extension Behaviour {
    /// The peer has closed its side and is gone; then the application closes, too.
    public static let orphanLastAck = Behaviour(
        id: "orphan.last-ack",
        question: """
            How long does a kernel keep a connection that its peer closed first, when its own FIN \
            is not acknowledged?
            """,
        scenarios: [68],
        background: """
            The peer's FIN has come, so the connection is in CLOSE-WAIT and, once closed, in \
            LAST-ACK. All that is missing is one acknowledgement: it is waited for as in \
            FIN-WAIT-1, by T or by tcp_orphan_retries.
            """,
        cases: .matrix(userTimeouts: [1000, 3000])
            + .matrix(settings: ["tcp_orphan_retries": 3]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step("close", .close, when: .done(label: "silence", plusMilliseconds: 0))
                ] + Orphans.forgetting(horizonMilliseconds: horizon),
                peer: [
                    Step(
                        "finish", .shutdownWriting,
                        when: .done(label: "quiet", plusMilliseconds: 0)),
                    // The acknowledgement of the peer's FIN may be delayed by 200 ms.
                    Step(
                        "silence", .dropReceived,
                        when: .done(label: "finish", plusMilliseconds: 300)),
                ])
        },
        outage: .step("silence"),
        variants: Orphans.afterFin,
        values: Orphans.values,
        contract: Contract(
            ["at-deadline", "by-orphan-retries"],
            because: """
                tcp(7), TCP_USER_TIMEOUT: effective in the synchronized states, LAST-ACK among \
                them. ip-sysctl, tcp_orphan_retries: it influences the timeout of a locally closed \
                connection when RTO retransmissions remain unacknowledged.
                """,
            exceeds: """
                The clock starts at the first RTO, and tries count as the time that they would \
                take; timers round up by the granularity of the wheel.
                """),
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) }
        ])
}
