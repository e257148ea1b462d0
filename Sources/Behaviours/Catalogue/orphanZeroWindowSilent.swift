import Evidence
import KernelTimers

extension Behaviour {
    /// The peer shuts its window, the application closes, and the peer vanishes.
    public static let orphanZeroWindowSilent = Behaviour(
        id: "orphan.zero-window.silent",
        question: """
            How long does a kernel keep a closed connection whose peer shut its window and then \
            vanished?
            """,
        scenarios: [37],
        background: """
            The window is shut and no probe is answered: unanswered probes count against \
            tcp_orphan_retries, by number, not by time, and T against the time since the first.
            """,
        cases: .matrix(userTimeouts: [1000, 3000])
            + .matrix(families: AddressFamily.allCases, settings: ["tcp_orphan_retries": 3])
            + .matrix(),
        stimulus: { parameters, horizon in
            ZeroWindow.script(
                parameters,
                subject: [
                    Step("close", .close, when: .done(label: "silence", plusMilliseconds: 0))
                ] + Orphans.forgetting(horizonMilliseconds: horizon),
                peer: [
                    Step("silence", .dropReceived, when: .packet(.windowShut, since: "fill"))
                ])
        },
        outage: .windowShut(since: "fill"),
        variants: Orphans.probing { conditions, rules in
            ProbeTimer(conditions, rules, fates: Timeline(.lost))
                .prospects(armed: conditions.mark("shut"))
        },
        values: Orphans.values,
        contract: Contract(
            ["at-deadline", "by-retries"],
            because: """
                ip-sysctl, tcp_orphan_retries: the number of unacknowledged retransmissions of a \
                locally closed connection. tcp(7), TCP_USER_TIMEOUT: the maximum time that \
                buffered data may remain untransmitted, due to a zero window size.
                """,
            exceeds: ProbeVariants.contract.exceeds),
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the peer goes on answering", Parameters(settings: ["tcp_orphan_retries": 3]),
                parts: .extra, at: 1
            ) { $0.replacing("silence", with: .watch(milliseconds: 0)) },
        ])
}
