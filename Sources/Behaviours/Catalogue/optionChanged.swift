import Evidence
import KernelTimers

extension Behaviour {
    /// T is lowered or raised in the middle of an outage.
    public static let optionChanged = Behaviour(
        id: "option.changed",
        question: "From when does a T count that is lowered or raised in the middle of an outage?",
        scenarios: [6],
        background: """
            Setting T re-arms nothing: the timer fires as it was armed, cut to the old T where \
            that was near, and only then is the new one looked at. The clock stays where it \
            started. A timer that was cut to a T since raised repeats the segment, ahead of time.
            """,
        cases: [(5000, 2000, 1000), (5000, 500, 1000), (1000, 3000, 1150), (3000, 0, 1000)].map {
            Parameters(
                userTimeoutMilliseconds: $0, retries2: 4, settings: ["then": $1, "change": $2])
        },
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                    Step(
                        "change",
                        .setOption(
                            .userTimeout, on: .connection,
                            value: parameters.setting("then") ?? 0, lengthBytes: 4),
                        when: .done(
                            label: "write", plusMilliseconds: parameters.setting("change") ?? 0)),
                    Step("change read back", .getOption(.userTimeout, on: .connection)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
        },
        outage: .step("silence"),
        userTimeout: { parameters, marks in
            let assumed = Window(at: .milliseconds(parameters.setting("change") ?? 0))
            return Timeline(
                parameters.userTimeoutMilliseconds,
                changes: [
                    .init(
                        when: marks["change"] ?? assumed, value: parameters.setting("then") ?? 0)
                ])
        },
        assumedMarks: { ["change": Window(at: .milliseconds($0.setting("change") ?? 0))] },
        variants: RetransmissionVariants.all() + [
            Variant(
                "as-first-set", "What is set during the outage has no effect on it.",
                eras: ["no kernel known"]
            ) { conditions, parameters in
                var first = conditions
                first.userTimeoutMilliseconds = Timeline(parameters.userTimeoutMilliseconds)
                return RetransmitTimer(first, .mainline, fates: Timeline(.lost))
                    .prospects(written: conditions.mark("write"))
            }
        ],
        values: { parameters in
            ValueExpectation.userTimeoutReadBack(parameters) + [
                ValueExpectation("change", .result(0)),
                ValueExpectation(
                    "change read back", .value(parameters.setting("then") ?? 0)),
            ]
        },
        contract: RetransmissionVariants.contract,
        controls: [
            Control(
                "it is not changed", optionChangedControl, parts: .missing, at: 5
            ) {
                $0.replacing(
                    "change",
                    with: .setOption(.userTimeout, on: .connection, value: 5000, lengthBytes: 4))
            },
            Control(
                "it is changed once more", optionChangedControl, parts: .missing, at: 5
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered option",
                            .setOption(
                                .userTimeout, on: .connection, value: 5000, lengthBytes: 4))
                    ], after: "change read back", of: .subject)
            },
        ])

    private static let optionChangedControl = Parameters(
        userTimeoutMilliseconds: 5000, retries2: 4, settings: ["then": 2000, "change": 1000])
}
