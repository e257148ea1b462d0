import Evidence
import KernelTimers

extension Behaviour {
    /// A live peer keeps its window shut and answers every probe. RFC 9293 (3.8.6.1) lets that last
    /// for ever; TCP_USER_TIMEOUT is the application's way to say how long it is willing to wait.
    public static let zeroWindowLive = Behaviour(
        id: "zero-window.live",
        question: """
            Does TCP_USER_TIMEOUT end a connection whose peer keeps answering zero-window probes?
            """,
        scenarios: [33],
        background: """
            The peer's application stops reading; its window shuts. The kernel asks for an update \
            at growing intervals, and the peer answers each time that the window is still shut. \
            With a user timeout the connection ends when T is over; without one it must not end, \
            and the intervals stop growing at tcp_retries2 doublings.
            """,
        cases: .matrix(
            userTimeouts: [1000, 3000, 5000], families: AddressFamily.allCases)
            + .matrix(userTimeouts: [1000, 3000, 5000], links: [.loopback])
            + .matrix(families: AddressFamily.allCases, retries2: [3, 5])
            + .matrix(userTimeouts: [30_000, 600_000, 3_600_000, 0]),
        stimulus: { parameters, horizon in
            ZeroWindow.script(parameters, subject: Script.hearing(horizonMilliseconds: horizon))
        },
        outage: .windowShut(since: "fill"),
        variants: ProbeVariants.all(answered: true) { conditions, rules in
            ProbeTimer(conditions, rules, fates: Timeline(.answered))
                .prospects(armed: conditions.mark("shut"))
        } + [
            Variant(
                "answers-do-not-count", "Probes are counted although they are answered.",
                eras: ["no kernel known"], applies: { !$0.hasUserTimeout }
            ) { conditions, _ in
                ProbeTimer(conditions, .mainline, fates: Timeline(.lost))
                    .prospects(armed: conditions.mark("shut"))
            }
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: ProbeVariants.contract,
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000), parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "T changed after the script was written down",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra, at: 6
            ) { $0.changingUserTimeout(to: 2000) },
            Control(
                "the peer stops answering", Parameters(userTimeoutMilliseconds: 5000),
                parts: .missing, at: 5
            ) {
                $0.changing(.peer) { steps in
                    steps + [
                        Step(
                            "altered silence", .dropReceived,
                            when: .done(label: "fill", plusMilliseconds: 1000))
                    ]
                }
            },
        ])
}
