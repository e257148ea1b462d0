import Evidence
import KernelTimers

extension Behaviour {
    /// The address moves away from a socket that may use any.
    public static let unroutableTransparent = Behaviour(
        id: "unroutable.transparent",
        question: """
            What does a connection with IP_TRANSPARENT do whose source address was removed before \
            the next write, and does TCP_USER_TIMEOUT end it?
            """,
        scenarios: [20],
        background: """
            A transparent proxy's socket may send from addresses that are not the host's own, so \
            that the kernel does not ask whether the address is still there. The old owner goes on \
            sending, the peer gets the data and acknowledges it, and the acknowledgements reach \
            nobody: for this socket the removed address is a blackhole, as it is for IPv6.
            """,
        cases: .matrix(userTimeouts: [1000, 3000]) + .matrix(retries2: [3]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "any source",
                        .setOption(.transparent, on: .connection, value: 1, lengthBytes: 4)),
                    Step("remove", .removeAddress),
                    Step("write", .send(bytes: Script.messageBytes)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: [Step("delivered", .receive(bytes: Script.messageBytes))])
        },
        outage: .step("remove"),
        variants: RetransmissionVariants.all(fates: { _ in Timeline(.answeredInVain) }),
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("any source", .result(0)),
                ValueExpectation("write", .result(Script.messageBytes)),
                ValueExpectation("delivered", .result(Script.messageBytes)),
            ]
        },
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: RetransmissionVariants.contract.because
                + " ip(7), IP_TRANSPARENT: lets the application use a nonlocal address as the "
                + "local endpoint.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, at: 8
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the socket is not transparent", Parameters(userTimeoutMilliseconds: 3000),
                parts: .missing, at: 0
            ) {
                $0.replacing(
                    "any source",
                    with: .setOption(.transparent, on: .connection, value: 0, lengthBytes: 4))
            },
        ])
}
