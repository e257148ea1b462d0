import Evidence
import KernelTimers

extension Behaviour {
    /// T set and then set to 0 again is as if it had never been set.
    public static let optionZeroRestores = Behaviour(
        id: "option.zero-restores",
        question: "Does setting TCP_USER_TIMEOUT to 0 bring back the kernel's default?",
        scenarios: [6],
        background: """
            One second is set and taken back before the peer goes silent. tcp_retries2 must \
            decide, as it does for a connection on which the option was never set.
            """,
        cases: .matrix(families: AddressFamily.allCases, retries2: [3]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "set",
                        .setOption(.userTimeout, on: .connection, value: 1000, lengthBytes: 4)),
                    Step(
                        "take back",
                        .setOption(.userTimeout, on: .connection, value: 0, lengthBytes: 4)),
                    Step("read back", .getOption(.userTimeout, on: .connection)),
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: [
                    Step(
                        "silence", .dropReceived,
                        when: .done(label: "read back", plusMilliseconds: 0))
                ])
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(fates: { _ in Timeline(.lost) }) + [
            Variant(
                "kept", "The value that was taken back still ends the connection.",
                eras: ["no kernel known"]
            ) { conditions, _ in
                var altered = conditions
                altered.userTimeoutMilliseconds = Timeline(1000)
                return RetransmitTimer(altered, .mainline, fates: Timeline(.lost))
                    .prospects(written: conditions.mark("write"))
            }
        ],
        values: { _ in
            [
                ValueExpectation("set", .result(0)),
                ValueExpectation("take back", .result(0)),
                ValueExpectation("read back", .value(0)),
            ]
        },
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: """
                tcp(7), TCP_USER_TIMEOUT: if the option value is 0, TCP will use the system default.
                """,
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "the value is not taken back", Parameters(retries2: 3), parts: .value
            ) {
                $0.replacing(
                    "take back",
                    with: .setOption(.userTimeout, on: .connection, value: 1000, lengthBytes: 4))
            },
            Control(
                "the value is set again", Parameters(retries2: 3), parts: .extra, at: 4
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered option",
                            .setOption(.userTimeout, on: .connection, value: 1000, lengthBytes: 4))
                    ], after: "read back", of: .subject)
            },
        ])
}
