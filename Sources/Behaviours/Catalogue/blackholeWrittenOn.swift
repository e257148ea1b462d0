import Evidence
import KernelTimers

extension Behaviour {
    /// The application goes on writing into the blackhole.
    public static let blackholeWrittenOn = Behaviour(
        id: "blackhole.written-on",
        question: "Does T begin anew with each write during the outage?",
        scenarios: [5],
        background: """
            Once an RTO has passed the congestion window is one segment: what is written on is \
            kept, not sent. T counts from the first RTO of the oldest segment, whatever is written \
            since, and each write succeeds until the end.
            """,
        cases: .matrix(userTimeouts: [3000, 5000], families: AddressFamily.allCases)
            + .matrix(retries2: [3]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0))
                ]
                    + later.map {
                        Step(
                            "write at \($0)", .send(bytes: Script.messageBytes),
                            when: .done(label: "write", plusMilliseconds: $0))
                    } + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all() + [
            Variant(
                "from-last-write", "T counts from the last write.", eras: ["no kernel known"],
                applies: \.hasUserTimeout
            ) { conditions, parameters in
                var late = conditions
                late.userTimeoutMilliseconds = Timeline(
                    parameters.userTimeoutMilliseconds + (later.last ?? 0))
                return RetransmitTimer(late, .mainline, fates: Timeline(.lost))
                    .prospects(written: conditions.mark("write"))
            }
        ],
        values: { parameters in
            ValueExpectation.userTimeoutReadBack(parameters)
                + later.map { ValueExpectation("write at \($0)", .result(Script.messageBytes)) }
        },
        contract: RetransmissionVariants.contract,
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 3000),
                parts: .missing, at: 6
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the second write is before the first RTO",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra, at: 1
            ) {
                $0.inserting(
                    [Step("altered write", .send(bytes: 1))], after: "write", of: .subject)
            },
        ])

    /// When it writes again, milliseconds after the first write: after the first RTO.
    private static let later = [800, 1400, 2000]
}
