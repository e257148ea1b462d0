import Evidence
import KernelTimers

extension Behaviour {
    /// The peer takes its window back with data in flight, and is gone.
    public static let windowRetractedSilent = Behaviour(
        id: "window-retracted.silent",
        question: """
            Does TCP_USER_TIMEOUT end a connection whose peer took its window back with data in \
            flight and then vanished, or does the kernel flood?
            """,
        scenarios: [36],
        background: """
            With a window of 0 and data in flight the retransmission timer runs, and its \
            retransmissions serve as probes, which nothing limited but 120 s of silence. From \
            4.19 on intervals were cut to T, which ended nothing: once it was over, a \
            retransmission left every other jiffy (CVE-2024-41007), until 6.10.
            """,
        cases: .matrix(
            userTimeouts: [1000], families: AddressFamily.allCases,
            settings: RetractedWindow.settings)
            + .matrix(userTimeouts: [3000, 0], settings: RetractedWindow.settings),
        stimulus: { RetractedWindow.script($0, horizon: $1, peer: []) },
        outage: .step("second"),
        variants: RetractedWindow.variants(isAnswered: false),
        values: RetractedWindow.values,
        contract: Contract(
            ["at-deadline", "by-both", "by-answer"], because: RetractedWindow.because,
            exceeds: RetractedWindow.exceeds),
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000, settings: RetractedWindow.settings),
                parts: .missing, at: 3
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the window stays open",
                Parameters(userTimeoutMilliseconds: 3000, settings: RetractedWindow.settings),
                parts: .counter
            ) {
                $0.replacing(
                    "retract", with: .inject(Response(.acknowledgement(.nothing, window: 500))))
            },
        ])
}
