import Evidence
import KernelTimers

extension Behaviour {
    /// A socket of Multipath TCP whose peer knows only TCP.
    public static let mptcpFallback = Behaviour(
        id: "mptcp.fallback",
        question: """
            Does TCP_USER_TIMEOUT end a connection of an MPTCP socket that fell back to TCP?
            """,
        scenarios: [52, 82],
        background: """
            Programs get MPTCP sockets without asking (mptcpize, Go). Where the peer answers \
            without MPTCP's option the connection is one of plain TCP under a socket of MPTCP: the \
            option is handed down to it, its timers are TCP's, and its error is handed up.
            """,
        cases: .matrix(userTimeouts: [1000, 3000])
            + .matrix(userTimeouts: [1000], families: [.ipv6]) + .matrix(retries2: [3]),
        stimulus: { parameters, horizon in
            var script = Script.connected(
                parameters,
                subject: [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
            script.subjectSocket = .multipath
            return script
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(),
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: RetransmissionVariants.contract.because
                + " RFC 8684, 3.7: an endpoint that falls back behaves as regular TCP.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) }
        ])
}
