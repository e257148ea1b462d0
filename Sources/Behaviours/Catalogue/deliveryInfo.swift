import Evidence
import KernelTimers

extension Behaviour {
    /// The kernel's account of a connection that has ended.
    public static let deliveryInfo = Delivery.behaviour(
        .read, id: "delivery.info",
        question: "Can TCP_INFO and the option still be read once the connection has ended?",
        scenarios: [89],
        background: """
            The descriptor outlives the connection. Its account says CLOSE, and the option is what \
            it was: a program that logs why it lost a connection may ask for both afterwards.
            """,
        steps: [
            Step("state afterwards", .call(.info)),
            Step("option afterwards", .getOption(.userTimeout, on: .connection)),
        ] + Delivery.stepsOnceTaken,
        values: [ValueExpectation("state afterwards", .value(7))] + Delivery.valuesOnceTaken,
        more: { [ValueExpectation("option afterwards", .value($0.userTimeoutMilliseconds))] },
        controls: [
            Delivery.optionTakenBack,
            Control(
                "the option is set again afterwards", Parameters(userTimeoutMilliseconds: 1000),
                parts: .value
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered option",
                            .setOption(
                                .userTimeout, on: .connection, value: 1500, lengthBytes: 4))
                    ], after: "state afterwards", of: .subject)
            },
        ])
}
