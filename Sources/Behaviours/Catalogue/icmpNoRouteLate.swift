import Evidence
import KernelTimers

extension Behaviour {
    /// The path is silent for a second; then a router begins to say that it has no route.
    public static let icmpNoRouteLate = Behaviour(
        id: "icmp.no-route.late",
        question: """
            How much of its backoff does a connection take back when a router begins to say "no \
            route" a second into the outage?
            """,
        scenarios: [71],
        background: """
            One message takes one doubling back, and no more (RFC 6069): the retransmission that \
            was complained of does not count, those before it do. From then on the interval stays \
            as it was then.
            """,
        cases: [
            ICMPErrors.message(3, 1, userTimeout: 3000), ICMPErrors.message(3, 0, retries2: 3),
            ICMPErrors.message(1, 0, .ipv6, userTimeout: 3000),
        ],
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
                        "by hand", .respond(ICMPErrors.response(parameters)),
                        when: .done(label: "write", plusMilliseconds: 1000))
                ])
        },
        outage: .step("silence"),
        assumedMarks: { _ in ["by hand": Window(at: .milliseconds(1000))] },
        variants: ICMPErrors.reversion { parameters, conditions in
            Timeline(
                .lost,
                changes: [
                    .init(
                        when: conditions.mark("by hand"),
                        value: .complained(ICMPErrors.complaint(parameters)))
                ])
        } + [
            Variant(
                "all-reverted", "One message takes all doublings back.",
                eras: ["no kernel known"]
            ) { conditions, parameters in
                RetransmitTimer(
                    conditions, .mainline.with { $0.complaintsForgetBackoff = true },
                    fates: Timeline(
                        .lost,
                        changes: [
                            .init(
                                when: conditions.mark("by hand"),
                                value: .complained(ICMPErrors.complaint(parameters)))
                        ])
                ).prospects(written: conditions.mark("write"))
            }
        ],
        values: ICMPErrors.values,
        contract: ICMPErrors.reversionContract,
        controls: [
            Control(
                "nobody complains", ICMPErrors.message(3, 1, userTimeout: 3000),
                parts: .missing, at: 5
            ) { $0.replacing("by hand", with: .respond(nil)) },
            Control(
                "a message that leaves the backoff alone",
                ICMPErrors.message(3, 0, retries2: 3), parts: .time, at: 6
            ) { $0.replacing("by hand", with: .respond(Response(.icmp(type: 3, code: 3)))) },
        ])
}
