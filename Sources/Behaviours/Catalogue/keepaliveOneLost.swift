import Evidence
import KernelTimers

extension Behaviour {
    /// One probe is lost, and the next is answered.
    public static let keepaliveOneLost = Behaviour(
        id: "keepalive.one-lost",
        question: """
            Does an idle connection outlive one lost keepalive probe, whatever T is?
            """,
        scenarios: [46],
        background: """
            The path is away for the first probe and back for the second. By TCP_KEEPCNT one probe \
            is nothing. But T is compared when the second is due: if it is shorter than the idle \
            time and one interval together, the connection ends there, before anybody could \
            answer. So a T below that makes keepalive as fragile as one packet.
            """,
        cases: .matrix(
            userTimeouts: [0, 1500, 3000], families: AddressFamily.allCases,
            settings: Keepalive.values(1, 1, 3)),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: Keepalive.steps(parameters)
                    + Script.hearing(horizonMilliseconds: max(horizon, 5500)),
                peer: Script.silence + [
                    Step(
                        "heal", .deliverReceived,
                        when: .done(
                            label: "keepalive", plusMilliseconds: Self.healingMilliseconds))
                ])
        },
        outage: .step("quiet"),
        assumedMarks: { _ in ["heal": Window(at: .milliseconds(healingMilliseconds))] },
        variants: Keepalive.variants { conditions in
            Timeline(
                .lost, changes: [.init(when: conditions.mark("heal"), value: .answered)])
        } + [
            Variant(
                "one-is-too-many", "The connection ends when the second probe is due.",
                eras: ["no kernel known"], applies: { $0.userTimeoutMilliseconds != 1500 }
            ) { conditions, parameters in
                var settings = Keepalive.settings(parameters)
                settings.count = 1
                var without = conditions
                without.userTimeoutMilliseconds = Timeline(0)
                return KeepaliveTimer(without, .mainline, settings, fates: Timeline(.lost))
                    .prospects(
                        armed: conditions.mark("keepalive"), received: conditions.mark("received"))
            }
        ],
        values: { ValueExpectation.userTimeoutReadBack($0) + Keepalive.calls($0) },
        contract: Keepalive.contract,
        controls: [
            Control(
                "no probe is lost",
                Parameters(userTimeoutMilliseconds: 3000, settings: Keepalive.values(1, 1, 3)),
                parts: .extra, at: 1
            ) {
                // What was never dropped need not be let in again.
                $0.replacing("silence", with: .watch(milliseconds: 0))
                    .replacing("heal", with: .watch(milliseconds: 0))
            },
            Control(
                "the second is lost as well",
                Parameters(userTimeoutMilliseconds: 3000, settings: Keepalive.values(1, 1, 3)),
                parts: .missing, at: 2
            ) { $0.replacing("heal", with: .watch(milliseconds: 0)) },
        ])

    /// After the first probe, before the second.
    private static let healingMilliseconds = 1500
}
