public import Evidence
public import KernelTimers

/// The known answers to "when does a connection end whose probe timer runs": its peer's window is
/// shut, or its data could never be sent.
public enum ProbeVariants {
    /// How the timer is armed, and what becomes of its probes.
    public typealias Prospecting = @Sendable (Conditions, KernelRules) -> [Prospect]

    /// The variants. `restampsOnFailure`: whether the timer's attempts are the data itself and
    /// fail, in which case kernels of 3.18 to 4.13 start the clock anew each time. `answered`:
    /// whether probes are answered, so that none ever counts against tcp_retries2.
    public static func all(
        restampsOnFailure: Bool = false, answered: Bool = false,
        _ prospecting: @escaping Prospecting
    ) -> [Variant] {
        all(restampsOnFailure: restampsOnFailure, answered: answered) { conditions, rules, _ in
            prospecting(conditions, rules)
        }
    }

    /// The variants, where the values too decide how the timer is armed.
    public static func all(
        restampsOnFailure: Bool = false, answered: Bool = false,
        _ prospecting: @escaping @Sendable (Conditions, KernelRules, Parameters) -> [Prospect]
    ) -> [Variant] {
        func variant(
            _ name: String, _ summary: String, eras: [Era],
            applies: @escaping @Sendable (Parameters) -> Bool,
            _ change: @escaping @Sendable (inout KernelRules) -> Void
        ) -> Variant {
            Variant(name, summary, eras: eras, applies: applies) { conditions, parameters in
                prospecting(conditions, KernelRules.mainline.with(change), parameters)
            }
        }
        var variants = [
            variant(
                "at-deadline", "The last interval is cut, and the connection ends at T.",
                eras: ["5.11-rc6 344db93ae3ee …", "5.10.y", "5.4.96 …"], applies: \.hasUserTimeout
            ) { _ in },
            variant(
                "at-next-probe",
                "The connection ends at the first probe that is due after T.",
                eras: ["5.11-rc5 9d9b1ee0b2d1 … 5.11-rc6 344db93ae3ee", "5.4.93 … 5.4.95"],
                applies: \.hasUserTimeout
            ) { $0.probing = .fromFirstProbe },
            variant(
                "at-next-probe.strict",
                "As before; exactly T is not yet too late, and one more unanswered probe is sent.",
                eras: [
                    restampsOnFailure
                        ? "4.14 8c72c65b426b … 5.1 9721e709fa68"
                        : "3.18 b248230c3497 … 5.1 9721e709fa68", "RHEL 8",
                ],
                applies: \.hasUserTimeout
            ) {
                $0.probing = .fromFirstProbeStrict
                $0.probeLimit = .exceeding
            },
            variant(
                "from-unanswered-count",
                "T is compared with what the number of unanswered probes would take; each answer "
                    + "resets it.",
                eras: ["5.1 9721e709fa68 … 5.11-rc5 9d9b1ee0b2d1", "5.4.0 … 5.4.92"],
                applies: \.hasUserTimeout
            ) { $0.probing = .fromUnansweredCount },
            variant(
                "ignored", "TCP_USER_TIMEOUT has no effect: tcp_retries2 decides.",
                eras: ["… 3.18 b248230c3497", "RHEL 6"], applies: \.hasUserTimeout
            ) {
                $0.probing = .ignored
                $0.probeLimit = .exceeding
            },
            variant(
                "by-retries", "As many unanswered probes as tcp_retries2 end the connection.",
                eras: ["4.20 3976535af0cb …", "4.19.89", "4.14.159"],
                applies: { !$0.hasUserTimeout }
            ) { _ in },
        ]
        if !answered {
            variants.append(
                variant(
                    "by-retries.one-more",
                    "One unanswered probe more than tcp_retries2 is sent before the end.",
                    eras: ["… 4.20 3976535af0cb", "RHEL 7", "RHEL 8.0 … 8.3"],
                    applies: { !$0.hasUserTimeout }
                ) { $0.probeLimit = .exceeding })
        }
        if restampsOnFailure {
            variants.append(
                variant(
                    "from-last-attempt", "Every failed attempt starts the clock of T anew.",
                    eras: ["3.18 b248230c3497 … 4.14 8c72c65b426b", "RHEL 7.3 … 7.9"],
                    applies: \.hasUserTimeout
                ) {
                    $0.probing = .fromLastAttempt
                    $0.probeLimit = .exceeding
                })
        }
        return variants
    }

    /// What is promised while the probe timer runs.
    public static let contract = Contract(
        ["at-deadline", "by-retries"],
        because: """
            tcp(7), TCP_USER_TIMEOUT: the maximum time in milliseconds that buffered data may \
            remain untransmitted, due to a zero window size, before TCP closes the connection and \
            returns ETIMEDOUT. RFC 9293, 3.8.6.1 (RFC 1122, 4.2.2.17): a window may stay shut \
            indefinitely as long as the receiver answers probes. ip-sysctl, tcp_retries2.
            """,
        exceeds: """
            Every kernel starts the clock when the probe timer first fires, one RTO after the \
            window was shut or the data could not be sent; timers round up by the granularity of \
            the wheel.
            """)
}
