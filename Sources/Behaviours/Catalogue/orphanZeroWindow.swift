import Evidence
import KernelTimers

extension Behaviour {
    /// The application closes while the peer's window is shut.
    public static let orphanZeroWindow = Behaviour(
        id: "orphan.zero-window",
        question: """
            How long does a kernel keep a closed connection whose peer keeps its window shut and \
            answers every probe?
            """,
        scenarios: [37],
        background: """
            A peer that only answers could hold a closed connection for ever. Since 3.18 an orphan \
            is forgotten once the interval between probes would be TCP_RTO_MAX, 120 s. But the \
            interval grows only by tcp_retries2 doublings: where that is less than ten, the limit \
            is never reached, and such connections pile up until memory ends them.
            """,
        cases: .matrix(userTimeouts: [1000, 3000], families: AddressFamily.allCases)
            + .matrix(settings: ["tcp_rto_max_ms": 1000]) + .matrix() + .matrix(retries2: [5]),
        stimulus: { parameters, horizon in
            ZeroWindow.script(
                parameters,
                subject: [Step("close", .close)]
                    + Orphans.forgetting(horizonMilliseconds: horizon))
        },
        outage: .windowShut(since: "fill"),
        variants: Orphans.probing(answered: true, orphanProbes).filter { $0.name != "by-retries" }
            + [
                Orphans.probing(
                    "when-the-interval-ends",
                    "The connection is forgotten when the interval would be TCP_RTO_MAX.",
                    eras: ["3.18 b248230c3497 …", "RHEL 7.3 …"],
                    applies: { !$0.hasUserTimeout && $0.effectiveRetries2 >= 10 }, orphanProbes),
                Orphans.probing(
                    "for-ever", "The connection is probed for as long as its peer answers.",
                    eras: ["… 3.18 b248230c3497"],
                    applies: { !$0.hasUserTimeout && $0.effectiveRetries2 >= 10 }, orphanProbes
                ) {
                    $0.probing = .ignored
                    $0.probeLimit = .exceeding
                },
                Orphans.probing(
                    "for-ever.few-retries",
                    "tcp_retries2 ends the growth of the interval below TCP_RTO_MAX, and with it "
                        + "the limit: the connection is probed for as long as its peer answers.",
                    eras: ["every kernel known"],
                    applies: { !$0.hasUserTimeout && $0.effectiveRetries2 < 10 }, orphanProbes),
                Variant(
                    "answers-do-not-count", "Probes are counted although they are answered.",
                    eras: ["no kernel known"], applies: { !$0.hasUserTimeout }
                ) { conditions, parameters in
                    ProbeTimer(
                        Orphans.conditions(conditions, parameters),
                        .mainline.with { $0.probing = .ignored }, fates: Timeline(.lost)
                    ).prospects(armed: conditions.mark("shut"))
                },
            ],
        values: Orphans.values,
        contract: Contract(
            ["at-deadline", "when-the-interval-ends", "for-ever.few-retries"],
            because: """
                tcp(7), TCP_USER_TIMEOUT: the maximum time that buffered data may remain \
                untransmitted, due to a zero window size. RFC 1122, 4.2.2.17: a window may stay \
                shut indefinitely as long as the receiver answers. ip-sysctl, tcp_orphan_retries: \
                a closed connection has a timeout of its own; that it is none where tcp_retries2 \
                is small is every kernel's practice, and was reported as a defect in 2025.
                """,
            exceeds: """
                The clock starts when the probe timer first fires; without T the connection is \
                forgotten one interval of TCP_RTO_MAX after the limit was reached; timers round up \
                by the granularity of the wheel.
                """),
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "T changed after the script was written down",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra
            ) { $0.changingUserTimeout(to: 2000) },
            // All that there is, and more: the part of a segment that was read frees nothing, and
            // the window stays shut.
            Control(
                "the peer reads", Parameters(userTimeoutMilliseconds: 3000), parts: .extra
            ) {
                $0.changing(.peer) { steps in
                    steps + [
                        Step(
                            "altered reading", .receive(bytes: 40_000),
                            when: .done(label: "shut", plusMilliseconds: 500))
                    ]
                }
            },
            Control(
                "the peer falls silent", Parameters(userTimeoutMilliseconds: 3000),
                parts: .missing
            ) {
                $0.changing(.peer) { steps in
                    steps + [
                        Step(
                            "altered silence", .dropReceived,
                            when: .done(label: "shut", plusMilliseconds: 500))
                    ]
                }
            },
        ])

    private static let orphanProbes: Orphans.Probing = { conditions, rules in
        ProbeTimer(conditions, rules, fates: Timeline(.answered))
            .prospects(armed: conditions.mark("shut"))
    }
}
