import Evidence
import KernelTimers

extension Behaviour {
    /// A scripted peer shuts its window and answers every probe, with no kernel behind it.
    public static let zeroWindowByHand = Behaviour(
        id: "zero-window.by-hand",
        question: """
            Does TCP_USER_TIMEOUT end a connection whose window a peer without a kernel keeps \
            shut, answering every probe?
            """,
        scenarios: [33],
        background: """
            The peer's kernel is silent; its packets are made by hand: one acknowledges all and \
            shuts the window, and each probe is answered at once that it is still shut. What the \
            subject does must be what it does with a peer that a kernel plays.
            """,
        cases: .matrix(userTimeouts: [1000, 3000], families: AddressFamily.allCases),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "first", .send(bytes: Script.messageBytes),
                        when: .done(label: "by hand", plusMilliseconds: 0)),
                    Step(
                        "shut", .watch(milliseconds: 0),
                        when: .packet(.windowShut, since: "first")),
                    Step("write", .send(bytes: Script.messageBytes)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence + [
                    Step(
                        "by hand",
                        .respond(Response(.acknowledgement(.everything, window: 0))))
                ])
        },
        outage: .windowShut(since: "first"),
        variants: ProbeVariants.all(answered: true) { conditions, rules in
            let written = conditions.marks["write"] ?? conditions.mark("shut")
            return ProbeTimer(conditions, rules, fates: Timeline(.answered))
                .prospects(armed: written)
        },
        values: ValueExpectation.userTimeoutReadBack,
        contract: ProbeVariants.contract,
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000), parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the scripted peer falls silent", Parameters(userTimeoutMilliseconds: 3000),
                parts: .missing, at: 1
            ) {
                $0.replacing(
                    "by hand",
                    with: .respond(
                        Response(.acknowledgement(.everything, window: 0), most: 1)))
            },
        ])
}
