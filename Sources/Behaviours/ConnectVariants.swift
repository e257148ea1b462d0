import Evidence
import KernelTimers

/// The known answers to "when does connect(2) fail whose SYN nobody answers".
enum ConnectVariants {
    /// The variants; the SYN leaves at the step `connect`.
    static var all: [Variant] {
        func variant(
            _ name: String, _ summary: String, eras: [Era],
            applies: @escaping @Sendable (Parameters) -> Bool,
            _ change: @escaping @Sendable (inout KernelRules) -> Void
        ) -> Variant {
            Variant(name, summary, eras: eras, applies: applies) { conditions, parameters in
                prospects(conditions, parameters, KernelRules.mainline.with(change))
            }
        }
        return [
            variant(
                "at-deadline", "The attempt ends at T; the first four SYNs are a second apart.",
                eras: ["6.5 ccce324dabfe …"], applies: \.hasUserTimeout
            ) { _ in },
            variant(
                "at-deadline.doubling", "The attempt ends at T; each interval is doubled.",
                eras: ["5.4 a41e8a88b06e … 6.5 ccce324dabfe", "5.3.3", "4.19.77", "RHEL 8.3"],
                applies: \.hasUserTimeout
            ) { $0.linearSYNs = 0 },
            variant(
                "burst",
                "Intervals are cut to T, but only tcp_syn_retries ends the attempt: after T the "
                    + "rest of the SYNs come jiffy upon jiffy.",
                eras: ["4.19 b701a99e431d … 5.4 a41e8a88b06e", "RHEL 8.0 … 8.1"],
                applies: \.hasUserTimeout
            ) {
                $0.connecting = .burst
                $0.linearSYNs = 0
            },
            variant(
                "ignored", "TCP_USER_TIMEOUT has no effect: tcp_syn_retries decides.",
                eras: ["… 4.19 b701a99e431d", "RHEL 7"], applies: \.hasUserTimeout
            ) {
                $0.connecting = .ignored
                $0.linearSYNs = 0
            },
            variant(
                "by-retries",
                "tcp_syn_retries decides; the first four SYNs are a second apart.",
                eras: ["6.5 ccce324dabfe …"], applies: { !$0.hasUserTimeout }
            ) { _ in },
            variant(
                "by-retries.doubling", "tcp_syn_retries decides; each interval is doubled.",
                eras: ["3.1 9ad7c049f0f7 … 6.5 ccce324dabfe"], applies: { !$0.hasUserTimeout }
            ) { $0.linearSYNs = 0 },
            variant(
                "by-retries.short",
                "The limit is worked out from an RTO of 200 ms: connect(2) gives up too soon.",
                eras: ["4.19.77 a41e8a88b06e … 4.19.209 3256a2d6ab1f", "5.3.3 … 5.3.6"],
                applies: { !$0.hasUserTimeout }
            ) {
                $0.connecting = .honouredShort
                $0.linearSYNs = 0
            },
        ]
    }

    /// The schedule of a kernel with these rules.
    static func prospects(
        _ conditions: Conditions, _ parameters: Parameters, _ rules: KernelRules,
        complaint: SocketError? = nil
    ) -> [Prospect] {
        let sent = firstSYN(conditions)
        return ConnectTimer(
            conditions, rules, retries: retries(parameters), complaint: complaint
        ).prospects(begun: sent)
    }

    /// When the first SYN may be sent.
    static func firstSYN(_ conditions: Conditions) -> Window {
        let begun = conditions.mark("connect")
        // The SYN leaves as soon as the application's thread comes to call, which no kernel
        // promises, however long the call then waits. Half the first interval is too soon for a
        // repetition, so that nothing else is taken for it; later times chain to the SYN as seen.
        return Window(
            begun.earliest, min(begun.latest, begun.earliest + conditions.rto / 2))
    }

    /// TCP_SYNCNT, else net.ipv4.tcp_syn_retries, 6 by default (3.7 6c9ff979d192).
    private static func retries(_ parameters: Parameters) -> Int {
        parameters.setting("syncnt") ?? parameters.setting("tcp_syn_retries") ?? 6
    }

    /// A connection whose SYNs the peer's listener drops; the subject's socket is made, its
    /// options are set, and then comes what `subject` says.
    static func script(_ parameters: Parameters, subject: [Step]) -> Script {
        var opening = [
            Step("rehearse", .rehearse, when: .done(label: "listen", plusMilliseconds: 0)),
            Step("open", .open),
        ]
        if parameters.hasUserTimeout {
            opening += Script.userTimeoutSteps(parameters.userTimeoutMilliseconds)
        }
        if let count = parameters.setting("syncnt") {
            opening.append(
                Step(
                    "count",
                    .setOption(.synCount, on: .connection, value: count, lengthBytes: 4)))
        }
        return Script(
            family: parameters.family, link: parameters.link,
            sysctls: Script.sysctls(parameters), proof: "quiet",
            lanes: [
                Lane(
                    .subject,
                    opening + [
                        // Long enough for the practice connection's last packets.
                        Step("quiet", .watch(milliseconds: 20))
                    ] + subject),
                Lane(
                    .peer,
                    [
                        Step("listen", .listen(receiveBufferBytes: nil)),
                        Step(
                            "silence", .dropAtListener,
                            when: .done(label: "quiet", plusMilliseconds: 0)),
                    ]),
            ])
    }

    /// What is promised of an attempt to connect.
    static let contract = Contract(
        [
            "at-deadline", "at-deadline.doubling", "ignored", "by-retries",
            "by-retries.doubling",
        ],
        because: """
            RFC 9293, 3.10.8: for any state, if the user timeout expires, the connection is \
            aborted and the user is told; tcp(7), TCP_USER_TIMEOUT: it is effective only in the \
            synchronized states, so that one may also ignore it. ip-sysctl, tcp_syn_retries: how \
            many times an initial SYN is retransmitted, and, with tcp_syn_linear_timeouts, when \
            the attempt is over (6: after 131 s; before 6.5 after 127 s).
            """,
        exceeds: """
            T is looked at only once a SYN was repeated, so that no attempt ends within the first \
            second; timers round up by the granularity of the wheel.
            """)
}
