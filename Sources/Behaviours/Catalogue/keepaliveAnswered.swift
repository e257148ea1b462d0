import Evidence
import KernelTimers

extension Behaviour {
    /// An idle connection whose peer lives.
    public static let keepaliveAnswered = Behaviour(
        id: "keepalive.answered",
        question: "Does an idle connection live whose peer answers keepalive, however short T is?",
        background: """
            Each answer is a reception: T and the count begin anew. The peer answers until it is \
            gone; the connection then ends as if nothing had been before.
            """,
        cases: .matrix(
            userTimeouts: [0, 1500, 3000], families: AddressFamily.allCases,
            settings: Keepalive.values(1, 1, 2))
            + .matrix(userTimeouts: [0, 500], settings: Keepalive.values(2, 1, 2)),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: Keepalive.steps(parameters)
                    + Script.hearing(horizonMilliseconds: horizon),
                peer: [
                    Step(
                        "silence", .dropReceived,
                        when: .done(
                            label: "keepalive", plusMilliseconds: Self.goneAfterMilliseconds))
                ])
        },
        outage: .step("quiet"),
        assumedMarks: { _ in ["silence": Window(at: .milliseconds(goneAfterMilliseconds))] },
        variants: Keepalive.variants { conditions in
            Timeline(
                .answered, changes: [.init(when: conditions.mark("silence"), value: .lost)])
        } + [
            Variant(
                "in-vain", "Answers do not count: the connection ends while its peer lives.",
                eras: ["no kernel known"]
            ) { conditions, parameters in
                KeepaliveTimer(
                    conditions, .mainline, Keepalive.settings(parameters), fates: Timeline(.lost)
                ).prospects(
                    armed: conditions.mark("keepalive"), received: conditions.mark("received"))
            }
        ],
        values: { ValueExpectation.userTimeoutReadBack($0) + Keepalive.calls($0) },
        contract: Keepalive.contract,
        controls: [
            Control(
                "the peer never goes", Parameters(settings: Keepalive.values(1, 1, 2)),
                parts: .extra, at: 7
            ) { $0.replacing("silence", with: .watch(milliseconds: 0)) }
        ])

    /// How long the peer goes on answering, milliseconds.
    private static let goneAfterMilliseconds = 3500
}
