import Evidence
import KernelTimers

extension Behaviour {
    /// A listener's T is inherited by the connections that it accepts: how servers set it.
    public static let optionInherited = Behaviour(
        id: "option.inherited",
        question: "Does a connection inherit the TCP_USER_TIMEOUT of its listener, and keep to it?",
        scenarios: [16, 50, 55],
        background: """
            HAProxy's tcp-ut and others set the option on the listening socket. The connection \
            that it accepts must report the value, and must end by it when its peer goes silent; \
            also one that was made of a SYN cookie (tcp_syncookies=2), of which the listener kept \
            nothing.
            """,
        cases: .matrix(userTimeouts: [1000, 3000, 5000], families: AddressFamily.allCases)
            + .matrix(userTimeouts: [1000], settings: ["tcp_syncookies": 2]),
        stimulus: { parameters, horizon in
            .inheriting(parameters, horizonMilliseconds: horizon)
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(fates: { _ in Timeline(.lost) }),
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: RetransmissionVariants.contract.because
                + " accept(2), tcp(7): options set on a listening socket are inherited.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "the listener has no value",
                Parameters(userTimeoutMilliseconds: 1000), parts: .value
            ) {
                $0.replacing(
                    "option",
                    with: .setOption(.userTimeout, on: .listener, value: 0, lengthBytes: 4))
            }
        ])
}
