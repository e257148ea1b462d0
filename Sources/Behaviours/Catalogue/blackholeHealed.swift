import Evidence
import KernelTimers

extension Behaviour {
    /// The path comes back: in time, or when only the end is left of the schedule.
    public static let blackholeHealed = Behaviour(
        id: "blackhole.healed",
        question: "Does a connection survive whose path comes back before T is over?",
        scenarios: [10],
        background: """
            A path that is back is no news to TCP: the next retransmission finds out. If there is \
            one before T is over, the data arrives and the clock is forgotten. If the path comes \
            back after the last one, the connection ends at T although it could have lived.
            """,
        cases: [(1000, 600), (1000, 1100), (5000, 2500), (5000, 4600), (0, 1000)].map {
            Parameters(userTimeoutMilliseconds: $0, settings: ["heal": $1])
        },
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Script.hearing(horizonMilliseconds: min(horizon, 9000)),
                peer: Script.silence + [
                    Step(
                        "heal", .deliverReceived,
                        when: .done(
                            label: "write", plusMilliseconds: parameters.setting("heal") ?? 0))
                ])
        },
        outage: .step("silence"),
        assumedMarks: { ["heal": Window(at: .milliseconds($0.setting("heal") ?? 0))] },
        variants: RetransmissionVariants.all(fates: {
            Timeline(.lost, changes: [.init(when: $0.mark("heal"), value: .delivered)])
        }) + [
            Variant(
                "in-vain", "The data arrives, and the connection ends at T all the same.",
                eras: ["no kernel known"], applies: \.hasUserTimeout
            ) { conditions, _ in
                RetransmitTimer(
                    conditions, .mainline,
                    fates: Timeline(
                        .lost,
                        changes: [.init(when: conditions.mark("heal"), value: .answeredInVain)])
                ).prospects(written: conditions.mark("write"))
            }
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: RetransmissionVariants.contract,
        controls: [
            Control(
                "the path stays away",
                Parameters(userTimeoutMilliseconds: 5000, settings: ["heal": 2500]),
                parts: .missing, at: 6
            ) { $0.replacing("heal", with: .watch(milliseconds: 0)) },
            Control(
                "the path is back at once",
                Parameters(userTimeoutMilliseconds: 5000, settings: ["heal": 4600]),
                parts: .extra
            ) {
                // What was never dropped need not be let in again.
                $0.replacing("silence", with: .watch(milliseconds: 0))
                    .replacing("heal", with: .watch(milliseconds: 0))
            },
        ])
}
