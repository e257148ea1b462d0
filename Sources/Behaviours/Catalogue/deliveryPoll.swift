import Evidence
import KernelTimers

extension Behaviour {
    /// A thread waits in poll(2) when the connection ends.
    public static let deliveryPoll = Delivery.behaviour(
        .poll, id: "delivery.poll",
        question: "Does poll(2) report the end, with the errno in SO_ERROR exactly once?",
        scenarios: [84],
        background: """
            poll returns with POLLERR and POLLHUP. SO_ERROR gives the errno once; afterwards the \
            error is gone and the hang-up stays.
            """,
        steps: Delivery.stepsTakingIt,
        values: [
            ValueExpectation(
                "heard", .events(with: ["POLLERR", "POLLHUP", "POLLIN"], without: []))
        ] + Delivery.valuesTakingIt,
        controls: [Delivery.optionTakenBack, Delivery.stolenError()])
}
