import Evidence
import KernelTimers

extension Behaviour {
    /// Tail loss probes are switched off.
    public static let blackholeNoLossProbe = Behaviour(
        id: "blackhole.no-loss-probe",
        question: "Does tcp_early_retrans=0 take the tail loss probe away, and nothing else?",
        scenarios: [12],
        background: """
            Without a probe the first RTO comes an RTO after the write, not two. The clock of T \
            starts there, so that the connection ends an RTO sooner.
            """,
        cases: .matrix(
            userTimeouts: [1000, 3000], families: AddressFamily.allCases,
            settings: ["tcp_early_retrans": 0])
            + [Parameters(retries2: 3, settings: ["tcp_early_retrans": 0])],
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
        },
        outage: .step("silence"),
        // That there is no probe says nothing of a kernel here: it was switched off.
        variants: RetransmissionVariants.all().map { variant in
            Variant(
                variant.name, variant.summary, eras: eras[variant.name] ?? ["no kernel known"],
                applies: variant.applies, prospects: variant.prospects)
        },
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            ["at-deadline.no-tlp", "by-retries.no-tlp"],
            because: "ip-sysctl, tcp_early_retrans: 0 disables TLP. "
                + RetransmissionVariants.contract.because,
            exceeds: """
                The clock starts at the first RTO, not at the write; timers round up by the \
                granularity of the wheel.
                """),
        controls: [
            Control(
                "option set back to none",
                Parameters(
                    userTimeoutMilliseconds: 1000, settings: ["tcp_early_retrans": 0]),
                parts: .missing, at: 3
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the probe is switched on",
                Parameters(retries2: 3, settings: ["tcp_early_retrans": 0]), parts: .time, at: 2
            ) {
                var altered = $0
                altered.sysctls["net.ipv4.tcp_early_retrans"] = "3"
                return altered
            },
        ])

    private static let eras: [String: [Era]] = [
        "at-deadline.no-tlp": ["4.19 b701a99e431d …", "RHEL 8.0 …"],
        "at-next-retransmission.no-tlp": ["2.6.37 dca43c75e7e5 … 4.19 b701a99e431d", "RHEL 7"],
        "by-retries.no-tlp": ["2.6.32 6fa12c850314 …"],
        "ignored": ["… 2.6.37 dca43c75e7e5"],
    ]
}
