import Evidence
import KernelTimers

extension Behaviour {
    /// The peer keeps its window shut, answers for a while, and then vanishes.
    public static let zeroWindowVanishing = Behaviour(
        id: "zero-window.vanishing",
        question: """
            When does a connection end whose peer answered zero-window probes for a while and then \
            vanished?
            """,
        scenarios: [34],
        background: """
            Each answer takes unanswered probes back to none, but neither the interval nor the \
            clock of T. After the last answer tcp_retries2 more probes are sent, at intervals that \
            have grown already; T ends the connection when it would have ended with a living peer.
            """,
        cases: [
            Parameters(userTimeoutMilliseconds: 3000), Parameters(retries2: 3),
            Parameters(family: .ipv6, retries2: 3),
        ],
        stimulus: { parameters, horizon in
            ZeroWindow.script(
                parameters, subject: Script.hearing(horizonMilliseconds: horizon),
                peer: [
                    Step(
                        "silence", .dropReceived,
                        when: .done(label: "shut", plusMilliseconds: goneAfterMilliseconds))
                ])
        },
        outage: .windowShut(since: "fill"),
        assumedMarks: { _ in ["silence": Window(at: .milliseconds(goneAfterMilliseconds))] },
        variants: ProbeVariants.all { conditions, rules in
            ProbeTimer(
                conditions, rules,
                fates: Timeline(
                    .answered, changes: [.init(when: conditions.mark("silence"), value: .lost)])
            ).prospects(armed: conditions.mark("shut"))
        } + [
            Variant(
                "answers-do-not-count", "Answered probes count as well.",
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
                "the peer goes on answering", Parameters(retries2: 3), parts: .extra
            ) { $0.replacing("silence", with: .watch(milliseconds: 0)) },
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 3000),
                parts: .missing
            ) { $0.changingUserTimeout(to: 0) },
        ])

    /// How long the peer goes on answering, milliseconds.
    private static let goneAfterMilliseconds = 1000
}
