import Evidence
import KernelTimers

extension Behaviour {
    /// T is set while the window has been shut for a while.
    public static let zeroWindowSetLate = Behaviour(
        id: "zero-window.set-late",
        question: """
            From when does a TCP_USER_TIMEOUT count that is set while the window is shut, and when \
            does one take effect that is over already?
            """,
        scenarios: [6, 35],
        background: """
            The window has been shut for almost two seconds when T is set. T counts from the first \
            probe; setting it re-arms nothing, and the probe timer that runs fires as it would \
            have. A T that is over by then ends the connection. If the peer says once more, \
            unasked, that its window is shut, the timer is armed anew: a T that is over should end \
            the connection at once; before 7.1 what was left of it was a negative number taken for \
            a large one, and a whole interval passed.
            """,
        cases: .matrix(userTimeouts: [1000, 3000], families: AddressFamily.allCases)
            + .matrix(
                userTimeouts: [1000, 3000], families: AddressFamily.allCases,
                settings: ZeroWindow.nudge),
        stimulus: { parameters, horizon in
            var script = ZeroWindow.script(
                withoutOption(parameters),
                subject: [
                    Step(
                        "option",
                        .setOption(
                            .userTimeout, on: .connection,
                            value: parameters.userTimeoutMilliseconds, lengthBytes: 4),
                        when: .done(label: "shut", plusMilliseconds: setMilliseconds)),
                    Step("option read back", .getOption(.userTimeout, on: .connection)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: parameters.setting("nudge").map { milliseconds in
                    [
                        Step(
                            "nudge", .inject(Response(.acknowledgement(.everything, window: 0))),
                            when: .done(
                                label: "option read back", plusMilliseconds: milliseconds))
                    ]
                } ?? [])
            script.family = parameters.family
            return script
        },
        outage: .windowShut(since: "fill"),
        userTimeout: { parameters, marks in
            let set = marks["option"] ?? Window(at: .milliseconds(setMilliseconds))
            return Timeline(
                0, changes: [.init(when: set, value: parameters.userTimeoutMilliseconds)])
        },
        assumedMarks: {
            [
                "option": Window(at: .milliseconds(setMilliseconds)),
                "nudge": Window(at: .milliseconds(setMilliseconds + ($0.setting("nudge") ?? 0))),
            ]
        },
        variants: ProbeVariants.all(answered: true, prospecting).map { variant in
            variant.name == "at-deadline" ? variant.with(since: "7.1-rc2 2b9f6f7065d4") : variant
        } + [
            Variant(
                "whole-interval",
                "As promised, but a T that is over when the timer is armed does not cut it.",
                eras: ["5.11-rc6 344db93ae3ee … 7.1-rc2 2b9f6f7065d4"], applies: \.hasUserTimeout
            ) { conditions, parameters in
                prospecting(
                    conditions, .mainline.with { $0.clampsWhatIsOver = false }, parameters)
            }
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: ProbeVariants.contract,
        controls: [
            Control(
                "it is set back to none", Parameters(userTimeoutMilliseconds: 3000),
                parts: .missing
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered option",
                            .setOption(.userTimeout, on: .connection, value: 0, lengthBytes: 4))
                    ], after: "option read back", of: .subject)
            },
            Control(
                "the peer is not heard once more",
                Parameters(userTimeoutMilliseconds: 1000, settings: ZeroWindow.nudge),
                parts: .missing
            ) { $0.replacing("nudge", with: .watch(milliseconds: 0)) },
        ])

    /// How long the window has been shut when T is set, milliseconds: after the third probe and
    /// well before the fourth.
    private static let setMilliseconds = 1900

    /// Nothing sets T before.
    private static func withoutOption(_ parameters: Parameters) -> Parameters {
        var copy = parameters
        copy.userTimeoutMilliseconds = 0
        return copy
    }

    private static let prospecting: @Sendable (Conditions, KernelRules, Parameters) -> [Prospect] =
        { conditions, rules, parameters in
            let isNudged = parameters.setting("nudge") != nil
            return ProbeTimer(
                conditions, rules, fates: Timeline(.answered),
                unasked: isNudged
                    ? .stillShut(conditions.mark("nudge").after(.zero, conditions.reach)) : nil
            ).prospects(armed: conditions.mark("shut"))
        }
}
