import Evidence
import KernelTimers

extension Behaviour {
    /// The virtual IP has moved away from an idle connection; then the application writes.
    public static let unroutableIdle = Behaviour(
        id: "unroutable.idle",
        question: """
            Does TCP_USER_TIMEOUT end an idle connection whose source address was removed before \
            the next write?
            """,
        scenarios: [13, 15, 18, 87, 88],
        background: """
            The write succeeds, as far as the application can tell. Nothing is on the wire: the \
            segment never leaves the kernel, which finds no route from an address that is no \
            longer its own. The data counts as never sent, so the probe timer runs, not the \
            retransmission timer. This is the case of HAProxy behind a virtual IP, and the one \
            that b248230c3497 repaired in 3.18.
            """,
        cases: .matrix(userTimeouts: [1000, 3000, 5000], links: Link.allCases)
            + .matrix(retries2: [3, 5])
            + .matrix(userTimeouts: [30_000, 600_000, 0]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step("remove", .removeAddress),
                    Step("write", .send(bytes: Script.messageBytes)),
                    Step(
                        "timer", .inspectTimer, when: .done(label: "write", plusMilliseconds: 100)),
                ] + Script.hearing(horizonMilliseconds: horizon))
        },
        outage: .step("remove"),
        variants: ProbeVariants.all(restampsOnFailure: true) { conditions, rules in
            ProbeTimer(conditions, rules, fates: Timeline(.unroutable))
                .prospects(unsent: conditions.mark("write"))
        },
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("write", .result(Script.messageBytes)),
                ValueExpectation("timer", .events(with: ["probe"], without: ["retransmit"])),
            ]
        },
        contract: ProbeVariants.contract,
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000), parts: .missing, at: 3
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "T changed after the script was written down",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra, or: [.time], at: 4
            ) { $0.changingUserTimeout(to: 2000) },
            Control(
                "the address is not removed",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra, at: 1
            ) { $0.replacing("remove", with: .watch(milliseconds: 0)) },
        ])
}
