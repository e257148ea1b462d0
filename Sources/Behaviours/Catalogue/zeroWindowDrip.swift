import Evidence
import KernelTimers

extension Behaviour {
    /// The peer's application reads a byte now and then.
    public static let zeroWindowDrip = Behaviour(
        id: "zero-window.drip",
        question: """
            Does it keep a connection alive that the peer's application reads a byte now and \
            then, while its window stays shut?
            """,
        scenarios: [35],
        background: """
            A slow reader is alive, but what it takes is too little for its kernel to open the \
            window: a receiver announces no less than a segment or half of its buffer (RFC 9293, \
            3.8.6.2.2), so as not to be fed in crumbs. The sender sees a window that stays shut, \
            and T counts on: a reader slower than that is taken for dead.
            """,
        cases: .matrix(userTimeouts: [1000, 3000], families: AddressFamily.allCases)
            + .matrix(retries2: [3]),
        stimulus: { parameters, horizon in
            ZeroWindow.script(
                parameters, subject: Script.hearing(horizonMilliseconds: horizon),
                peer: (1...3).map { sip in
                    Step(
                        "sip \(sip)", .receive(bytes: 1),
                        when: .done(
                            label: "shut",
                            plusMilliseconds: sip
                                * (parameters.hasUserTimeout
                                    ? parameters.userTimeoutMilliseconds / 4 : 500)))
                })
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
        values: { parameters in
            ValueExpectation.userTimeoutReadBack(parameters)
                + (1...3).map { ValueExpectation("sip \($0)", .result(1)) }
        },
        contract: ProbeVariants.contract,
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000), parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the reader takes a gulp after the first sip",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra
            ) {
                // All that there is, and more: what is read of a segment frees nothing.
                $0.inserting(
                    [Step("altered sip", .receive(bytes: 40_000))], after: "sip 1", of: .peer)
            },
        ])
}
