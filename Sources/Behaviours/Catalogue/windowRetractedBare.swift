import Evidence
import KernelTimers

extension Behaviour {
    /// The peer takes its window back by an acknowledgement that says nothing else.
    public static let windowRetractedBare = Behaviour(
        id: "window-retracted.bare",
        question: """
            Is a window that is taken back by a bare duplicate acknowledgement taken for shut?
            """,
        scenarios: [36],
        background: """
            A peer whose memory is short drops what comes and repeats its last acknowledgement, \
            with a window of 0. Before 6.6 the sender did not take that window in: to it the peer \
            had vanished, and the connection died by tcp_retries2 although the peer still \
            answered. Whoever takes it in repeats the data as probes, and counts no retries.
            """,
        cases: .matrix(
            families: AddressFamily.allCases, retries2: [3], settings: RetractedWindow.settings),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "first", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                    Step(
                        "pause", .watch(milliseconds: 10),
                        when: .done(label: "open", plusMilliseconds: 0)),
                    Step("write", .send(bytes: Script.messageBytes)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence + [
                    // A window is taken in from a segment that is newer than the last that brought
                    // one: this is the last, and no newer one follows.
                    Step(
                        "open", .inject(Response(.acknowledgement(.everything, window: 500))),
                        when: .done(label: "first", plusMilliseconds: 5)),
                    Step(
                        "retract", .inject(Response(.acknowledgement(.nothing, window: 0))),
                        when: .done(label: "write", plusMilliseconds: 5)),
                ])
        },
        outage: .step("pause"),
        assumedMarks: { _ in ["retract": Window(at: .milliseconds(5))] },
        variants: [
            Variant(
                "taken-in", "The window is shut, and the connection outlives tcp_retries2.",
                eras: ["6.6 800a666141de …"]
            ) { conditions, _ in
                let retracted = conditions.mark("retract").after(.zero, conditions.reach)
                let data = Expected(.sent(.data), conditions.mark("write"), "the write itself")
                let timer = RetractionTimer(conditions, .mainline, isAnswered: false)
                return [
                    Prospect(data) { timer.prospects(retracted: retracted, armed: $0) }.living
                ]
            },
            Variant(
                "ignored", "The window stays as it was, and tcp_retries2 decides.",
                eras: ["… 6.6 800a666141de"]
            ) { conditions, _ in
                RetransmitTimer(
                    conditions, .mainline.with { $0.tailLossProbe = .none },
                    fates: Timeline(
                        .answeredInVain,
                        changes: [.init(when: conditions.mark("retract"), value: .lost)])
                ).prospects(written: conditions.mark("write"))
            },
        ],
        values: { _ in [ValueExpectation("write", .result(Script.messageBytes))] },
        contract: Contract(
            ["taken-in"],
            because: """
                RFC 9293, 3.10.7.4: if SND.UNA =< SEG.ACK =< SND.NXT, the send window should be \
                updated; if SND.WL1 = SEG.SEQ and SND.WL2 =< SEG.ACK, set SND.WND. 3.8.6: a sender \
                must be robust against a window that shrinks.
                """),
        controls: [
            Control(
                "the window stays open",
                Parameters(retries2: 3, settings: RetractedWindow.settings), parts: .extra, at: 6
            ) {
                $0.replacing(
                    "retract", with: .inject(Response(.acknowledgement(.nothing, window: 500))))
            },
            Control(
                "the peer says nothing",
                Parameters(family: .ipv6, retries2: 3, settings: RetractedWindow.settings),
                parts: .missing, at: 1
            ) { $0.replacing("retract", with: .respond(nil)) },
        ])
}
