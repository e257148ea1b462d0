import Evidence
import KernelTimers

extension Behaviour {
    /// The handshake's last segment never comes.
    public static let requestListenerTimeout = Behaviour(
        id: "request.listener-timeout",
        question: """
            Does a listener's TCP_USER_TIMEOUT end a handshake whose last acknowledgement never \
            comes?
            """,
        scenarios: [60],
        background: """
            A request in SYN_RECV is no connection yet: its SYN-ACK is repeated as often as \
            tcp_synack_retries says, at doubling intervals from one second, and then it is \
            forgotten without a word. No kernel looks at the listener's user timeout, which is for \
            the connections that are made.
            """,
        // Over IPv4 only: a peer whose IPv6 address is gone goes on sending from it.
        cases: .matrix(
            userTimeouts: [0, 1500], settings: ["tcp_synack_retries": 2])
            + .matrix(userTimeouts: [1500], settings: ["tcp_synack_retries": 1])
            + .matrix(userTimeouts: [0, 30_000]),
        stimulus: { parameters, horizon in
            var listening = [Step("listen", .listen(receiveBufferBytes: nil))]
            if parameters.hasUserTimeout {
                listening += Script.userTimeoutSteps(
                    parameters.userTimeoutMilliseconds, on: .listener)
            }
            return Script(
                family: parameters.family, link: parameters.link,
                sysctls: Script.sysctls(parameters), proof: "quiet",
                lanes: [
                    Lane(
                        .subject,
                        listening + [
                            Step("listening", .watch(milliseconds: 0)),
                            Step(
                                "quiet", .watch(milliseconds: 20),
                                when: .done(label: "rehearse", plusMilliseconds: 0)),
                            Step(
                                "forgotten", .awaitVanishing(milliseconds: horizon),
                                when: .done(label: "connect", plusMilliseconds: 0),
                                deadlineMilliseconds: horizon + 5000),
                            Step("after", .watch(milliseconds: 300)),
                        ]),
                    Lane(
                        .peer,
                        [
                            Step(
                                "rehearse", .rehearse,
                                when: .done(label: "listening", plusMilliseconds: 0)),
                            Step("open", .open),
                            Step(
                                "silence", .dropReceived,
                                when: .done(label: "quiet", plusMilliseconds: 0)),
                            Step("connect", .startConnect),
                            // So that its SYN is not repeated, and nobody resets the SYN-ACK.
                            Step("gone", .removeAddress),
                        ]),
                ])
        },
        outage: .step("connect"),
        initialRTO: .seconds(1),
        variants: [
            Variant(
                "by-retries", "tcp_synack_retries decides, whatever T is.",
                eras: ["every kernel known"]
            ) { conditions, parameters in
                timer(conditions, parameters).prospects(asked: conditions.mark("connect"))
            },
            Variant(
                "at-deadline", "The request is forgotten when T is over.",
                eras: ["no kernel known"], applies: \.hasUserTimeout
            ) { conditions, parameters in
                timer(conditions, parameters).prospects(
                    asked: conditions.mark("connect"),
                    limit: .milliseconds(parameters.userTimeoutMilliseconds))
            },
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            ["by-retries"],
            because: """
                ip-sysctl, tcp_synack_retries: how many times SYN-ACKs of a passive connection \
                attempt are retransmitted. tcp(7), TCP_USER_TIMEOUT: effective only in the \
                synchronized states.
                """,
            exceeds: "Timers round up by the granularity of the wheel."),
        controls: [
            Control(
                "the listener's own limit is one repetition",
                Parameters(settings: ["tcp_synack_retries": 2]), parts: .extra, at: 1
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered count",
                            .setOption(.synCount, on: .listener, value: 1, lengthBytes: 4))
                    ], after: "listen", of: .subject)
            }
        ])

    private static func timer(_ conditions: Conditions, _ parameters: Parameters) -> RequestTimer {
        RequestTimer(
            conditions, .mainline, retries: parameters.setting("tcp_synack_retries") ?? 5)
    }
}
