import Evidence
import KernelTimers

extension Behaviour {
    /// A server listens on an IPv6 socket, and its client comes over IPv4.
    public static let optionInheritedMapped = Behaviour(
        id: "option.inherited-mapped",
        question: """
            Does a connection over IPv4 inherit the TCP_USER_TIMEOUT of a listener of IPv6?
            """,
        scenarios: [54],
        background: """
            Servers often listen on one socket of IPv6 for both families. The connection that it \
            accepts has an IPv6 descriptor, IPv4 packets, and IPv4's half of the kernel's code; T \
            of the listener must end it all the same.
            """,
        cases: .matrix(userTimeouts: [1000, 3000]) + .matrix(retries2: [3]),
        stimulus: { parameters, horizon in
            var script = Script.inheriting(parameters, horizonMilliseconds: horizon)
            script.subjectSocket = .mapped
            return script
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(),
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: RetransmissionVariants.contract.because
                + " ipv6(7): IPv4 connections can be handled with the v6 API by using the "
                + "v4-mapped-on-v6 address type.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "the listener has no value", Parameters(userTimeoutMilliseconds: 1000),
                parts: .value
            ) {
                $0.replacing(
                    "option",
                    with: .setOption(.userTimeout, on: .listener, value: 0, lengthBytes: 4))
            },
            Control(
                "the connection's T is another", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) },
        ])
}
