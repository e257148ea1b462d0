import Evidence
import KernelTimers

extension Behaviour {
    /// The application closes with SO_LINGER on and zero seconds.
    public static let orphanReset = Behaviour(
        id: "orphan.reset",
        question: "Does SO_LINGER with zero seconds leave no orphan, but a reset at once?",
        scenarios: [69],
        background: """
            The application gives the connection up. No FIN is sent and no timer runs; the peer is \
            reset, and nothing is left in the table of sockets when close(2) returns.
            """,
        cases: .matrix(userTimeouts: [0, 1000], families: AddressFamily.allCases),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step("linger", .setOption(.linger, on: .connection, value: 1, lengthBytes: 8)),
                    Step("close", .close),
                ] + Orphans.forgetting(horizonMilliseconds: horizon))
        },
        outage: .step("linger"),
        variants: [
            Variant(
                "reset", "A reset, and nothing else.", eras: ["every kernel known"]
            ) { conditions, _ in
                let closed = conditions.mark("close")
                let reset = Expected(
                    .sent(.reset), closed, "close(2) itself",
                    counters: ["Tcp.OutRsts": 1, "Tcp.EstabResets": 1])
                return [
                    Prospect(reset) { sent in
                        let gone = Window(sent.earliest, closed.latest + conditions.reach)
                        return [Prospect(Expected(.vanished, gone, "before close(2) returns"))]
                    }
                ]
            },
            Variant(
                "fin", "The connection is closed in order, and kept for a minute.",
                eras: ["no kernel known"]
            ) { conditions, _ in
                FinWaitTimer(conditions, .mainline, seconds: 60)
                    .prospects(closed: conditions.mark("close"))
            },
        ],
        values: { Orphans.values($0) + [ValueExpectation("linger", .result(0))] },
        contract: Contract(
            ["reset"],
            because: """
                RFC 9293, 3.10.4 and 3.10.5: an ABORT sends a reset and enters CLOSED. socket(7), \
                SO_LINGER: with it close does not return before all is sent or the time, here \
                none, is over.
                """),
        controls: [
            Control(
                "the option is off", Parameters(), parts: .extra, at: 0
            ) {
                $0.replacing(
                    "linger", with: .setOption(.linger, on: .connection, value: 0, lengthBytes: 8))
            }
        ])
}
