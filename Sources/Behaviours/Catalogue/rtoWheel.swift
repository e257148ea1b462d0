import Evidence
import KernelTimers

extension Behaviour {
    /// How late timers are.
    public static let rtoWheel = Behaviour(
        id: "rto.wheel",
        question: """
            Do retransmissions leave when they are due, or as late as the timer wheel allows?
            """,
        scenarios: [4],
        background: """
            Before 4.8 a timer fired in its jiffy. Since then the wheel files it among slots that \
            are an eighth of its interval wide, and it fires when its slot is over: never early, \
            and the later the longer it was to run. An RTO of 3.3 s may be 256 ms late at HZ=250, \
            one of two minutes 16 s: T and tcp_retries2 are as exact as that.
            """,
        cases: .matrix(families: AddressFamily.allCases, retries2: [4]),
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
        variants: [
            variant(
                "by-levels", "As late as the width of a slot, an eighth of the interval at most.",
                eras: ["4.8 500462a9de65 …"]
            ) { _ in },
            variant(
                "exact", "In the jiffy in which they are due.",
                eras: ["3.10 6ba8a3b19e76 … 4.8 500462a9de65"]
            ) { $0.wheel = .cascading },
            variant(
                "unstretched", "The interval does not grow.", eras: ["no kernel known"]
            ) { $0.linearRetransmissions = 6 },
        ],
        contract: Contract(
            ["by-levels", "exact"],
            because: "RFC 6298, 5.5: the host must set RTO to RTO * 2 each time the timer expires; "
                + "2.4: a coarse clock must never make the timer expire too soon.",
            exceeds: """
                Timers round up by the granularity of the wheel, an eighth of the interval at most.
                """),
        controls: [
            Control(
                "no tail loss probe, so that the RTO comes in its place", Parameters(retries2: 4),
                parts: .missing, or: [.time], at: 2
            ) {
                var altered = $0
                altered.sysctls["net.ipv4.tcp_early_retrans"] = "0"
                return altered
            },
            Control(
                "the peer hears", Parameters(retries2: 4), parts: .extra, at: 1
            ) { $0.replacing("silence", with: .watch(milliseconds: 0)) },
        ])

    private static func variant(
        _ name: String, _ summary: String, eras: [Era],
        _ change: @escaping @Sendable (inout KernelRules) -> Void
    ) -> Variant {
        Variant(name, summary, eras: eras) { conditions, _ in
            RetransmitTimer(conditions, .mainline.with(change), fates: Timeline(.lost))
                .prospects(written: conditions.mark("write"))
        }
    }
}
