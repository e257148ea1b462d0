import Evidence
import KernelTimers

extension Behaviour {
    /// The least RTO is made 50 ms.
    public static let rtoMin = Behaviour(
        id: "rto.min",
        question: "Do tcp_rto_min_us and TCP_RTO_MIN_US shorten the RTO and the loss probe?",
        scenarios: [83],
        background: """
            On a fast link the RTO is the round-trip time and TCP_RTO_MIN, 200 ms, which the \
            sysctl (6.11) and the option (6.15) change. T still counts from the first RTO. The \
            time that tcp_retries2 stands for stays what it is, worked out of 200 ms.
            """,
        cases: [
            Parameters(userTimeoutMilliseconds: 1000, settings: ["tcp_rto_min_us": 50_000]),
            Parameters(retries2: 3, settings: ["tcp_rto_min_us": 50_000]),
            Parameters(userTimeoutMilliseconds: 1000, settings: ["rtomin": 50_000]),
        ],
        stimulus: { parameters, horizon in
            let script = Script.connected(
                parameters,
                subject: [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
            guard let least = parameters.setting("rtomin") else { return script }
            // The first round-trip time is measured with the handshake: it must know already.
            return script.changing(.subject) { steps in
                [
                    Step("open", .open, when: .done(label: "listen", plusMilliseconds: 0)),
                    Step(
                        "bound",
                        .setOption(.rtoMin, on: .connection, value: least, lengthBytes: 4)),
                    Step("connect", .startConnect),
                ] + steps.dropFirst()
            }
        },
        outage: .step("silence"),
        variants: bounded("", since: "6.11 f086edef71be") { $0.setting("rtomin") == nil }
            + bounded(".option", since: "6.15 f38805c5d26f") { $0.setting("rtomin") != nil } + [
                ignored("200-ms", eras: ["… 6.11 f086edef71be"]) { $0.setting("rtomin") == nil },
                ignored("200-ms.option", eras: ["… 6.15 f38805c5d26f"]) {
                    $0.setting("rtomin") != nil
                },
            ],
        values: { parameters in
            ValueExpectation.userTimeoutReadBack(parameters)
                + (parameters.setting("rtomin") == nil
                    ? [] : [ValueExpectation("bound", .result(0))])
        },
        contract: Contract(
            ["at-deadline", "by-retries", "at-deadline.option"],
            because: "ip-sysctl, tcp_rto_min_us: minimal TCP retransmission timeout. "
                + RetransmissionVariants.contract.because,
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "the sysctl is another",
                Parameters(userTimeoutMilliseconds: 1000, settings: ["tcp_rto_min_us": 50_000]),
                parts: .state
            ) {
                var altered = $0
                altered.sysctls["net.ipv4.tcp_rto_min_us"] = "100000"
                return altered
            }
        ])

    /// Today's answers, of kernels that have a change, for some of the trials.
    private static func bounded(
        _ suffix: String, since change: String, for some: @escaping @Sendable (Parameters) -> Bool
    ) -> [Variant] {
        RetransmissionVariants.all(since: change).filter {
            ["at-deadline", "by-retries"].contains($0.name)
        }.map { variant in
            Variant(
                variant.name + suffix, variant.summary, eras: variant.eras,
                applies: { some($0) && variant.applies($0) }, prospects: variant.prospects)
        }
    }

    /// What a kernel shows that takes no notice of what was set.
    private static func ignored(
        _ name: String, eras: [Era], for some: @escaping @Sendable (Parameters) -> Bool
    ) -> Variant {
        Variant(name, "What was set has no effect.", eras: eras, applies: some) { conditions, _ in
            var usual = conditions
            usual.rtoMin = .milliseconds(200)
            usual.rtoJiffies = usual.rtoAtRest
            return RetransmitTimer(usual, .mainline, fates: Timeline(.lost))
                .prospects(written: conditions.mark("write"))
        }
    }
}
