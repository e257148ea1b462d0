import Evidence
import KernelTimers

extension Behaviour {
    /// The virtual IP has moved away, and then the application closes.
    public static let orphanUnroutable = Behaviour(
        id: "orphan.unroutable",
        question: """
            How long does a kernel keep a connection that was closed after its source address was \
            removed?
            """,
        scenarios: [24],
        background: """
            The FIN cannot be sent, not once: it counts as never sent, and the probe timer tries \
            again. Nothing is on the wire. Unheard attempts count against tcp_orphan_retries.
            """,
        cases: .matrix(userTimeouts: [1000, 3000])
            + .matrix(settings: ["tcp_orphan_retries": 3]) + .matrix(),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [Step("remove", .removeAddress), Step("close", .close)]
                    + Orphans.forgetting(horizonMilliseconds: horizon))
        },
        outage: .step("remove"),
        variants: Orphans.probing(restamps: true) { conditions, rules in
            ProbeTimer(conditions, rules, fates: Timeline(.unroutable))
                .prospects(unsent: conditions.mark("close"))
        },
        values: Orphans.values,
        contract: Contract(
            ["at-deadline", "by-retries"],
            because: """
                ip-sysctl, tcp_orphan_retries: the number of unacknowledged retransmissions of a \
                locally closed connection. tcp(7), TCP_USER_TIMEOUT: effective in the synchronized \
                states, FIN-WAIT-1 among them.
                """,
            exceeds: ProbeVariants.contract.exceeds),
        // Attempts that fail are not on the wire, and the table of sockets does not count them.
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the address is not removed", Parameters(userTimeoutMilliseconds: 3000),
                parts: .extra
            ) { $0.replacing("remove", with: .watch(milliseconds: 0)) },
        ])
}
