import Evidence
import KernelTimers

/// What the behaviours have in common in which the peer takes its window back with data in flight.
///
/// A kernel's peer does so when its memory runs out; a scripted one does so when it is told: of two
/// segments it acknowledges the first and says that its window is shut. The acknowledgement must
/// advance for kernels before 6.6 to take the window in. There is no tail loss probe: of two
/// segments it would come within milliseconds.
enum RetractedWindow {
    /// Without a tail loss probe.
    static let settings = ["tcp_early_retrans": 0]

    /// The values with which a peer that answers is flooded.
    static let answeredFloods: [Parameters] = .matrix(
        userTimeouts: [250], families: AddressFamily.allCases, settings: settings)

    /// The script: two writes, the retraction, and what follows at the peer.
    static func script(_ parameters: Parameters, horizon: Int, peer: [Step]) -> Script {
        .connected(
            parameters,
            subject: [
                Step(
                    "no delay",
                    .setOption(.noDelay, on: .connection, value: 1, lengthBytes: 4)),
                Step(
                    "first", .send(bytes: Script.messageBytes),
                    when: .done(label: "silence", plusMilliseconds: 0)),
                Step("second", .send(bytes: Script.messageBytes)),
            ] + Script.hearing(horizonMilliseconds: horizon),
            peer: Script.silence + [
                Step(
                    "retract", .inject(Response(.acknowledgement(.nothing, window: 0))),
                    when: .done(label: "second", plusMilliseconds: 5))
            ] + peer)
    }

    /// The known answers. `isAnswered`: whether the peer answers each retransmission.
    static func variants(isAnswered: Bool) -> [Variant] {
        func variant(
            _ name: String, _ summary: String, eras: [Era],
            applies: @escaping @Sendable (Parameters) -> Bool,
            _ change: @escaping @Sendable (inout KernelRules) -> Void
        ) -> Variant {
            Variant(name, summary, eras: eras, applies: applies) { conditions, _ in
                let retracted = conditions.mark("retract").after(.zero, conditions.reach)
                return RetractionTimer(
                    conditions, .mainline.with(change), isAnswered: isAnswered
                ).prospects(retracted: retracted)
            }
        }
        let backported = variant(
            "flood-for-jiffies",
            "T in milliseconds is compared with a time in jiffies: until as many jiffies are over "
                + "there is a retransmission every other jiffy, at HZ=250 up to 4 T.",
            eras: ["97a9063518f1 … 614e8316aa4c", "5.10.222, 5.15.163, 6.1.100, 6.6.41 …"],
            applies: \.hasUserTimeout
        ) { $0.retraction = .inJiffies }
        return (isAnswered ? [backported] : []) + [
            variant(
                "at-deadline", "The last interval is cut, and the connection ends at T.",
                eras: [isAnswered ? "6.10 97a9063518f1, 614e8316aa4c …" : "6.10 97a9063518f1 …"],
                applies: \.hasUserTimeout
            ) { _ in },
            variant(
                "flood",
                "Intervals are cut to T, but T ends nothing: then a retransmission every other "
                    + "jiffy.",
                eras: ["4.19 b701a99e431d … 6.10 97a9063518f1"], applies: \.hasUserTimeout
            ) { $0.retraction = .flooding },
            variant(
                "ignored", "TCP_USER_TIMEOUT has no effect.",
                eras: ["3.10 6ba8a3b19e76 … 4.19 b701a99e431d", "RHEL 7"],
                applies: \.hasUserTimeout
            ) {
                $0.retraction = .ignored
                $0.retractionLimit = .sinceAnswer
            },
            variant(
                "by-both",
                isAnswered
                    ? "The connection lives as long as the peer answers."
                    : "The connection ends 240 s after the peer's last segment.",
                eras: ["6.6 e89688e3e978 …"], applies: { !$0.hasUserTimeout }
            ) { _ in },
            variant(
                "by-answer",
                "The connection ends 120 s after the peer's last segment, although it answers.",
                eras: ["3.10 6ba8a3b19e76 … 6.6 e89688e3e978"], applies: { !$0.hasUserTimeout }
            ) { $0.retractionLimit = .sinceAnswer },
        ]
    }

    static let values: @Sendable (Parameters) -> [ValueExpectation] = {
        ValueExpectation.userTimeoutReadBack($0) + [
            ValueExpectation("first", .result(Script.messageBytes)),
            ValueExpectation("second", .result(Script.messageBytes)),
        ]
    }

    /// What is promised of data in flight, and of a window that was taken back.
    static let because = """
        tcp(7), TCP_USER_TIMEOUT: the maximum time in milliseconds that transmitted data may \
        remain unacknowledged, or buffered data may remain untransmitted, due to a zero window \
        size. RFC 9293, 3.8.6 (RFC 1122, 4.2.2.16): a sender must be robust against a window that \
        shrinks; 3.8.6.1: it may stay shut as long as the receiver answers.
        """

    static let exceeds = """
        The clock starts at the first retransmission by the RTO, as of any data in flight; timers \
        round up by the granularity of the wheel.
        """
}
