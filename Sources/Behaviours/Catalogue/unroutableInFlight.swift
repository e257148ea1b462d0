import Evidence
import KernelTimers

extension Behaviour {
    /// The virtual IP moves away while data is in flight.
    public static let unroutableInFlight = Behaviour(
        id: "unroutable.in-flight",
        question: """
            Does TCP_USER_TIMEOUT end a connection whose source address was removed while data was \
            in flight, and with which error?
            """,
        scenarios: [14, 15, 86],
        background: """
            The data was sent once, so the retransmission timer runs; each attempt fails inside \
            the kernel and leaves a soft error. The clock starts at the last transmission that \
            succeeded. The application hears the soft error, ENETUNREACH, not ETIMEDOUT.
            """,
        cases: .matrix(userTimeouts: [1000, 3000, 5000], links: Link.allCases)
            + .matrix(retries2: [3, 5])
            + .matrix(userTimeouts: [30_000, 600_000, 0]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                    Step("remove", .removeAddress),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
        },
        outage: .step("silence"),
        assumedMarks: { _ in [:] },
        variants: RetransmissionVariants.all(
            fates: Self.lostThenUnroutable, since: "5.4 595e0651d029"
        ) + [
            Variant(
                "at-deadline.einval", "The connection ends at T, with EINVAL.",
                eras: ["4.19 b701a99e431d … 5.4 595e0651d029", "RHEL 8.0 … 8.1"],
                applies: \.hasUserTimeout
            ) { conditions, _ in
                RetransmitTimer(
                    conditions, .mainline.with { $0.lostSourceError = .einval },
                    fates: Self.lostThenUnroutable(conditions)
                ).prospects(written: conditions.mark("write"))
            },
            Variant(
                "at-next-retransmission.einval",
                "The connection ends at the first retransmission due after T, with EINVAL.",
                eras: ["3.10 6ba8a3b19e76 … 4.19 b701a99e431d", "RHEL 7.3 … 7.7"],
                applies: \.hasUserTimeout
            ) { conditions, _ in
                let rules = KernelRules.mainline.with {
                    $0.lostSourceError = .einval
                    $0.retransmission = .atNextRetransmission
                }
                return RetransmitTimer(
                    conditions, rules, fates: Self.lostThenUnroutable(conditions)
                ).prospects(written: conditions.mark("write"))
            },
            Variant(
                "by-retries.einval", "tcp_retries2 decides; the error is EINVAL.",
                eras: ["… 5.4 595e0651d029", "RHEL 7.3 … 7.7", "RHEL 8.0 … 8.1"],
                applies: { !$0.hasUserTimeout }
            ) { conditions, _ in
                RetransmitTimer(
                    conditions, .mainline.with { $0.lostSourceError = .einval },
                    fates: Self.lostThenUnroutable(conditions)
                ).prospects(written: conditions.mark("write"))
            },
        ],
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("write", .result(Script.messageBytes))
            ]
        },
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: RetransmissionVariants.contract.because
                + " RFC 1122, 4.2.3.9: an unreachable destination is a soft error, which must not "
                + "end the connection and should be made known to the application.",
            exceeds: """
                The application hears the soft error that is pending (ENETUNREACH) in place of \
                ETIMEDOUT, on every kernel; timers round up by the granularity of the wheel.
                """),
        // Which event parts is known only nearly here: attempts that fail are not on the wire.
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000), parts: .missing
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the address is not removed",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra
            ) { $0.replacing("remove", with: .watch(milliseconds: 0)) },
            Control(
                "the address is given back after 1 s",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered restoration", .restoreAddress,
                            when: .done(label: "remove", plusMilliseconds: 1000))
                    ], after: "remove", of: .subject)
            },
        ])

    private static let lostThenUnroutable:
        @Sendable (Conditions) -> Timeline<RetransmitTimer.Fate> = {
            Timeline(.lost, changes: [.init(when: $0.mark("remove"), value: .unroutable)])
        }
}
