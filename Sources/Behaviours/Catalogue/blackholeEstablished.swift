import Evidence
import KernelTimers

extension Behaviour {
    /// The peer loses power: data is written, and nothing ever comes back.
    public static let blackholeEstablished = Behaviour(
        id: "blackhole.established",
        question: "Does TCP_USER_TIMEOUT end a connection whose peer has gone silent?",
        scenarios: [1, 2, 3, 4, 8, 11, 86],
        background: """
            One segment is written into a blackhole. Linux repeats it as a tail loss probe, then \
            at each RTO, which doubles. The clock of the user timeout starts at the first RTO, and \
            the last interval is cut so that the connection ends when T is over. The end itself \
            sends nothing. Without a user timeout tcp_retries2 decides, by time: the first RTO \
            that is due later than that many doublings of 200 ms would take.
            """,
        cases: .matrix(
            userTimeouts: [1000, 3000, 5000], families: AddressFamily.allCases,
            links: Link.allCases)
            + .matrix(families: AddressFamily.allCases, retries2: [3, 5])
            + .matrix(userTimeouts: [3000], retries2: [1])
            + .matrix(userTimeouts: [30_000, 600_000, 3_600_000, 0]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(fates: { _ in Timeline(.lost) }),
        values: ValueExpectation.userTimeoutReadBack,
        contract: RetransmissionVariants.contract,
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000), parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "T changed after the script was written down",
                Parameters(userTimeoutMilliseconds: 3000), parts: .time, at: 6
            ) { $0.changingUserTimeout(to: 4000) },
            Control(
                "the peer sends a byte during the outage",
                Parameters(userTimeoutMilliseconds: 3000), parts: .extra, at: 4
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered byte", .send(bytes: 1),
                            when: .done(label: "write", plusMilliseconds: 1000))
                    ], after: "silence", of: .peer)
            },
            Control(
                "the peer hears one retransmission",
                Parameters(userTimeoutMilliseconds: 5000), parts: .extra, at: 5
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered hearing", .deliverReceived,
                            when: .done(label: "write", plusMilliseconds: 1200))
                    ], after: "silence", of: .peer)
            },
        ])
}
