import Evidence
import KernelTimers

extension Behaviour {
    /// Nobody answers the SYN.
    public static let connectUnanswered = Behaviour(
        id: "connect.unanswered",
        question: "When does connect(2) fail whose SYN nobody answers, with T and without?",
        scenarios: [56, 57, 58, 59],
        background: """
            The SYN is repeated after a second, since 6.5 the first four times a second apart, \
            then at doubling intervals. tcp_syn_retries or TCP_SYNCNT limit the repetitions. With \
            a user timeout the attempt ends at T, counted from the first SYN, but not before one \
            was repeated; T does not prolong it. Kernels of 4.19 to 5.3 sent all that was left of \
            the repetitions at once when T was over, and a fix backported without its own fix made \
            a plain connect(2) fail after 31 s instead of 127.
            """,
        cases: connectCases,
        stimulus: { parameters, horizon in
            ConnectVariants.script(
                parameters,
                subject: [
                    Step(
                        "connect", .awaitError(.connect, milliseconds: horizon),
                        when: .done(label: "silence", plusMilliseconds: 0),
                        deadlineMilliseconds: horizon * 8 / 7 + 5000),
                    Step("after", .watch(milliseconds: 300)),
                ])
        },
        outage: .step("silence"),
        initialRTO: .seconds(1),
        variants: ConnectVariants.all + [
            Variant(
                "by-retries.five", "tcp_syn_retries is 5 by default.",
                eras: ["3.1 9ad7c049f0f7 … 3.7 6c9ff979d192", "RHEL 6"],
                applies: { !$0.hasUserTimeout && $0.settings == nil }
            ) { conditions, parameters in
                var five = parameters
                five.settings = ["tcp_syn_retries": 5]
                return ConnectVariants.prospects(
                    conditions, five, .mainline.with { $0.linearSYNs = 0 })
            }
        ],
        values: {
            ValueExpectation.userTimeoutReadBack($0)
                + [ValueExpectation("connect", .fails(.etimedout))]
        },
        contract: ConnectVariants.contract,
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1500, settings: ["tcp_syn_retries": 2]),
                parts: .missing, at: 2
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "T changed after the script was written down",
                Parameters(userTimeoutMilliseconds: 3500, settings: ["tcp_syn_retries": 2]),
                parts: .extra, at: 3
            ) { $0.changingUserTimeout(to: 2500) },
            Control(
                "the listener hears again after 1.5 s",
                Parameters(settings: ["tcp_syn_retries": 2]), parts: .extra, at: 3
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered hearing", .deliverAtListener,
                            when: .done(label: "silence", plusMilliseconds: 1500))
                    ], after: "silence", of: .peer)
            },
        ])

    private static var connectCases: [Parameters] {
        let two = ["tcp_syn_retries": 2]
        var cases: [Parameters] = .matrix(
            userTimeouts: [200, 1500, 3500, 0], families: AddressFamily.allCases, settings: two)
        cases += .matrix(userTimeouts: [1500], links: [.loopback], settings: two)
        cases += .matrix(userTimeouts: [60_000, 0], settings: ["tcp_syn_retries": 1])
        cases += .matrix(settings: ["syncnt": 2])
        cases += .matrix(userTimeouts: [2000, 30_000, 0])
        return cases
    }
}
