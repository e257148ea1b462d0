import Evidence
import KernelTimers

extension Behaviour {
    /// The peer loses power, and nobody writes.
    public static let blackholeIdle = Behaviour(
        id: "blackhole.idle",
        question: "Does TCP_USER_TIMEOUT end an idle connection whose peer is gone?",
        scenarios: [7],
        background: """
            Nothing was sent that could remain unacknowledged, no timer runs, and no packet is \
            sent: without keepalive an idle connection outlives its peer for ever, however short \
            T is.
            """,
        cases: .matrix(userTimeouts: [1000], families: AddressFamily.allCases),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "idle", .watch(milliseconds: 0),
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Script.hearing(horizonMilliseconds: horizon), peer: Script.silence)
        },
        outage: .step("silence"),
        variants: [
            Variant(
                "lives", "Nothing happens at all.", eras: ["every kernel known"]
            ) { _, _ in [] },
            Variant(
                "at-deadline", "The connection ends T after the last reception.",
                eras: ["no kernel known"]
            ) { conditions, parameters in
                let latest = Duration.milliseconds(parameters.userTimeoutMilliseconds)
                let window = conditions.mark("received").after(latest, latest + latest / 4)
                let words = "T after the last reception, a quarter of it for the wheel"
                return [Prospect(Expected(.aborted(.etimedout), window, words))]
            },
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            ["lives"],
            because: """
                tcp(7), TCP_USER_TIMEOUT: the maximum time that transmitted data may remain \
                unacknowledged, or buffered data untransmitted. Here there is neither. RFC 1122, \
                4.2.3.6: without keepalive an idle connection is not probed.
                """),
        controls: [
            Control(
                "the application writes", Parameters(userTimeoutMilliseconds: 1000),
                parts: .extra, at: 0
            ) {
                $0.inserting(
                    [Step("altered write", .send(bytes: 1))], after: "idle", of: .subject)
            }
        ])
}
