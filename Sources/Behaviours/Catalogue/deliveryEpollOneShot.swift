import Evidence
import KernelTimers

extension Behaviour {
    /// A thread waits in epoll_wait(2), to be told once.
    public static let deliveryEpollOneShot = Delivery.behaviour(
        .epollOneShot, id: "delivery.epoll-one-shot",
        question: "Does EPOLLONESHOT report the end once, and once more for each time it is armed?",
        scenarios: [84],
        background: """
            After one report the descriptor is silent until EPOLL_CTL_MOD arms it again. The \
            hang-up stays, so that each arming gives one report more, and none is lost.
            """,
        between: [
            Step("not armed", .call(.epollWait)), Step("arm", .call(.epollArm)),
            Step("armed", .call(.epollWait)), Step("not armed again", .call(.epollWait)),
        ],
        steps: Delivery.stepsTakingIt,
        values: [
            ValueExpectation("heard", .events(with: ["EPOLLERR", "EPOLLHUP"], without: [])),
            ValueExpectation("not armed", .reports(0...0)),
            ValueExpectation("arm", .result(0)),
            ValueExpectation("armed", .events(with: ["EPOLLERR", "EPOLLHUP"], without: [])),
            ValueExpectation("not armed again", .reports(0...0)),
        ] + Delivery.valuesTakingIt,
        controls: [
            Delivery.optionTakenBack,
            Control(
                "a level-triggered wait in its place", Parameters(userTimeoutMilliseconds: 1000),
                parts: .value
            ) { $0.waiting(in: .epollLevel) },
        ])
}
