import Evidence
import KernelTimers

extension Behaviour {
    /// A SYN is answered by an ICMP error.
    public static let icmpConnecting = Behaviour(
        id: "icmp.connecting",
        question: "Does connect(2) fail at once whose SYN is answered by an ICMP error?",
        scenarios: [63],
        background: """
            As long as a connection is being made, every ICMP error ends it, the soft ones too: \
            connect(2) says at once what the message said. A change in 6.8-rc let soft ones pass, \
            as the standard wants, and was taken back before the release.
            """,
        cases: [
            ICMPErrors.opening(3, 0), ICMPErrors.opening(3, 1), ICMPErrors.opening(3, 13),
            ICMPErrors.opening(1, 0, .ipv6), ICMPErrors.opening(1, 4, .ipv6),
        ],
        stimulus: { parameters, horizon in
            ConnectVariants.script(
                parameters,
                subject: [
                    Step(
                        "connect", .awaitError(.connect, milliseconds: horizon),
                        when: .done(label: "by hand", plusMilliseconds: 0),
                        deadlineMilliseconds: horizon * 8 / 7 + 5000),
                    Step("after", .watch(milliseconds: 300)),
                ]
            ).inserting(
                [
                    // Late enough for the kernel's witness to have seen SYN_SENT, when hundreds of
                    // trials begin at once, too; before the SYN is repeated.
                    Step(
                        "by hand",
                        .respond(ICMPErrors.response(parameters, delayMilliseconds: 500)))
                ], after: "silence", of: .peer)
        },
        outage: .step("by hand"),
        initialRTO: .seconds(1),
        variants: [
            Variant(
                "at-once", "The first message ends the attempt.",
                eras: ["every kernel released"]
            ) { conditions, parameters in
                let syn = Expected(
                    .sent(.syn), ConnectVariants.firstSYN(conditions), "connect(2) itself")
                return [Prospect(syn) { ICMPErrors.end($0, conditions, parameters) }]
            },
            Variant(
                "goes-on", "Soft errors are kept for the end, and the SYN is repeated.",
                eras: ["6.8-rc1 … 6.8-rc"]
            ) { conditions, parameters in
                ConnectVariants.prospects(
                    conditions, parameters, .mainline,
                    complaint: ICMPErrors.complaint(parameters).error)
            },
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            ["at-once", "goes-on"],
            because: """
                connect(2), ERRORS: ECONNREFUSED, ENETUNREACH. RFC 1122, 4.2.3.9 (RFC 9293, \
                3.9.2.2): destination unreachable 0, 1 and 5 must not end a connection, 2 to 4 \
                should; RFC 5461, 4.1 describes that many take soft errors for hard ones as long \
                as the connection is being made, and why.
                """,
            exceeds: "Every kernel released ends the attempt at a soft error, too."),
        controls: [
            Control(
                "nobody complains", ICMPErrors.opening(3, 1), parts: .missing, at: 1
            ) { $0.replacing("by hand", with: .respond(nil)) },
            Control(
                "another message", ICMPErrors.opening(1, 4, .ipv6), parts: .errno, at: 2
            ) {
                $0.replacing(
                    "by hand",
                    with: .respond(
                        Response(.icmp(type: 1, code: 0), delayMilliseconds: 500)))
            },
        ])
}

extension ICMPErrors {
    /// Values for a message that answers a SYN.
    fileprivate static func opening(
        _ type: Int, _ code: Int, _ family: AddressFamily = .ipv4
    ) -> Parameters {
        message(type, code, family, userTimeout: 1500, settings: ["tcp_syn_retries": 2])
    }

    /// The message, and the end that it is of an attempt to connect.
    fileprivate static func end(
        _ sent: Window, _ conditions: Conditions, _ parameters: Parameters
    ) -> [Prospect] {
        let soon = sent.after(.zero, .milliseconds(700))
        let message = Expected(.complaint, soon, "the ICMP error that quotes it")
        return [
            Prospect(message) { heard in
                let error = complaint(parameters).error ?? .ehostunreach
                return [
                    Prospect(
                        Expected(
                            .aborted(error), heard.after(.zero, conditions.reach),
                            "the message itself", counters: ["Tcp.AttemptFails": 1]))
                ]
            }
        ]
    }
}
