import Evidence
import KernelTimers

extension Behaviour {
    /// What setsockopt takes, getsockopt gives back.
    public static let optionRoundTrip = Behaviour(
        id: "option.round-trip",
        question: "Does getsockopt return the TCP_USER_TIMEOUT that setsockopt took?",
        scenarios: [48],
        background: """
            The option is an unsigned number of milliseconds. Before 4.19 the kernel kept it in \
            jiffies, so that a value that is no multiple of a jiffy came back rounded up.
            """,
        cases: .matrix(families: AddressFamily.allCases),
        stimulus: { parameters, _ in
            .connected(
                parameters,
                subject: Self.values.flatMap { value in
                    [
                        Step(
                            "set \(value)",
                            .setOption(
                                .userTimeout, on: .connection, value: value, lengthBytes: 4)),
                        Step("get \(value)", .getOption(.userTimeout, on: .connection)),
                    ]
                })
        },
        outage: .none,
        variants: [
            Variant(
                "exact", "Every value comes back as it was set.",
                eras: ["4.19 9bcc66e1983d …", "RHEL 8.0 …"],
                values: { _, _ in Self.expectations { $0 } }),
            Variant(
                "rounded-to-jiffies", "Values come back rounded up to whole jiffies.",
                eras: ["2.6.37 dca43c75e7e5 … 4.19 9bcc66e1983d", "RHEL 7"],
                values: { _, conditions in
                    Self.expectations { value in
                        let jiffies = conditions.tick.jiffies(covering: .milliseconds(value))
                        return jiffies * 1000 / conditions.tick.hz
                    }
                }),
        ],
        contract: Contract(
            ["exact"],
            because: "tcp(7), TCP_USER_TIMEOUT: an unsigned int, the maximum time in milliseconds."
        ),
        controls: [
            Control("another value is set", Parameters(), parts: .value) {
                $0.replacing(
                    "set 1001",
                    with: .setOption(.userTimeout, on: .connection, value: 1002, lengthBytes: 4))
            }
        ])

    private static let values = [1, 1001, 5000, 3_600_000, 0]

    private static func expectations(_ readBack: (Int) -> Int) -> [ValueExpectation] {
        values.flatMap {
            [
                ValueExpectation("set \($0)", .result(0)),
                ValueExpectation("get \($0)", .value(readBack($0))),
            ]
        }
    }
}
