import Evidence
import KernelTimers

extension Behaviour {
    /// The application closes, and the peer, alive, does not.
    public static let orphanFinWait = Behaviour(
        id: "orphan.fin-wait",
        question: """
            How long does a kernel keep a closed connection whose peer lives and does not close \
            its side?
            """,
        scenarios: [66],
        background: """
            The FIN is acknowledged, the peer's never comes. In FIN-WAIT-2 tcp_fin_timeout, a \
            minute, decides, or TCP_LINGER2 where the application set it; a negative one has the \
            peer reset at once. TCP_USER_TIMEOUT does not matter: nothing is unacknowledged.
            """,
        cases: .matrix(
            userTimeouts: [0, 1000], families: AddressFamily.allCases,
            settings: ["tcp_fin_timeout": 3])
            + .matrix(settings: ["linger2": 2]) + .matrix(settings: ["reset": 1]) + .matrix(),
        stimulus: { parameters, horizon in
            let linger = lingering(parameters).map {
                Step("linger", .setOption(.linger2, on: .connection, value: $0, lengthBytes: 4))
            }
            return .connected(
                parameters,
                subject: (linger.map { [$0] } ?? []) + [
                    Step("calm", .watch(milliseconds: 0)), Step("close", .close),
                ] + Orphans.forgetting(horizonMilliseconds: horizon))
        },
        outage: .step("calm"),
        variants: [
            Variant(
                "after-fin-timeout", "The connection is forgotten when that time is over.",
                eras: ["every kernel known"]
            ) { conditions, parameters in
                let seconds =
                    lingering(parameters) ?? parameters.setting("tcp_fin_timeout") ?? 60
                return FinWaitTimer(conditions, .mainline, seconds: seconds)
                    .prospects(closed: conditions.mark("close"))
            },
            Variant(
                "after-a-minute", "The connection is forgotten after a minute, whatever is set.",
                eras: ["no kernel known"], applies: { $0.settings != nil }
            ) { conditions, _ in
                FinWaitTimer(conditions, .mainline, seconds: 60)
                    .prospects(closed: conditions.mark("close"))
            },
            Variant(
                "at-deadline", "The connection is forgotten at T.",
                eras: ["no kernel known"], applies: \.hasUserTimeout
            ) { conditions, parameters in
                FinWaitTimer(
                    conditions, .mainline, seconds: parameters.userTimeoutMilliseconds / 1000
                ).prospects(closed: conditions.mark("close"))
            },
        ],
        values: Orphans.values,
        contract: Contract(
            ["after-fin-timeout"],
            because: """
                ip-sysctl, tcp_fin_timeout: how long an orphaned connection remains in FIN_WAIT_2 \
                before it is aborted. tcp(7), TCP_LINGER2: the lifetime of orphaned FIN_WAIT2 \
                state sockets.
                """,
            exceeds: "Timers round up by the granularity of the wheel."),
        controls: [
            Control(
                "TCP_LINGER2 is another", Parameters(settings: ["linger2": 2]), parts: .time, at: 2
            ) {
                $0.replacing(
                    "linger",
                    with: .setOption(.linger2, on: .connection, value: 1, lengthBytes: 4))
            },
            Control(
                "the peer is gone", Parameters(settings: ["tcp_fin_timeout": 3]), parts: .extra,
                or: [.missing], at: 1
            ) {
                $0.changing(.peer) { steps in
                    steps + [
                        Step(
                            "altered silence", .dropReceived,
                            when: .done(label: "quiet", plusMilliseconds: 0))
                    ]
                }.inserting(
                    [Step("altered wait", .watch(milliseconds: 300))], after: "quiet", of: .subject)
            },
        ])

    /// TCP_LINGER2 as the trial sets it: negative for a reset.
    private static func lingering(_ parameters: Parameters) -> Int? {
        parameters.setting("reset") == nil ? parameters.setting("linger2") : -1
    }
}
