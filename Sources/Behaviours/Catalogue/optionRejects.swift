import Evidence
import KernelTimers

extension Behaviour {
    /// A value that makes no sense is refused, and the old one stays.
    public static let optionRejects = Behaviour(
        id: "option.rejects",
        question: """
            Are a negative TCP_USER_TIMEOUT and one that is too short refused, the old value kept?
            """,
        scenarios: [48],
        background: """
            −1 is not a time, and two bytes are not an int. Both must be EINVAL, and neither may \
            change what was set before.
            """,
        cases: .matrix(userTimeouts: [3000], families: AddressFamily.allCases),
        stimulus: { parameters, _ in
            .connected(
                parameters,
                subject: [
                    Step(
                        "negative",
                        .setOption(.userTimeout, on: .connection, value: -1, lengthBytes: 4)),
                    Step("after negative", .getOption(.userTimeout, on: .connection)),
                    Step(
                        "short",
                        .setOption(.userTimeout, on: .connection, value: 1000, lengthBytes: 2)),
                    Step("after short", .getOption(.userTimeout, on: .connection)),
                ])
        },
        outage: .none,
        variants: [
            Variant(
                "refused", "Both are EINVAL, and the old value stays.",
                eras: ["3.6 42493570100b …"],
                values: { parameters, _ in
                    [
                        ValueExpectation("negative", .fails(.einval)),
                        ValueExpectation(
                            "after negative", .value(parameters.userTimeoutMilliseconds)),
                        ValueExpectation("short", .fails(.einval)),
                        ValueExpectation(
                            "after short", .value(parameters.userTimeoutMilliseconds)),
                    ]
                }),
            Variant(
                "negative-taken", "A negative value is taken.",
                eras: ["2.6.37 dca43c75e7e5 … 3.6 42493570100b"],
                values: { _, _ in [ValueExpectation("negative", .result(0))] }),
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            ["refused"],
            because: """
                tcp(7), TCP_USER_TIMEOUT: an unsigned int. setsockopt(2): EINVAL where the \
                option's length is not valid.
                """),
        controls: [
            Control(
                "a positive value is set in place of the negative one",
                Parameters(userTimeoutMilliseconds: 3000), parts: .value
            ) {
                $0.replacing(
                    "negative",
                    with: .setOption(.userTimeout, on: .connection, value: 1, lengthBytes: 4))
            }
        ])
}
