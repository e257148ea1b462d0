import Evidence
import KernelTimers

extension Behaviour {
    /// T is set in the middle of an outage.
    public static let optionSetLate = Behaviour(
        id: "option.set-late",
        question: """
            From when does a TCP_USER_TIMEOUT count that is set in the middle of an outage, and \
            when does it take effect?
            """,
        scenarios: [6],
        background: """
            The outage is a second and a half old when T is set. T counts from the clock that \
            already runs, the first RTO. Setting it re-arms nothing: the timer that is armed fires \
            as it would have, and only then is T looked at. A T that is already over ends the \
            connection at that moment.
            """,
        cases: .matrix(userTimeouts: [1000, 3000, 5000], families: AddressFamily.allCases),
        stimulus: { parameters, horizon in
            .connected(
                parameters, setsUserTimeout: false,
                subject: [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                    Step(
                        "option",
                        .setOption(
                            .userTimeout, on: .connection,
                            value: parameters.userTimeoutMilliseconds, lengthBytes: 4),
                        when: .done(label: "write", plusMilliseconds: Self.lateMilliseconds)),
                    Step("option read back", .getOption(.userTimeout, on: .connection)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
        },
        outage: .step("silence"),
        userTimeout: { parameters, marks in
            let set = marks["option"] ?? Window(at: .milliseconds(Self.lateMilliseconds))
            return Timeline(
                0, changes: [.init(when: set, value: parameters.userTimeoutMilliseconds)])
        },
        assumedMarks: { _ in ["option": Window(at: .milliseconds(lateMilliseconds))] },
        variants: RetransmissionVariants.all(fates: { _ in Timeline(.lost) }) + [
            Variant(
                "from-setting", "T counts from the moment at which it was set.",
                eras: ["no kernel known"]
            ) { conditions, parameters in
                var altered = conditions
                let late = conditions.mark("option").earliest - conditions.mark("write").earliest
                let lateMilliseconds = Int(late.wholeNanoseconds / 1_000_000)
                altered.userTimeoutMilliseconds = Timeline(
                    0,
                    changes: [
                        .init(
                            when: conditions.mark("option"),
                            value: parameters.userTimeoutMilliseconds + lateMilliseconds)
                    ])
                return RetransmitTimer(altered, .mainline, fates: Timeline(.lost))
                    .prospects(written: conditions.mark("write"))
            }
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: RetransmissionVariants.contract,
        controls: [
            Control(
                "it is changed once more",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra, at: 5
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered option",
                            .setOption(
                                .userTimeout, on: .connection, value: 2000, lengthBytes: 4))
                    ], after: "option read back", of: .subject)
            }
        ])

    /// How old the outage is when T is set, milliseconds.
    private static let lateMilliseconds = 1500
}
