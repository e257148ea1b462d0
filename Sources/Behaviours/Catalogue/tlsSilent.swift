import Evidence
import KernelTimers

extension Behaviour {
    /// The kernel encrypts what the application writes, and the peer has gone silent.
    public static let tlsSilent = Behaviour(
        id: "tls.silent",
        question: """
            Does TCP_USER_TIMEOUT end a connection that the kernel encrypts, at the same time and \
            with the same error?
            """,
        scenarios: [81],
        background: """
            With kernel TLS write(2) and its errors go through another layer, which has buffers of \
            its own. Below it is the same connection: one record is one segment here, T counts \
            from the first RTO, and ETIMEDOUT reaches the application. What write(2) says \
            afterwards is TLS's affair, and witnessed without an expectation: on 6.1 to 7.3 it \
            takes more bytes, twice at least, for records that it cannot hand on, where plain TCP \
            says EPIPE at once.
            """,
        cases: .matrix(userTimeouts: [1000, 3000])
            + .matrix(userTimeouts: [1000], families: [.ipv6]) + .matrix(retries2: [3]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step("encrypt", .encrypt),
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                ] + Script.hearing(horizonMilliseconds: horizon) + [
                    Step("write afterwards", .call(.write)),
                    Step("write again", .call(.write)),
                ],
                peer: [
                    Step(
                        "silence", .dropReceived,
                        when: .done(label: "encrypt", plusMilliseconds: 0))
                ])
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(),
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("encrypt", .result(0)),
                ValueExpectation("write", .result(Script.messageBytes)),
            ]
        },
        contract: RetransmissionVariants.contract,
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "T changed after the script was written down",
                Parameters(userTimeoutMilliseconds: 3000), parts: .time, at: 6
            ) { $0.changingUserTimeout(to: 4000) },
        ])
}
