import Evidence
import KernelTimers

extension Behaviour {
    /// The virtual IP comes back before the deadline.
    public static let unroutableRestored = Behaviour(
        id: "unroutable.restored",
        question: """
            Does a connection live on whose source address comes back in time, and when is its \
            data delivered?
            """,
        scenarios: [17],
        background: """
            The address is removed from an idle connection, data is written, and the address comes \
            back when two fifths of T are over (two seconds without a user timeout). Nothing tells \
            the connection: its data leaves when the probe timer next fires.
            """,
        cases: .matrix(userTimeouts: [0, 1000, 3000, 5000]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step("remove", .removeAddress),
                    Step("write", .send(bytes: Script.messageBytes)),
                    Step(
                        "restore", .restoreAddress,
                        when: .done(label: "write", plusMilliseconds: Self.outage(parameters))),
                ] + Script.hearing(horizonMilliseconds: max(horizon, 5000)),
                peer: [Step("delivered", .receive(bytes: Script.messageBytes))])
        },
        outage: .step("remove"),
        assumedMarks: {
            let restored = Moment.milliseconds(Self.outage($0))
            return ["restore": Window(at: restored)]
        },
        variants: [
            Variant(
                "at-next-probe", "The data leaves when the probe timer next fires.",
                eras: ["every kernel known"]
            ) { conditions, _ in
                ProbeTimer(
                    conditions, .mainline,
                    fates: Timeline(
                        .unroutable,
                        changes: [.init(when: conditions.mark("restore"), value: .delivered)])
                ).prospects(unsent: conditions.mark("write"))
            },
            Variant(
                "in-vain", "The connection ends at T all the same.",
                eras: ["no kernel known"], applies: \.hasUserTimeout
            ) { conditions, _ in
                ProbeTimer(conditions, .mainline, fates: Timeline(.unroutable))
                    .prospects(unsent: conditions.mark("write"))
            },
        ],
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("write", .result(Script.messageBytes)),
                ValueExpectation("delivered", .result(Script.messageBytes)),
            ]
        },
        contract: Contract(
            ["at-next-probe"],
            because: """
                RFC 9293, 3.8.3: a connection is to be kept until a user timeout or R2 is reached. \
                tcp(7), TCP_USER_TIMEOUT, names the longest time for which data may remain \
                untransmitted; here it does not.
                """),
        controls: [
            Control(
                "the address is not given back",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra, at: 3
            ) { $0.replacing("restore", with: .watch(milliseconds: 0)) },
            Control(
                "the address is given back at once",
                Parameters(userTimeoutMilliseconds: 5000), parts: .extra, at: 2
            ) {
                $0.inserting(
                    [Step("altered restoration", .restoreAddress)], after: "write", of: .subject)
            },
        ])

    /// How long the address is away after the write, milliseconds.
    private static func outage(_ parameters: Parameters) -> Int {
        parameters.hasUserTimeout ? parameters.userTimeoutMilliseconds * 2 / 5 : 2000
    }
}
