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
        variants: orphanFinVariants,
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

    private static var orphanFinVariants: [Variant] {
        [
            Orphans.repeating(
                "at-deadline", "The last interval is cut, and the connection is forgotten at T.",
                eras: ["3.10 6ba8a3b19e76, 4.19 b701a99e431d …", "RHEL 8.0 …"],
                applies: \.hasUserTimeout
            ) { _ in },
            Orphans.repeating(
                "at-next-retransmission",
                "The connection is forgotten at the first retransmission that is due after T.",
                eras: ["3.10 6ba8a3b19e76 … 4.19 b701a99e431d", "RHEL 7"],
                applies: \.hasUserTimeout
            ) { $0.retransmission = .atNextRetransmission },
            Orphans.repeating(
                "ignored", "TCP_USER_TIMEOUT has no effect: tcp_orphan_retries decides.",
                eras: ["… 2.6.37 dca43c75e7e5"], applies: \.hasUserTimeout
            ) { $0.retransmission = .ignored },
            Orphans.repeating(
                "by-orphan-retries", "tcp_orphan_retries decides, as a time since the first RTO.",
                eras: ["2.6.32 6fa12c850314, 3.10 6ba8a3b19e76 …"],
                applies: { !$0.hasUserTimeout }
            ) { _ in },
            Variant(
                "by-retries", "The connection is kept as if the application were still there.",
                eras: ["no kernel known"], applies: { !$0.hasUserTimeout }
            ) { conditions, parameters in
                var kept = conditions
                kept.orphanRetries = kept.retries2
                return RetransmitTimer(kept, .mainline, fates: Timeline(.lost))
                    .prospects(written: conditions.mark("close"), as: .fin)
            },
        ]
    }
}
