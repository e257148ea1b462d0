import Evidence
import KernelTimers

extension Behaviour {
    /// The peer takes its window back with data in flight, and answers that it is shut.
    public static let windowRetractedAnswered = Behaviour(
        id: "window-retracted.answered",
        question: """
            Does TCP_USER_TIMEOUT end a connection whose peer took its window back with data in \
            flight and answers each retransmission, and does it live on without?
            """,
        scenarios: [36],
        background: """
            The peer is short of memory, drops what was in flight, and answers each retransmission \
            that it still wants nothing. Before 6.6 such a connection died as soon as its RTO had \
            grown to 120 s, however promptly the peer answered; since then it lives, unless a user \
            timeout says otherwise. What ended the flood after T in 6.10 was taken back to older \
            series with a time in jiffies where it wants milliseconds: except at HZ=1000 they \
            still flood a peer that answers.
            """,
        cases: RetractedWindow.answeredFloods
            + .matrix(userTimeouts: [0], settings: RetractedWindow.settings),
        stimulus: { parameters, horizon in
            // A flood is not listened to for longer than it takes to see its end at HZ=250.
            let most = parameters.userTimeoutMilliseconds * 4 + 1000
            return RetractedWindow.script(
                parameters, horizon: parameters.hasUserTimeout ? min(horizon, most) : horizon,
                peer: [
                    Step(
                        "by hand",
                        .respond(Response(.acknowledgement(.nothing, window: 0), most: 1000)))
                ])
        },
        outage: .step("second"),
        variants: RetractedWindow.variants(isAnswered: true),
        values: RetractedWindow.values,
        contract: Contract(
            ["at-deadline", "by-both"], because: RetractedWindow.because,
            exceeds: RetractedWindow.exceeds),
        controls: [
            Control(
                "option set back to none",
                Parameters(
                    userTimeoutMilliseconds: 250, family: .ipv6,
                    settings: RetractedWindow.settings), parts: .missing, at: 3
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the peer falls silent",
                Parameters(userTimeoutMilliseconds: 250, settings: RetractedWindow.settings),
                parts: .missing, at: 2
            ) { $0.replacing("by hand", with: .respond(nil)) },
        ])
}
