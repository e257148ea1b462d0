import Evidence
import KernelTimers

extension Behaviour {
    /// A thread is blocked in write(2) when the connection ends.
    public static let deliveryWrite = Behaviour(
        id: "delivery.write",
        question:
            "Does a write(2) that is blocked on a full buffer return the error, exactly once?",
        scenarios: [84],
        background: """
            The peer's window is shut and the send buffer is full; write blocks. When T is over it \
            returns −1 with the errno, and takes it.
            """,
        cases: Delivery.cases,
        stimulus: { parameters, horizon in
            ZeroWindow.script(
                parameters,
                subject: [Step("refill", .fill(bytes: 16 << 20))]
                    + Script.hearing(.write, horizonMilliseconds: horizon)
                    + Delivery.stepsOnceTaken
            ).inserting(
                [
                    Step(
                        "send buffer",
                        .setOption(.sendBuffer, on: .connection, value: 131_072, lengthBytes: 4))
                ], after: "connect", of: .subject)
        },
        outage: .windowShut(since: "fill"),
        variants: ProbeVariants.all(answered: true) { conditions, rules in
            ProbeTimer(conditions, rules, fates: Timeline(.answered))
                .prospects(armed: conditions.mark("shut"))
        },
        values: { ValueExpectation.userTimeoutReadBack($0) + Delivery.valuesOnceTaken },
        contract: Contract(
            ProbeVariants.contract.variants, because: Delivery.promise,
            exceeds: ProbeVariants.contract.exceeds),
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000), parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) }
        ])
}
