import Evidence
import KernelTimers

extension Behaviour {
    /// The subject's link goes down and comes back.
    public static let pathLinkFlap = Behaviour(
        id: "path.link-flap",
        question: """
            Does a connection live on whose link was down for a while, and when is its data \
            delivered?
            """,
        scenarios: [74],
        background: """
            A cable is pulled and put back, a switch reboots: the link is down when data is \
            written, and up again when two fifths of T are over (two seconds without a user \
            timeout). The address stays. Nothing tells the connection: its data leaves when the \
            probe timer next fires. A link that is down for longer than T is path.link-down.idle.
            """,
        cases: .matrix(userTimeouts: [0, 1000, 3000, 5000]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step("down", .impair(.linkDown)),
                    Step("write", .send(bytes: Script.messageBytes)),
                    Step(
                        "up", .mend(.linkDown),
                        when: .done(label: "write", plusMilliseconds: Self.downtime(parameters))),
                ] + Script.hearing(horizonMilliseconds: max(horizon, 5000)),
                peer: [Step("delivered", .receive(bytes: Script.messageBytes))])
        },
        outage: .step("down"),
        assumedMarks: { ["up": Window(at: .milliseconds(downtime($0)))] },
        variants: [
            Variant(
                "at-next-probe", "The data leaves when the probe timer next fires.",
                eras: ["every kernel known"]
            ) { conditions, _ in
                ProbeTimer(
                    conditions, .mainline,
                    fates: Timeline(
                        .unroutable,
                        changes: [.init(when: conditions.mark("up"), value: .delivered)])
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
                "the link stays down", Parameters(userTimeoutMilliseconds: 3000), parts: .extra,
                at: 3
            ) { $0.replacing("up", with: .watch(milliseconds: 0)) },
            Control(
                "the link is up at once", Parameters(userTimeoutMilliseconds: 5000),
                parts: .extra, at: 2
            ) {
                $0.inserting(
                    [Step("altered mending", .mend(.linkDown))], after: "write", of: .subject)
            },
        ])

    /// How long the link is down after the write, milliseconds.
    private static func downtime(_ parameters: Parameters) -> Int {
        parameters.hasUserTimeout ? parameters.userTimeoutMilliseconds * 2 / 5 : 2000
    }
}
