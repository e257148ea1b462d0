import Evidence
import KernelTimers

extension Behaviour {
    /// The peer shuts its window and then vanishes.
    public static let zeroWindowSilent = Behaviour(
        id: "zero-window.silent",
        question: """
            Does TCP_USER_TIMEOUT end a connection whose peer shut its window and then vanished?
            """,
        background: """
            The window is shut, nothing is in flight, and no probe is ever answered. The probe \
            timer runs as for a live peer; now unanswered probes count, too: without a user \
            timeout as many as tcp_retries2 end the connection.
            """,
        cases: .matrix(
            userTimeouts: [1000, 3000, 5000], families: AddressFamily.allCases)
            + .matrix(userTimeouts: [1000, 3000, 5000], links: [.loopback])
            + .matrix(families: AddressFamily.allCases, retries2: [3, 5])
            + .matrix(userTimeouts: [30_000, 600_000, 0]),
        stimulus: { parameters, horizon in
            ZeroWindow.script(
                parameters, subject: Script.hearing(horizonMilliseconds: horizon),
                peer: [
                    Step("silence", .dropReceived, when: .packet(.windowShut, since: "fill"))
                ])
        },
        outage: .windowShut(since: "fill"),
        variants: ProbeVariants.all { conditions, rules in
            ProbeTimer(conditions, rules, fates: Timeline(.lost))
                .prospects(armed: conditions.mark("shut"))
        },
        values: ValueExpectation.userTimeoutReadBack,
        contract: ProbeVariants.contract,
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000), parts: .missing, at: 2
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "T changed after the script was written down",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra, at: 3
            ) { $0.changingUserTimeout(to: 2000) },
            Control(
                "the peer goes on answering", Parameters(userTimeoutMilliseconds: 5000),
                parts: .extra, at: 1
            ) { $0.replacing("silence", with: .watch(milliseconds: 0)) },
        ])
}
