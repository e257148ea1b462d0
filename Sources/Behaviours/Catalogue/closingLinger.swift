import Evidence
import KernelTimers

extension Behaviour {
    /// The application closes with SO_LINGER on and some seconds.
    public static let closingLinger = Behaviour(
        id: "closing.linger",
        question: """
            How long does close(2) wait with SO_LINGER, and what becomes of the connection then?
            """,
        scenarios: [69],
        background: """
            close(2) waits until the peer has acknowledged all, the FIN too, or the time is over, \
            and returns 0 either way. TCP_USER_TIMEOUT ends the connection, and with it the wait. \
            When the wait is over first the connection goes on without an application, and T, or \
            tcp_orphan_retries, ends it.
            """,
        cases: [
            Parameters(userTimeoutMilliseconds: 3000, settings: ["linger": 1]),
            Parameters(
                userTimeoutMilliseconds: 3000, family: .ipv6, settings: ["linger": 1]),
            Parameters(userTimeoutMilliseconds: 1000, settings: ["linger": 3]),
            Parameters(settings: ["linger": 1, "tcp_orphan_retries": 2]),
            Parameters(settings: ["answered": 1, "linger": 2, "tcp_fin_timeout": 3]),
        ],
        stimulus: { parameters, horizon in
            let seconds = parameters.setting("linger") ?? 0
            let isAnswered = parameters.setting("answered") != nil
            return .connected(
                parameters,
                subject: [
                    Step(
                        "linger",
                        .setOption(
                            .linger, on: .connection, value: 1 | seconds << 32, lengthBytes: 8)),
                    Step("calm", .watch(milliseconds: 0)),
                    Step(
                        "close", .closeLingering,
                        when: .done(
                            label: isAnswered ? "calm" : "silence", plusMilliseconds: 0)),
                ] + Orphans.forgetting(horizonMilliseconds: horizon),
                peer: isAnswered
                    ? []
                    : [
                        Step(
                            "silence", .dropReceived,
                            when: .done(label: "calm", plusMilliseconds: 0))
                    ])
        },
        outage: .step("calm"),
        variants: [
            lingering(
                "lingers", "close(2) waits so long, or until the connection is over.",
                eras: ["every kernel known"]),
            lingering(
                "lingers.next-retransmission",
                "The same; T ends the connection at the first retransmission after it.",
                eras: ["3.10 6ba8a3b19e76 … 4.19 b701a99e431d", "RHEL 7"],
                applies: \.hasUserTimeout
            ) { $0.retransmission = .atNextRetransmission },
            Variant(
                "returns", "close(2) does not wait.", eras: ["no kernel known"],
                applies: { $0.setting("answered") == nil }
            ) { conditions, parameters in
                timer(conditions, parameters, .mainline)
                    .prospectsWithoutWaiting(lost: conditions.mark("close"))
            },
        ],
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("linger", .result(0)), ValueExpectation("close", .result(0)),
            ]
        },
        contract: Contract(
            ["lingers"],
            because: """
                socket(7), SO_LINGER: when enabled, close(2) does not return until all messages \
                have been sent or the linger timeout is reached. tcp(7), TCP_USER_TIMEOUT: \
                effective in the synchronized states, FIN-WAIT-1 among them.
                """,
            exceeds: "Timers round up by the granularity of the wheel."),
        controls: [
            Control(
                "the time is another",
                Parameters(userTimeoutMilliseconds: 3000, settings: ["linger": 1]),
                parts: .extra, or: [.missing, .time]
            ) {
                $0.replacing(
                    "linger",
                    with: .setOption(
                        .linger, on: .connection, value: 1 | 2 << 32, lengthBytes: 8))
            },
            Control(
                "SO_LINGER is off",
                Parameters(userTimeoutMilliseconds: 3000, settings: ["linger": 1]),
                parts: .extra, at: 1
            ) {
                $0.replacing(
                    "linger", with: .setOption(.linger, on: .connection, value: 0, lengthBytes: 8))
            },
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000, settings: ["linger": 3]),
                parts: .missing, or: [.extra, .time]
            ) { $0.changingUserTimeout(to: 0) },
        ])

    private static func timer(
        _ conditions: Conditions, _ parameters: Parameters, _ rules: KernelRules
    ) -> LingerTimer {
        LingerTimer(
            Orphans.conditions(conditions, parameters), rules,
            seconds: parameters.setting("linger") ?? 0)
    }

    private static func lingering(
        _ name: String, _ summary: String, eras: [Era],
        applies: @escaping @Sendable (Parameters) -> Bool = { _ in true },
        _ change: @escaping @Sendable (inout KernelRules) -> Void = { _ in }
    ) -> Variant {
        Variant(name, summary, eras: eras, applies: applies) { conditions, parameters in
            let timer = timer(conditions, parameters, .mainline.with(change))
            let closing = conditions.mark("close")
            guard parameters.setting("answered") != nil else {
                return timer.prospects(lost: closing)
            }
            return timer.prospects(
                answered: closing, keptSeconds: parameters.setting("tcp_fin_timeout") ?? 60)
        }
    }
}
