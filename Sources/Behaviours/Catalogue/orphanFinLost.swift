import Evidence
import KernelTimers

extension Behaviour {
    /// The application closes, and the peer is gone.
    public static let orphanFinLost = Behaviour(
        id: "orphan.fin-lost",
        question: """
            How long does a kernel keep a closed connection whose FIN nobody acknowledges, with T \
            and without?
            """,
        scenarios: [64],
        background: """
            Nobody is left to hear of an error: the kernel goes on alone, and the table of sockets \
            shows when it forgets. The FIN is repeated like data. TCP_USER_TIMEOUT still counts; \
            without it tcp_orphan_retries does, as a time since the first RTO. Its default of 0 \
            means 8 while the RTO is below TCP_RTO_MAX, and then none: where TCP_RTO_MAX is made a \
            second, an orphan ends once its RTO has come there.
            """,
        cases: .matrix(userTimeouts: [1000, 3000], families: AddressFamily.allCases)
            + .matrix(families: AddressFamily.allCases, settings: ["tcp_orphan_retries": 3])
            + .matrix(settings: ["tcp_rto_max_ms": 1000]) + .matrix(),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step("close", .close, when: .done(label: "silence", plusMilliseconds: 0))
                ] + Orphans.forgetting(horizonMilliseconds: horizon),
                peer: Script.silence)
        },
        outage: .step("silence"),
        variants: Orphans.afterFin,
        values: Orphans.values,
        contract: Contract(
            ["at-deadline", "by-orphan-retries"],
            because: """
                tcp(7), TCP_USER_TIMEOUT: effective in the synchronized states, FIN-WAIT-1 among \
                them. ip-sysctl, tcp_orphan_retries: it influences the timeout of a locally closed \
                connection when RTO retransmissions remain unacknowledged; the default is 8.
                """,
            exceeds: """
                The clock starts at the first RTO, and tries count as the time that they would \
                take; timers round up by the granularity of the wheel.
                """),
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the peer hears", Parameters(userTimeoutMilliseconds: 1000), parts: .extra, at: 1
            ) { $0.replacing("silence", with: .watch(milliseconds: 0)) },
            Control(
                "the application does not close", Parameters(settings: ["tcp_orphan_retries": 3]),
                parts: .extra, at: 6
            ) { $0.replacing("close", with: .shutdownWriting) },
        ])
}
