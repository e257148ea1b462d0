import Evidence
import KernelTimers

extension Behaviour {
    /// The application ends its direction, and listens on; the peer is gone.
    public static let closingHalfClosed = Behaviour(
        id: "closing.half-closed",
        question: """
            When does a connection end whose application has shut its direction down and still \
            reads, if the FIN is not acknowledged?
            """,
        scenarios: [65],
        background: """
            shutdown(2) sends a FIN that is repeated like data. The application still has the \
            connection: it hears ETIMEDOUT at T, or when tcp_retries2 says so, and \
            tcp_orphan_retries has no say.
            """,
        cases: .matrix(userTimeouts: [1000, 3000], families: AddressFamily.allCases)
            + [Parameters(retries2: 4, settings: ["tcp_orphan_retries": 2])],
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "finish", .shutdownWriting,
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(
            opening: { $0.halfClosed.prospects(written: $1.mark("finish"), as: .fin) }) + [
                Variant(
                    "by-orphan-retries", "The connection ends as if nobody had it any more.",
                    eras: ["no kernel known"], applies: { !$0.hasUserTimeout }
                ) { conditions, parameters in
                    var orphan = conditions
                    orphan.retries2 = parameters.setting("tcp_orphan_retries") ?? 8
                    return RetransmitTimer(orphan, .mainline, fates: Timeline(.lost)).halfClosed
                        .prospects(written: conditions.mark("finish"), as: .fin)
                }
            ],
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [ValueExpectation("finish", .result(0))]
        },
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: RetransmissionVariants.contract.because
                + " It is effective in the synchronized states, FIN-WAIT-1 among them.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the peer hears", Parameters(userTimeoutMilliseconds: 1000), parts: .extra, at: 1
            ) { $0.replacing("silence", with: .watch(milliseconds: 0)) },
        ])
}
