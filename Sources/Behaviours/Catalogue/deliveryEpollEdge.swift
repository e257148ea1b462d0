import Evidence
import KernelTimers

extension Behaviour {
    /// A thread waits in epoll_wait(2), edge-triggered.
    public static let deliveryEpollEdge = Delivery.behaviour(
        .epollEdge, id: "delivery.epoll-edge",
        question: "Does edge-triggered epoll report the end at least once, and not for ever?",
        scenarios: [84],
        background: """
            The kernel wakes the waiter when it sets the error and when it closes the connection: \
            one edge or two, by how soon the waiter comes back, and never none.
            """,
        between: [
            Step("second edge", .call(.epollWait)), Step("third edge", .call(.epollWait)),
        ],
        steps: Delivery.stepsTakingIt,
        values: [
            ValueExpectation("heard", .events(with: ["EPOLLHUP"], without: [])),
            ValueExpectation("second edge", .reports(0...1)),
            ValueExpectation("third edge", .reports(0...0)),
        ] + Delivery.valuesTakingIt,
        controls: [
            Delivery.optionTakenBack,
            Control(
                "a level-triggered wait in its place", Parameters(userTimeoutMilliseconds: 1000),
                parts: .value
            ) { $0.waiting(in: .epollLevel) },
        ])
}
