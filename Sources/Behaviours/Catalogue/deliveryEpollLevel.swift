import Evidence
import KernelTimers

extension Behaviour {
    /// A thread waits in epoll_wait(2), level-triggered.
    public static let deliveryEpollLevel = Delivery.behaviour(
        .epollLevel, id: "delivery.epoll-level",
        question: "Does level-triggered epoll go on reporting the end?",
        scenarios: [84],
        background: """
            epoll_wait reports the error and the hang-up, and reports the hang-up again each time \
            it is asked, also when SO_ERROR has taken the errno.
            """,
        between: [Step("again", .call(.epollWait))],
        steps: Delivery.stepsTakingIt + [Step("at last", .call(.epollWait))],
        values: [
            ValueExpectation("heard", .events(with: ["EPOLLERR", "EPOLLHUP"], without: [])),
            ValueExpectation("again", .events(with: ["EPOLLERR", "EPOLLHUP"], without: [])),
        ] + Delivery.valuesTakingIt + [
            ValueExpectation("at last", .events(with: ["EPOLLHUP"], without: ["EPOLLERR"]))
        ],
        controls: [Delivery.optionTakenBack, Delivery.stolenError()])
}
