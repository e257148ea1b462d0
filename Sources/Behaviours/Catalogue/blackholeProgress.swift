import Evidence
import KernelTimers

extension Behaviour {
    /// In the middle of an outage one acknowledgement comes.
    public static let blackholeProgress = Behaviour(
        id: "blackhole.progress",
        question: """
            Does one acknowledgement in the middle of an outage start the clock of \
            TCP_USER_TIMEOUT anew?
            """,
        scenarios: [9],
        background: """
            The peer, scripted, is silent, acknowledges once, and is silent again. If that was all \
            that was in flight, the clock is forgotten: the next write begins another, though with \
            the backed-off RTO, since what was retransmitted measures no round trip. If it was the \
            first of two segments, the second is sent at once; the clock goes on, but the next RTO \
            counts as a first one, is not cut to T and ends nothing. So progress shortly before T \
            buys one backed-off RTO, and not another T. There is no tail loss probe.
            """,
        cases: values(part: 1, [(1000, 900), (3000, 2600), (5000, 900)])
            + values(part: 0, [(1000, 900), (3000, 2600)])
            + values(part: 1, [(3000, 2600)], .ipv6) + values(part: 0, [(1000, 900)], .ipv6),
        stimulus: { parameters, horizon in
            let late = parameters.setting("late") ?? 0
            let isPartial = parameters.setting("part") == 1
            let again = Step(
                "second", .send(bytes: Script.messageBytes),
                when: isPartial ? .previous : .done(label: "progress", plusMilliseconds: 50))
            var script = Script.connected(
                parameters,
                subject: [
                    Step(
                        "no delay",
                        .setOption(.noDelay, on: .connection, value: 1, lengthBytes: 4)),
                    Step(
                        "first", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                    again,
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence + [
                    Step(
                        "progress", .inject(Response(.acknowledgement(.heard, window: 500))),
                        when: .done(label: "first", plusMilliseconds: late))
                ])
            // Else both are repeated as one segment, of which no part is acknowledged alone.
            script.sysctls["net.ipv4.tcp_retrans_collapse"] = "0"
            return script
        },
        outage: .step("silence"),
        assumedMarks: { parameters in
            let progress = Moment.milliseconds(parameters.setting("late") ?? 0)
            let second = parameters.setting("part") == 1 ? .zero : progress + .milliseconds(50)
            return ["progress": Window(at: progress), "second": Window(at: second)]
        },
        variants: [
            variant(
                "clock-goes-on",
                "A part of the data takes the connection over T by one RTO with its backoff.",
                eras: ["4.19 b701a99e431d …", "RHEL 8.0 …"]
            ) { _ in },
            variant(
                "at-next-retransmission",
                "As before; the connection ends at a retransmission that is due after T.",
                eras: ["2.6.37 dca43c75e7e5 … 4.19 b701a99e431d", "RHEL 7"]
            ) { $0.retransmission = .atNextRetransmission },
            variant(
                "ignored", "TCP_USER_TIMEOUT has no effect: tcp_retries2 decides.",
                eras: ["… 2.6.37 dca43c75e7e5"]
            ) { $0.retransmission = .ignored },
            variant(
                "clock-anew", "A part of the data starts the clock anew.",
                eras: ["no kernel known"], applies: { $0.setting("part") == 1 }
            ) { $0.progressStartsClock = true },
        ],
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("first", .result(Script.messageBytes)),
                ValueExpectation("second", .result(Script.messageBytes)),
            ]
        },
        contract: Contract(
            ["clock-goes-on"],
            because: RetransmissionVariants.contract.because
                + " RFC 6298, 5.3 and 3: an acknowledgement of new data restarts the timer with "
                + "the current RTO, and what was retransmitted gives no sample for it.",
            exceeds: """
                The clock starts at the first RTO, not at the write. After an acknowledgement that \
                makes progress one RTO, with the backoff that it has, passes whatever T is: the \
                second segment ends the connection later than the letter by that interval at most.
                """),
        controls: [
            Control(
                "option set back to none", values(part: 1, [(1000, 900)])[0], parts: .missing
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the acknowledgement does not come", values(part: 1, [(3000, 2600)])[0],
                parts: .missing
            ) { $0.replacing("progress", with: .watch(milliseconds: 0)) },
            Control(
                "all is acknowledged and not a part", values(part: 1, [(3000, 2600)])[0],
                parts: .missing
            ) {
                $0.replacing(
                    "progress",
                    with: .inject(Response(.acknowledgement(.everything, window: 500))))
            },
        ])

    private static func values(
        part: Int, _ times: [(userTimeout: Int, late: Int)], _ family: AddressFamily = .ipv4
    ) -> [Parameters] {
        times.map {
            Parameters(
                userTimeoutMilliseconds: $0.userTimeout, family: family,
                settings: ["late": $0.late, "part": part, "tcp_early_retrans": 0])
        }
    }

    private static func variant(
        _ name: String, _ summary: String, eras: [Era],
        applies: @escaping @Sendable (Parameters) -> Bool = { _ in true },
        _ change: @escaping @Sendable (inout KernelRules) -> Void
    ) -> Variant {
        Variant(name, summary, eras: eras, applies: applies) { conditions, parameters in
            let isPartial = parameters.setting("part") == 1
            let marks = ["first"] + (isPartial ? ["second"] : [])
            var rules = KernelRules.mainline.with(change)
            rules.tailLossProbe = .none
            return RetransmitTimer(
                conditions, rules, fates: Timeline(.lost),
                progress: Progress(
                    at: conditions.mark("progress").after(.zero, conditions.reach),
                    isPartial: isPartial, writtenAgain: conditions.mark("second"))
            ).prospects(written: marks.map(conditions.mark))
        }
    }
}
