import Evidence
import KernelTimers

extension Behaviour {
    /// Less than a segment is written while TCP_CORK is set, and the peer is gone.
    public static let blackholeCorked = Behaviour(
        id: "blackhole.corked",
        question: "When does T end a connection whose data was held back by TCP_CORK at first?",
        scenarios: [79],
        background: """
            A corked segment is sent at the latest when the probe timer fires, which runs because \
            there is data and nothing in flight. From there on the retransmission timer has it, \
            without a tail loss probe.
            """,
        cases: .matrix(userTimeouts: [1000, 3000], families: AddressFamily.allCases)
            + .matrix(retries2: [3]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "cork", .setOption(.cork, on: .connection, value: 1, lengthBytes: 4),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                    Step("write", .send(bytes: Script.messageBytes)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(opening: { $0.prospects(held: $1.mark("write")) })
            .filter { !$0.name.hasSuffix(".no-tlp") } + [
                Variant(
                    "not-held", "What is corked is sent at once.", eras: ["no kernel known"]
                ) { conditions, _ in
                    RetransmitTimer(conditions, .mainline, fates: Timeline(.lost))
                        .prospects(written: conditions.mark("write"))
                }
            ],
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("cork", .result(0)),
                ValueExpectation("write", .result(Script.messageBytes)),
            ]
        },
        contract: Contract(
            RetransmissionVariants.contract.variants.filter { !$0.hasSuffix(".no-tlp") },
            because: "tcp(7), TCP_CORK: output is corked for 200 milliseconds at most. "
                + RetransmissionVariants.contract.because,
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, at: 3
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the cork is not set", Parameters(retries2: 3), parts: .time, at: 0
            ) {
                $0.replacing(
                    "cork", with: .setOption(.cork, on: .connection, value: 0, lengthBytes: 4))
            },
        ])
}
