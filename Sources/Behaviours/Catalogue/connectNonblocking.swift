import Evidence
import KernelTimers

extension Behaviour {
    /// A program that does not wait in connect(2).
    public static let connectNonblocking = Behaviour(
        id: "connect.nonblocking",
        question: "How does a program hear of a failed connect(2) for which it did not wait?",
        scenarios: [61],
        background: """
            connect(2) on a socket that does not block says EINPROGRESS at once. When the attempt \
            has failed poll(2) reports POLLERR and POLLHUP, SO_ERROR gives the error, once, and \
            nothing is left of it.
            """,
        cases: .matrix(
            userTimeouts: [1500], families: AddressFamily.allCases,
            settings: ["tcp_syn_retries": 2])
            + .matrix(settings: ["tcp_syn_retries": 2]),
        stimulus: { parameters, horizon in
            ConnectVariants.script(
                parameters,
                subject: [
                    Step(
                        "connect", .startConnect,
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Script.hearing(.poll, horizonMilliseconds: horizon) + [
                    Step("error", .call(.takeError)),
                    Step("error again", .call(.takeError)),
                    Step("write afterwards", .call(.write)),
                ])
        },
        outage: .step("silence"),
        initialRTO: .seconds(1),
        variants: ConnectVariants.all,
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("connect", .fails(SocketError("EINPROGRESS"))),
                ValueExpectation(
                    "heard", .events(with: ["POLLERR", "POLLHUP"], without: [])),
                ValueExpectation("error", .tookError(.etimedout)),
                ValueExpectation("error again", .tookNoError),
                ValueExpectation("write afterwards", .fails(.epipe)),
            ]
        },
        contract: Contract(
            ConnectVariants.contract.variants,
            because: ConnectVariants.contract.because
                + " connect(2), EINPROGRESS: poll for writing, then read SO_ERROR. poll(2): "
                + "POLLERR, POLLHUP.",
            exceeds: ConnectVariants.contract.exceeds),
        controls: [
            Control(
                "another thread takes the error first",
                Parameters(userTimeoutMilliseconds: 1500, settings: ["tcp_syn_retries": 2]),
                parts: .value
            ) {
                $0.inserting(
                    [Step("altered error", .call(.takeError))], after: "after", of: .subject)
            }
        ])
}
