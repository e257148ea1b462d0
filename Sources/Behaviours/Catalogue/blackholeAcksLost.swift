import Evidence
import KernelTimers

extension Behaviour {
    /// Only the way back is gone: the peer gets everything, and is never heard.
    public static let blackholeAcksLost = Behaviour(
        id: "blackhole.acks-lost",
        question: """
            Does TCP_USER_TIMEOUT end a connection whose data arrives, but whose acknowledgements \
            are lost on the way back?
            """,
        scenarios: [8],
        background: """
            A path may fail in one direction only, as when a firewall loses its state or a route \
            is asymmetric. The peer has the data and acknowledges it, each repetition once more; \
            the sender knows nothing of that. Its schedule must be the one of a path that is gone, \
            and its application must not take ETIMEDOUT for "not delivered".
            """,
        cases: .matrix(userTimeouts: [1000, 3000], families: AddressFamily.allCases)
            + .matrix(retries2: [3]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step("deaf", .dropReceived),
                    Step("write", .send(bytes: Script.messageBytes)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: [Step("delivered", .receive(bytes: Script.messageBytes))])
        },
        outage: .step("deaf"),
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
                Parameters(userTimeoutMilliseconds: 1000), parts: .missing, at: 8
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the acknowledgements are heard",
                Parameters(userTimeoutMilliseconds: 3000), parts: .missing, at: 2
            ) { $0.replacing("deaf", with: .watch(milliseconds: 0)) },
        ])
}
