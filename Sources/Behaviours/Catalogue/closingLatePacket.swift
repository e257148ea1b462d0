import Evidence
import KernelTimers

extension Behaviour {
    /// The peer is heard again when the connection has ended.
    public static let closingLatePacket = Behaviour(
        id: "closing.late-packet",
        question: """
            Does a peer that speaks again after the connection has timed out learn of it?
            """,
        scenarios: [70],
        background: """
            The end by T sends nothing: the peer still believes in the connection. When the path \
            is back and the peer speaks, there is no connection for its segment, and it is \
            answered with a reset. Until then it learns nothing.
            """,
        cases: .matrix(userTimeouts: [1000], families: AddressFamily.allCases)
            + .matrix(retries2: [3]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence + [
                    Step(
                        "late", .inject(Response(.acknowledgement(.nothing, window: 500))),
                        when: .done(label: "heard", plusMilliseconds: 100),
                        deadlineMilliseconds: horizon * 8 / 7 + 6000)
                ])
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(fates: { _ in Timeline(.lost) }).map { variant in
            Variant(variant.name, variant.summary, eras: variant.eras, applies: variant.applies) {
                conditions, parameters in
                variant.prospects(conditions, parameters).map {
                    $0.afterTheEnd { late($0, conditions, isAnswered: true) }
                }
            }
        } + [
            Variant(
                "unanswered", "What the peer says after the end is not answered.",
                eras: ["no kernel known"]
            ) { conditions, _ in
                RetransmitTimer(conditions, .mainline, fates: Timeline(.lost))
                    .prospects(written: conditions.mark("write")).map {
                        $0.afterTheEnd { late($0, conditions, isAnswered: false) }
                    }
            }
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: RetransmissionVariants.contract.because
                + " RFC 9293, 3.5.2: if the connection does not exist, a reset is sent in "
                + "response to any incoming segment except another reset.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the peer does not speak again", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, at: 5
            ) { $0.replacing("late", with: .watch(milliseconds: 0)) },
        ])

    /// The peer speaks once more, whenever that is, and is reset at once.
    private static func late(
        _ ended: Window, _ conditions: Conditions, isAnswered: Bool
    ) -> [Prospect] {
        let latest = conditions.marks["late"].map { $0.latest + conditions.reach }
        let segment = Expected(
            .answered, Window(ended.earliest, latest ?? ended.latest + .seconds(1)),
            "the peer speaks again", anchors: [ended])
        return [
            Prospect(segment) { heard in
                guard isAnswered else { return [] }
                let reset = Expected(
                    .sent(.reset), heard.after(.zero, conditions.reach),
                    "there is no connection for it", counters: ["Tcp.OutRsts": 1],
                    anchors: [heard])
                return [Prospect(reset)]
            }
        ]
    }
}
