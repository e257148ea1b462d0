import Evidence
import KernelTimers

extension Behaviour {
    /// The longest RTO is made a second.
    public static let rtoMax = Behaviour(
        id: "rto.max",
        question:
            "Do tcp_rto_max_ms and TCP_RTO_MAX_MS bound the intervals, and with them the end?",
        scenarios: [83],
        background: """
            Backoff stops at the longest RTO, two minutes unless the sysctl or the option says \
            otherwise (6.15). tcp_retries2 is a time worked out of doublings up to that longest \
            RTO: made shorter, the same number of retries takes less time.
            """,
        cases: [
            Parameters(retries2: 8, settings: ["tcp_rto_max_ms": 1000]),
            Parameters(retries2: 8, settings: ["rtomax": 1000]),
            Parameters(userTimeoutMilliseconds: 5000, settings: ["rtomax": 1000]),
            Parameters(retries2: 5, settings: ["rtomax": 2000, "tcp_rto_max_ms": 1000]),
        ],
        stimulus: { parameters, horizon in
            let bound = parameters.setting("rtomax").map {
                Step("bound", .setOption(.rtoMax, on: .connection, value: $0, lengthBytes: 4))
            }
            return .connected(
                parameters,
                subject: (bound.map { [$0] } ?? []) + [
                    Step("bounded", .watch(milliseconds: 0)),
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: [
                    Step(
                        "silence", .dropReceived,
                        when: .done(label: "bounded", plusMilliseconds: 0))
                ])
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(since: "6.15 54a378f43425").filter {
            ["at-deadline", "by-retries"].contains($0.name)
        } + [
            Variant(
                "unbounded", "What was set has no effect.", eras: ["… 6.15 54a378f43425"]
            ) { conditions, _ in
                var unbounded = conditions
                unbounded.rtoMax = .seconds(120)
                return RetransmitTimer(unbounded, .mainline, fates: Timeline(.lost))
                    .prospects(written: conditions.mark("write"))
            }
        ],
        values: { parameters in
            ValueExpectation.userTimeoutReadBack(parameters)
                + (parameters.setting("rtomax") == nil
                    ? [] : [ValueExpectation("bound", .result(0))])
        },
        contract: Contract(
            ["at-deadline", "by-retries"],
            because: "ip-sysctl, tcp_rto_max_ms: maximal TCP retransmission timeout. "
                + RetransmissionVariants.contract.because,
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "the option is not set",
                Parameters(retries2: 8, settings: ["rtomax": 1000]), parts: .time, at: 5
            ) {
                $0.replacing(
                    "bound",
                    with: .setOption(.rtoMax, on: .connection, value: 120_000, lengthBytes: 4))
            },
            Control(
                "the sysctl is another",
                Parameters(retries2: 8, settings: ["tcp_rto_max_ms": 1000]), parts: .time, at: 5
            ) {
                var altered = $0
                altered.sysctls["net.ipv4.tcp_rto_max_ms"] = "2000"
                return altered
            },
        ])
}
