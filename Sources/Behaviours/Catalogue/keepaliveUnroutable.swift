import Evidence
import KernelTimers

extension Behaviour {
    /// The virtual IP has moved away from an idle connection that keepalive watches.
    public static let keepaliveUnroutable = Behaviour(
        id: "keepalive.unroutable",
        question: "Does keepalive end an idle connection whose source address was removed?",
        scenarios: [22],
        background: """
            Probes fail inside the kernel: nothing is on the wire, and each counts as unanswered. \
            The connection ends when it would have ended with a silent peer. The reset is counted \
            and never sent.
            """,
        cases: [
            Parameters(settings: Keepalive.values(1, 1, 3)),
            Parameters(userTimeoutMilliseconds: 3000, settings: Keepalive.values(1, 1, 9)),
            Parameters(userTimeoutMilliseconds: 1500, settings: Keepalive.values(1, 1, 3)),
        ],
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [Step("remove", .removeAddress)] + Keepalive.steps(parameters)
                    + Script.hearing(horizonMilliseconds: horizon))
        },
        outage: .step("remove"),
        variants: Keepalive.variants { _ in Timeline(.unroutable) },
        values: {
            ValueExpectation.userTimeoutReadBack($0) + Keepalive.calls($0)
                + [ValueExpectation("heard", .fails(.etimedout))]
        },
        contract: Keepalive.contract,
        // Probes that fail are not on the wire: which of them parts is known only nearly.
        controls: [
            Control(
                "the address is not removed", Parameters(settings: Keepalive.values(1, 1, 3)),
                parts: .extra
            ) { $0.replacing("remove", with: .watch(milliseconds: 0)) }
        ])
}
