import Evidence
import KernelTimers

extension Behaviour {
    /// A thin stream asks for linear timeouts.
    public static let rtoLinear = Behaviour(
        id: "rto.linear",
        question: """
            Do linear timeouts keep the first six retransmissions of a thin stream an RTO apart?
            """,
        scenarios: [83],
        background: """
            With TCP_THIN_LINEAR_TIMEOUTS or tcp_thin_linear_timeouts a connection with fewer than \
            four segments in flight repeats them six times at the same interval, before backoff \
            begins (2.6.34). More retransmissions fit into T, and T ends it as ever.
            """,
        cases: [
            Parameters(userTimeoutMilliseconds: 1000, settings: ["linear": 1]),
            Parameters(userTimeoutMilliseconds: 3000, settings: ["linear": 1]),
            Parameters(
                userTimeoutMilliseconds: 3000, family: .ipv6,
                settings: ["tcp_thin_linear_timeouts": 1]),
            Parameters(retries2: 3, settings: ["linear": 1]),
        ],
        stimulus: { parameters, horizon in
            let option = parameters.setting("linear").map {
                Step(
                    "linear",
                    .setOption(.thinLinearTimeouts, on: .connection, value: $0, lengthBytes: 4))
            }
            return .connected(
                parameters,
                subject: (option.map { [$0] } ?? []) + [
                    Step("asked", .watch(milliseconds: 0)),
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: [
                    Step(
                        "silence", .dropReceived, when: .done(label: "asked", plusMilliseconds: 0))
                ])
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(
            mainline: .mainline.with { $0.linearRetransmissions = 6 }
        ).filter { !$0.name.hasSuffix(".no-tlp") } + [
            Variant(
                "exponential", "What was asked for has no effect.", eras: ["no kernel known"]
            ) { conditions, _ in
                RetransmitTimer(conditions, .mainline, fates: Timeline(.lost))
                    .prospects(written: conditions.mark("write"))
            }
        ],
        values: { parameters in
            ValueExpectation.userTimeoutReadBack(parameters)
                + (parameters.setting("linear") == nil
                    ? [] : [ValueExpectation("linear", .result(0))])
        },
        contract: Contract(
            ["at-deadline", "by-retries"],
            because: """
                ip-sysctl, tcp_thin_linear_timeouts: if the stream is thin, try up to 6 timeouts \
                linearly before exponential backoff mode is initiated.
                """ + " " + RetransmissionVariants.contract.because,
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "the option is not set",
                Parameters(userTimeoutMilliseconds: 3000, settings: ["linear": 1]), parts: .time,
                at: 3
            ) {
                $0.replacing(
                    "linear",
                    with: .setOption(
                        .thinLinearTimeouts, on: .connection, value: 0, lengthBytes: 4))
            }
        ])
}
