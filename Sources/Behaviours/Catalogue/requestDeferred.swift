import Evidence
import KernelTimers

extension Behaviour {
    /// The client connects to a listener that waits for data, and sends none.
    public static let requestDeferred = Behaviour(
        id: "request.deferred",
        question: """
            How long does a listener with TCP_DEFER_ACCEPT keep a client that connects and says \
            nothing, with T and without?
            """,
        scenarios: [55],
        background: """
            The client's acknowledgement comes, and is put aside: the request stays in SYN_RECV, \
            and its timer runs on in silence. The last firing within the time sends the SYN-ACK \
            once more, so that the client may say that it is there; then, or when \
            tcp_synack_retries is over, it is forgotten. A user timeout of the listener has no say.
            """,
        // Over IPv4 only: a peer whose IPv6 address is gone goes on sending from it.
        cases: .matrix(
            userTimeouts: [0, 1500], settings: ["defer": 3, "tcp_synack_retries": 1])
            + .matrix(settings: ["defer": 3, "tcp_synack_retries": 3]),
        stimulus: stimulus,
        outage: .step("connect"),
        initialRTO: .seconds(1),
        variants: [
            Variant(
                "deferred", "One SYN-ACK at the end of the time, whatever T is.",
                eras: ["every kernel known"]
            ) { conditions, parameters in
                timer(conditions, parameters, seconds: parameters.setting("defer") ?? 0)
                    .prospects(asked: conditions.mark("connect"))
            },
            Variant(
                "repeated", "The SYN-ACK is repeated as if no acknowledgement had come.",
                eras: ["no kernel known"]
            ) { conditions, parameters in
                timer(conditions, parameters, seconds: 0)
                    .prospects(asked: conditions.mark("connect"))
            },
            Variant(
                "at-deadline", "The request is forgotten when T is over.",
                eras: ["no kernel known"], applies: \.hasUserTimeout
            ) { conditions, parameters in
                timer(conditions, parameters, seconds: parameters.setting("defer") ?? 0)
                    .prospects(
                        asked: conditions.mark("connect"),
                        limit: .milliseconds(parameters.userTimeoutMilliseconds))
            },
        ],
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [ValueExpectation("defer", .result(0))]
        },
        contract: Contract(
            ["deferred"],
            because: """
                tcp(7), TCP_DEFER_ACCEPT: allow a listener to be awakened only when data arrives \
                on the socket; takes a value in seconds, which bounds the maximum number of \
                attempts TCP will make to complete the connection. TCP_USER_TIMEOUT: effective \
                only in the synchronized states.
                """,
            exceeds: """
                The time is rounded to firings of a timer that doubles from one second: three \
                seconds are two of them, and the request is forgotten at the third.
                """),
        controls: [
            Control(
                "the listener waits longer",
                Parameters(settings: ["defer": 3, "tcp_synack_retries": 1]), parts: .missing,
                or: [.time], at: 0
            ) {
                $0.replacing(
                    "defer",
                    with: .setOption(.deferAccept, on: .listener, value: 7, lengthBytes: 4))
            }
        ])

    private static func timer(
        _ conditions: Conditions, _ parameters: Parameters, seconds: Int
    ) -> RequestTimer {
        RequestTimer(
            conditions, .mainline, retries: parameters.setting("tcp_synack_retries") ?? 5,
            deferSeconds: seconds)
    }

    private static func stimulus(_ parameters: Parameters, _ horizon: Int) -> Script {
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
                            "defer",
                            .setOption(
                                .deferAccept, on: .listener,
                                value: parameters.setting("defer") ?? 0, lengthBytes: 4)),
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
                        Step(
                            "connect", .connect,
                            when: .done(label: "defer", plusMilliseconds: 0)),
                        // So that it does not answer the SYN-ACK that comes at the end.
                        Step("gone", .removeAddress),
                    ]),
            ])
    }
}
