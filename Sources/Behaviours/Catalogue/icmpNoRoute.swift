import Evidence
import KernelTimers

extension Behaviour {
    /// A router on the way has no route to the peer, and says so of each segment.
    public static let icmpNoRoute = Behaviour(
        id: "icmp.no-route",
        question: """
            Does an ICMP error that says "no route" for each retransmission take its backoff back \
            (RFC 6069), and what does the application hear at T?
            """,
        scenarios: [71],
        background: """
            Loss of connectivity is no congestion: since 2.6.32, over IPv6 since 5.8, each such \
            message takes one doubling of the RTO back, so that retransmissions come at even \
            intervals. The next one is counted from the last, and not cut to what is left of T: \
            the connection ends up to one RTO after T, with ENETUNREACH or EHOSTUNREACH.
            """,
        cases: [
            ICMPErrors.message(3, 0, userTimeout: 1000),
            ICMPErrors.message(3, 1, userTimeout: 3000), ICMPErrors.message(3, 1, retries2: 3),
            ICMPErrors.message(1, 0, .ipv6, userTimeout: 3000),
            ICMPErrors.message(1, 0, .ipv6, retries2: 3),
        ],
        stimulus: { ICMPErrors.script($0, horizon: $1) },
        outage: .step("by hand"),
        variants: ICMPErrors.reversion { parameters, _ in ICMPErrors.fates(parameters) } + [
            ICMPErrors.endsAtOnce
        ],
        values: ICMPErrors.values,
        contract: ICMPErrors.reversionContract,
        controls: [
            Control(
                "option set back to none", ICMPErrors.message(3, 0, userTimeout: 1000),
                parts: .extra, at: 14
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "a message that leaves the backoff alone",
                ICMPErrors.message(3, 1, userTimeout: 3000), parts: .time, at: 6
            ) { $0.replacing("by hand", with: .respond(Response(.icmp(type: 3, code: 13)))) },
            Control(
                "the router falls silent after four messages",
                ICMPErrors.message(1, 0, .ipv6, userTimeout: 3000), parts: .missing, at: 9
            ) {
                $0.replacing(
                    "by hand", with: .respond(Response(.icmp(type: 1, code: 0), most: 4)))
            },
        ])
}

extension ICMPErrors {
    /// The known answers to a message that says "no route".
    static func reversion(
        _ fates: @escaping @Sendable (Parameters, Conditions) -> Timeline<RetransmitTimer.Fate>
    ) -> [Variant] {
        func variant(
            _ name: String, _ summary: String, eras: [Era], _ family: AddressFamily,
            applies: @escaping @Sendable (Parameters) -> Bool = { _ in true },
            _ change: @escaping @Sendable (inout KernelRules) -> Void
        ) -> Variant {
            Variant(
                name, summary, eras: eras, applies: { $0.family == family && applies($0) }
            ) { conditions, parameters in
                RetransmitTimer(
                    conditions, .mainline.with(change), fates: fates(parameters, conditions)
                ).prospects(written: conditions.mark("write"))
            }
        }
        let even = "Each message takes one doubling back; the end is the first firing after T."
        let doubling = "The RTO is doubled as if nobody had complained"
        return [
            variant(
                "reverted", even, eras: ["2.6.32 f1ecd5d9e736, 3.10 6ba8a3b19e76 …"], .ipv4
            ) { _ in },
            variant(
                "reverted.no-tlp", "As before, without a tail loss probe.",
                eras: ["2.6.32 f1ecd5d9e736 … 3.10 6ba8a3b19e76"], .ipv4
            ) { $0.tailLossProbe = .none },
            variant(
                "not-reverted", "\(doubling).", eras: ["… 2.6.32 f1ecd5d9e736"], .ipv4,
                applies: { !$0.hasUserTimeout }
            ) {
                $0.complaintsRevertBackoff = false
                $0.tailLossProbe = .none
            },
            variant("reverted.ipv6", even, eras: ["5.8 d2924569b702 …"], .ipv6) { _ in },
            variant(
                "not-reverted.ipv6", "\(doubling), and the last interval is cut to T.",
                eras: ["4.19 b701a99e431d … 5.8 d2924569b702"], .ipv6
            ) { $0.complaintsRevertBackoff = false },
            variant(
                "not-reverted.ipv6.uncut", "\(doubling), and no interval is cut.",
                eras: ["3.10 6ba8a3b19e76 … 4.19 b701a99e431d", "RHEL 7"], .ipv6,
                applies: \.hasUserTimeout
            ) {
                $0.complaintsRevertBackoff = false
                $0.retransmission = .atNextRetransmission
            },
        ]
    }

    /// What is promised where a router has no route.
    static let reversionContract = Contract(
        ["reverted", "reverted.no-tlp", "reverted.ipv6", "not-reverted", "not-reverted.ipv6"],
        because: RetransmissionVariants.contract.because
            + " RFC 1122, 4.2.3.9: destination unreachable 0 and 1 must not end the connection. "
            + "RFC 6069, 4: each such message may take one doubling of the RTO back.",
        exceeds: """
            Where the backoff is taken back, the last interval is not cut to T: later than the \
            letter by one more RTO at most. The application hears what the last message said in \
            place of ETIMEDOUT.
            """)
}
