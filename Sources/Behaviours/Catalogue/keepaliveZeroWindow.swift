import Evidence
import KernelTimers

extension Behaviour {
    /// Keepalive is on, and the peer keeps its window shut.
    public static let keepaliveZeroWindow = Behaviour(
        id: "keepalive.zero-window",
        question: "Does keepalive probe, or end, a connection whose peer keeps its window shut?",
        scenarios: [47],
        background: """
            Data waits to be sent, so the connection is not idle: the keepalive timer only arms \
            itself anew. Probes are those of the window, at their own growing intervals, and T or \
            nothing ends the connection.
            """,
        cases: [
            Parameters(userTimeoutMilliseconds: 3000, settings: Keepalive.values(1, 1, 2)),
            Parameters(retries2: 3, settings: Keepalive.values(1, 1, 2)),
        ],
        stimulus: { parameters, horizon in
            ZeroWindow.script(
                parameters,
                subject: Keepalive.steps(parameters)
                    + Script.hearing(horizonMilliseconds: horizon))
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
        values: { ValueExpectation.userTimeoutReadBack($0) + Keepalive.calls($0) },
        contract: ProbeVariants.contract,
        controls: [
            Control(
                "T changed after the script was written down",
                Parameters(userTimeoutMilliseconds: 3000, settings: Keepalive.values(1, 1, 2)),
                parts: .extra, at: 6
            ) { $0.changingUserTimeout(to: 2000) }
        ])
}
