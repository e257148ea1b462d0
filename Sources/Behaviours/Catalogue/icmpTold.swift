import Evidence
import KernelTimers

extension Behaviour {
    /// The application asked for ICMP errors to be told at once.
    public static let icmpTold = Behaviour(
        id: "icmp.told",
        question: """
            Does an application that set IP_RECVERR hear of an ICMP error at once, while its \
            connection lives on?
            """,
        scenarios: [71],
        background: """
            With IP_RECVERR or IPV6_RECVERR an ICMP error becomes the socket's error at once: a \
            read that waits returns it, and so does SO_ERROR after the next message. The \
            connection stays established, and goes on to repeat its data.
            """,
        cases: [
            ICMPErrors.message(3, 1), ICMPErrors.message(3, 3), ICMPErrors.message(1, 4, .ipv6),
        ],
        stimulus: { parameters, horizon in
            let option: Option = parameters.family == .ipv4 ? .receiveErrors : .receiveErrors6
            return ICMPErrors.script(
                parameters, horizon: horizon,
                // Late enough for the application to wait in read(2).
                response: ICMPErrors.response(parameters, delayMilliseconds: 30)
            ).inserting(
                [
                    Step(
                        "recverr",
                        .setOption(option, on: .connection, value: 1, lengthBytes: 4))
                ], after: "quiet", of: .subject
            ).replacing("after", with: .watch(milliseconds: 1300))
                .inserting([Step("again", .call(.takeError))], after: "after", of: .subject)
        },
        outage: .step("by hand"),
        variants: [
            Variant(
                "at-once", "The first message is told at once, and the connection lives on.",
                eras: ["every kernel known"]
            ) { conditions, parameters in
                ICMPErrors.living(conditions, parameters, isTold: true)
            },
            Variant(
                "kept", "The message is kept for the end of the connection.",
                eras: ["no kernel known"]
            ) { conditions, parameters in
                ICMPErrors.living(conditions, parameters, isTold: false)
            },
            ICMPErrors.endsAtOnce,
        ],
        values: { parameters in
            let error = ICMPErrors.complaint(parameters).error ?? .ehostunreach
            return [
                ValueExpectation("recverr", .result(0)),
                ValueExpectation("write", .result(Script.messageBytes)),
                ValueExpectation("again", .tookError(error)),
            ]
        },
        contract: Contract(
            ["at-once"],
            because: """
                ip(7), IP_RECVERR: TCP reports errors immediately to the user. RFC 1122, 4.2.3.9: \
                soft errors must not end the connection.
                """),
        controls: [
            Control(
                "the option is not set", ICMPErrors.message(3, 1), parts: .missing, at: 2
            ) {
                $0.replacing(
                    "recverr",
                    with: .setOption(.receiveErrors, on: .connection, value: 0, lengthBytes: 4))
            },
            Control(
                "nobody complains", ICMPErrors.message(1, 4, .ipv6), parts: .missing, at: 1
            ) { $0.replacing("by hand", with: .respond(nil)) },
        ])
}

extension ICMPErrors {
    /// A connection whose segments are complained of, as long as the script watches it: its end is
    /// not waited for.
    fileprivate static func living(
        _ conditions: Conditions, _ parameters: Parameters, isTold: Bool
    ) -> [Prospect] {
        RetransmitTimer(
            conditions, .mainline,
            fates: Timeline(.complained(complaint(parameters, isTold: isTold)))
        ).prospects(written: conditions.mark("write")).map(\.living)
    }
}
