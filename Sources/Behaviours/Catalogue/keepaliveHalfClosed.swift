import Evidence
import KernelTimers

extension Behaviour {
    /// The application has ended its direction, all is acknowledged, and the peer is gone.
    public static let keepaliveHalfClosed = Behaviour(
        id: "keepalive.half-closed",
        question: "Does keepalive end a half-closed connection as it does an open one?",
        scenarios: [47],
        background: """
            After shutdown(2) and the acknowledgement of its FIN the connection is in FIN-WAIT-2, \
            and the application still reads. Keepalive probes it on, and T and the count decide as \
            ever.
            """,
        cases: .matrix(userTimeouts: [0, 1500, 6000], settings: Keepalive.values(1, 1, 3)),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step("finish", .shutdownWriting), Step("finished", .awaitAcknowledged),
                    Step(
                        "idle", .watch(milliseconds: 0),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                ] + Keepalive.steps(parameters) + Script.hearing(horizonMilliseconds: horizon),
                peer: [
                    Step(
                        "silence", .dropReceived,
                        when: .done(label: "finished", plusMilliseconds: 0))
                ])
        },
        outage: .step("silence"),
        variants: Keepalive.variants(isHalfClosed: true) { _ in Timeline(.lost) },
        values: {
            ValueExpectation.userTimeoutReadBack($0) + Keepalive.calls($0)
                + [ValueExpectation("heard", .fails(.etimedout))]
        },
        contract: Keepalive.contract,
        controls: [
            Control(
                "the peer hears", Parameters(settings: Keepalive.values(1, 1, 3)), parts: .extra,
                at: 1
            ) { $0.replacing("silence", with: .watch(milliseconds: 0)) }
        ])
}
