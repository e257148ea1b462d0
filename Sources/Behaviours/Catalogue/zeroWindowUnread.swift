import Evidence
import KernelTimers

extension Behaviour {
    /// The peer's application has stopped, and its buffer has room.
    public static let zeroWindowUnread = Behaviour(
        id: "zero-window.unread",
        question: """
            Does T leave a connection alone whose peer acknowledges what its application does not \
            read?
            """,
        scenarios: [39],
        background: """
            The peer's kernel has received the data; that nobody reads it is not known here. \
            Nothing is unacknowledged and nothing waits: T counts for neither, and a stopped \
            application is noticed only when its buffer is full.
            """,
        cases: .matrix(userTimeouts: [1000], families: AddressFamily.allCases),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step("calm", .watch(milliseconds: 0)),
                    Step("write", .send(bytes: Script.messageBytes)),
                ] + Script.hearing(horizonMilliseconds: horizon))
        },
        outage: .step("calm"),
        variants: [
            Variant(
                "lives", "The data is acknowledged, and nothing else happens.",
                eras: ["every kernel known"]
            ) { conditions, _ in
                RetransmitTimer(conditions, .mainline, fates: Timeline(.delivered))
                    .prospects(written: conditions.mark("write"))
            },
            Variant(
                "at-deadline", "The connection ends as if the data were not acknowledged.",
                eras: ["no kernel known"]
            ) { conditions, parameters in
                let written = conditions.mark("write")
                let data = Expected(.sent(.data), written, "the write itself")
                return [
                    Prospect(data) { sent in
                        let answer = Expected(
                            .answered, sent.after(.zero, .milliseconds(208)), "delayed or not")
                        let timeout = Duration.milliseconds(parameters.userTimeoutMilliseconds)
                        let end = Expected(
                            .aborted(.etimedout), sent.after(timeout, timeout + timeout / 4),
                            "T after the write, a quarter of it for the wheel",
                            counters: ["TcpExt.TCPAbortOnTimeout": 1, "Tcp.EstabResets": 1])
                        return [Prospect(answer) { _ in [Prospect(end)] }]
                    }
                ]
            },
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            ["lives"],
            because: """
                tcp(7), TCP_USER_TIMEOUT: the maximum time that transmitted data may remain \
                unacknowledged, or buffered data untransmitted.
                """),
        controls: [
            Control(
                "the peer is gone", Parameters(userTimeoutMilliseconds: 1000), parts: .extra,
                or: [.missing], at: 1
            ) {
                $0.changing(.peer) { steps in
                    steps + [
                        Step(
                            "altered silence", .dropReceived,
                            when: .done(label: "quiet", plusMilliseconds: 0))
                    ]
                }.inserting(
                    [Step("altered wait", .watch(milliseconds: 300))], after: "quiet", of: .subject)
            }
        ])
}
