import Evidence
import KernelTimers

extension Behaviour {
    /// A thread waits in select(2).
    public static let deliverySelect = Delivery.behaviour(
        .select, id: "delivery.select",
        question: "Does select(2) report the end as something to read, with the errno in SO_ERROR?",
        scenarios: [84],
        background: """
            select has no set for errors: the end is something that can be read, and no exception. \
            A program that watches for exceptions alone never hears of it.
            """,
        steps: Delivery.stepsTakingIt,
        values: [ValueExpectation("heard", .events(with: ["READ"], without: ["EXCEPT"]))]
            + Delivery.valuesTakingIt,
        controls: [Delivery.optionTakenBack, Delivery.stolenError()])
}
