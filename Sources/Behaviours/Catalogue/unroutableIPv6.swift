import Evidence
import KernelTimers

extension Behaviour {
    /// The IPv6 address moves away; the old owner does not notice.
    public static let unroutableIPv6 = Behaviour(
        id: "unroutable.ipv6",
        question: """
            What does an IPv6 connection do whose source address was removed before the next \
            write, and does TCP_USER_TIMEOUT end it?
            """,
        scenarios: [8, 23],
        background: """
            IPv6 does not check a connection's source address again. The old owner goes on \
            sending, the peer gets the data and acknowledges it, and the acknowledgements reach \
            nobody. To the old owner that is a blackhole, and its retransmission timer runs.
            """,
        cases: .matrix(userTimeouts: [1000, 3000, 5000], families: [.ipv6])
            + .matrix(families: [.ipv6], retries2: [3, 5]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step("remove", .removeAddress),
                    Step("write", .send(bytes: Script.messageBytes)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: [
                    Step("delivered", .receive(bytes: Script.messageBytes))
                ])
        },
        outage: .step("remove"),
        variants: RetransmissionVariants.all(fates: { _ in Timeline(.answeredInVain) }),
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("write", .result(Script.messageBytes)),
                ValueExpectation("delivered", .result(Script.messageBytes)),
            ]
        },
        contract: RetransmissionVariants.contract,
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000, family: .ipv6), parts: .missing, at: 8
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the address is not removed",
                Parameters(userTimeoutMilliseconds: 3000, family: .ipv6), parts: .missing, at: 2
            ) { $0.replacing("remove", with: .watch(milliseconds: 0)) },
        ])
}
