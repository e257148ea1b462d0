import Evidence
import KernelTimers

extension Behaviour {
    /// The window opens when T is almost over.
    public static let zeroWindowReopened = Behaviour(
        id: "zero-window.reopened",
        question: "Does a connection live on whose window opens shortly before T is over?",
        scenarios: [35],
        background: """
            The peer is scripted: it acknowledges all and shuts its window, answers each probe, \
            and opens the window when nine tenths of T are over (two seconds without a user \
            timeout). What waits is sent at once, without waiting for the next probe; it is \
            acknowledged, and the clock is forgotten: nothing happens when T would have been over.
            """,
        cases: .matrix(userTimeouts: [1000, 3000], families: AddressFamily.allCases)
            + .matrix(userTimeouts: [0]),
        stimulus: { parameters, horizon in
            let open = Response(.acknowledgement(.everything, window: 500))
            return .connected(
                parameters,
                subject: [
                    Step(
                        "first", .send(bytes: Script.messageBytes),
                        when: .done(label: "by hand", plusMilliseconds: 0)),
                    Step(
                        "shut", .watch(milliseconds: 0),
                        when: .packet(.windowShut, since: "first")),
                    Step("write", .send(bytes: Script.messageBytes)),
                ] + Script.hearing(horizonMilliseconds: max(horizon, 5000)),
                peer: Script.silence + [
                    Step(
                        "by hand", .respond(Response(.acknowledgement(.everything, window: 0)))),
                    Step(
                        "from now on", .respond(open),
                        when: .done(label: "write", plusMilliseconds: opening(parameters))),
                    Step("open", .inject(open)),
                ])
        },
        outage: .windowShut(since: "first"),
        assumedMarks: { ["open": Window(at: .milliseconds(opening($0)))] },
        variants: [
            Variant(
                "at-once", "What waits is sent when the window opens, and the clock is forgotten.",
                eras: ["every kernel known"]
            ) { conditions, _ in
                ProbeTimer(
                    conditions, .mainline, fates: Timeline(.answered),
                    unasked: .open(conditions.mark("open").after(.zero, conditions.reach))
                ).prospects(armed: conditions.marks["write"] ?? conditions.mark("shut"))
            },
            Variant(
                "in-vain", "The connection ends at T all the same.", eras: ["no kernel known"],
                applies: \.hasUserTimeout
            ) { conditions, _ in
                ProbeTimer(
                    conditions, .mainline, fates: Timeline(.answered),
                    unasked: .stillShut(conditions.mark("open").after(.zero, conditions.reach))
                ).prospects(armed: conditions.marks["write"] ?? conditions.mark("shut"))
            },
        ],
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("write", .result(Script.messageBytes))
            ]
        },
        contract: Contract(
            ["at-once"],
            because: """
                RFC 9293, 3.8.6: the window says what may be sent; a sender whose window opens \
                sends. tcp(7), TCP_USER_TIMEOUT, names the longest time for which data may remain \
                untransmitted; here it does not.
                """),
        controls: [
            Control(
                "the window stays shut", Parameters(userTimeoutMilliseconds: 3000),
                parts: .missing
            ) {
                let shut = Response(.acknowledgement(.everything, window: 0))
                return $0.replacing("from now on", with: .respond(shut))
                    .replacing("open", with: .inject(shut))
            },
            Control(
                "T changed after the script was written down",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra
            ) { $0.changingUserTimeout(to: 1000) },
        ])

    /// How long the window is shut after the write, milliseconds.
    private static func opening(_ parameters: Parameters) -> Int {
        parameters.hasUserTimeout ? parameters.userTimeoutMilliseconds * 9 / 10 : 2000
    }
}
