import Evidence
import KernelTimers

extension Behaviour {
    /// What is set on a listener after the handshake does not reach the connection.
    public static let optionInheritedLate = Behaviour(
        id: "option.inherited-late",
        question: """
            Is a connection without TCP_USER_TIMEOUT whose listener got it between the handshake \
            and accept?
            """,
        scenarios: [50],
        background: """
            The connection is made when the handshake ends, not when accept hands it out, and it \
            takes what the listener had then. What is set later, before or after accept, is for \
            connections to come.
            """,
        cases: .matrix(families: AddressFamily.allCases),
        stimulus: { parameters, _ in
            .accepted(
                parameters,
                listening: [],
                subject: [
                    Step("read back", .getOption(.userTimeout, on: .connection)),
                    Step(
                        "set after accept",
                        .setOption(.userTimeout, on: .listener, value: 2000, lengthBytes: 4)),
                    Step("read back later", .getOption(.userTimeout, on: .connection)),
                ]
            ).inserting(
                [
                    Step("handshake", .awaitReadable(.listener)),
                    Step(
                        "set after handshake",
                        .setOption(.userTimeout, on: .listener, value: 1000, lengthBytes: 4)),
                ], after: "listen", of: .subject)
        },
        outage: .none,
        variants: [
            Variant(
                "not-inherited", "The connection has no user timeout, either time.",
                eras: ["2.6.37 dca43c75e7e5 …"],
                values: { _, _ in
                    [
                        ValueExpectation("set after handshake", .result(0)),
                        ValueExpectation("read back", .value(0)),
                        ValueExpectation("read back later", .value(0)),
                    ]
                }),
            Variant(
                "inherited-at-accept", "The connection takes what the listener has at accept.",
                eras: ["no kernel known"],
                values: { _, _ in
                    [
                        ValueExpectation("set after handshake", .result(0)),
                        ValueExpectation("read back", .value(1000)),
                        ValueExpectation("read back later", .value(1000)),
                    ]
                }),
        ],
        contract: Contract(
            ["not-inherited"],
            because: """
                No document says which; every kernel known copies the listener when the handshake \
                ends (tcp_create_openreq_child), and programs rely on it.
                """),
        controls: [
            Control("the value is set before the handshake", Parameters(), parts: .value) {
                $0.replacing("handshake", with: .watch(milliseconds: 0))
                    .changing(.subject) { steps in
                        steps.map {
                            guard $0.label == "set after handshake" else { return $0 }
                            var step = $0
                            step.trigger = .previous
                            return step
                        }
                    }
                    .changing(.peer) { steps in
                        steps.map {
                            guard $0.label == "connect" else { return $0 }
                            var step = $0
                            step.trigger = .done(
                                label: "set after handshake", plusMilliseconds: 0)
                            return step
                        }
                    }
            }
        ])
}
