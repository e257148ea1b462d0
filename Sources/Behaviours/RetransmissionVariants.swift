import Evidence
public import KernelTimers

/// The known answers to "when does a connection end whose data is in flight", for every behaviour
/// that asks it.
public enum RetransmissionVariants {
    /// The variants; `fates` says what becomes of segments, given when the steps took place.
    ///
    /// `since` is one more change that a kernel has which shows any of them, where the behaviour
    /// has other variants for those that lack it. `opening` says what the timer begins with,
    /// where that is not a write of one segment in the step `write`.
    public static func all(
        fates: @escaping @Sendable (Conditions) -> Timeline<RetransmitTimer.Fate> = {
            _ in Timeline(.lost)
        },
        mainline: KernelRules = .mainline, since more: String? = nil,
        opening prospecting: @escaping @Sendable (RetransmitTimer, Conditions) -> [Prospect] = {
            $0.prospects(written: $1.mark("write"))
        }
    ) -> [Variant] {
        all(
            mainline: mainline, since: more, fates: { conditions, _ in fates(conditions) },
            opening: prospecting)
    }

    /// The variants, where the values too decide what becomes of segments.
    static func all(
        mainline: KernelRules = .mainline, since more: String? = nil,
        fates: @escaping @Sendable (Conditions, Parameters) -> Timeline<RetransmitTimer.Fate>,
        opening prospecting: @escaping @Sendable (RetransmitTimer, Conditions) -> [Prospect] = {
            $0.prospects(written: $1.mark("write"))
        }
    ) -> [Variant] {
        func variant(
            _ name: String, _ summary: String, eras: [Era],
            applies: @escaping @Sendable (Parameters) -> Bool,
            _ change: @escaping @Sendable (inout KernelRules) -> Void
        ) -> Variant {
            Variant(
                name, summary, eras: eras.map { $0.with(since: more) }, applies: applies
            ) { conditions, parameters in
                prospecting(
                    RetransmitTimer(
                        conditions, mainline.with(change), fates: fates(conditions, parameters)),
                    conditions)
            }
        }
        return [
            variant(
                "at-deadline", "The last interval is cut, and the connection ends at T.",
                eras: ["3.10 6ba8a3b19e76, 4.19 b701a99e431d …", "RHEL 8.0 …"],
                applies: \.hasUserTimeout
            ) { _ in },
            variant(
                "at-next-retransmission",
                "The connection ends at the first retransmission that is due after T.",
                eras: ["3.10 6ba8a3b19e76 … 4.19 b701a99e431d", "RHEL 7"],
                applies: \.hasUserTimeout
            ) { $0.retransmission = .atNextRetransmission },
            variant(
                "at-next-retransmission.no-tlp",
                "As before, without a tail loss probe.",
                eras: ["2.6.37 dca43c75e7e5 … 3.10 6ba8a3b19e76", "RHEL 6"],
                applies: \.hasUserTimeout
            ) {
                $0.retransmission = .atNextRetransmission
                $0.tailLossProbe = .none
                $0.wheel = .cascading
            },
            variant(
                "at-deadline.no-tlp",
                "The connection ends at T; no tail loss probe is sent.",
                eras: ["4.19 b701a99e431d … with net.ipv4.tcp_early_retrans=0"],
                applies: \.hasUserTimeout
            ) { $0.tailLossProbe = .none },
            variant(
                "ignored", "TCP_USER_TIMEOUT has no effect: tcp_retries2 decides.",
                eras: ["… 2.6.37 dca43c75e7e5"], applies: \.hasUserTimeout
            ) { $0.retransmission = .ignored },
            variant(
                "by-retries", "tcp_retries2 decides, as a time since the first RTO.",
                eras: ["2.6.32 6fa12c850314, 3.10 6ba8a3b19e76 …"], applies: { !$0.hasUserTimeout }
            ) { _ in },
            variant(
                "by-retries.no-tlp", "As before, without a tail loss probe.",
                eras: ["2.6.32 6fa12c850314 … 3.10 6ba8a3b19e76"],
                applies: { !$0.hasUserTimeout }
            ) { $0.tailLossProbe = .none },
        ]
    }

    /// What is promised of data in flight.
    public static let contract = Contract(
        ["at-deadline", "at-deadline.no-tlp", "by-retries", "by-retries.no-tlp"],
        because: """
            tcp(7), TCP_USER_TIMEOUT: the maximum time in milliseconds that transmitted data may \
            remain unacknowledged before TCP closes the connection and returns ETIMEDOUT. \
            ip-sysctl, tcp_retries2: N retransmissions of a hypothetical connection with an RTO of \
            TCP_RTO_MIN, as a lower bound.
            """,
        exceeds: """
            Every kernel starts the clock at the first RTO, not at the write: later than the \
            letter by the tail loss probe and the RTO, twice the RTO in all; timers round up by \
            the granularity of the wheel.
            """)
}
