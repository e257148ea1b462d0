extension Change {
    /// The retransmission timer itself: when it fires, and what makes it start over.
    static let retransmitting: [Change] = [
        Change(
            "6fa12c850314", "Revert Backoff [v3]: TCP's connection close threshold as a time value",
            first: "2.6.32",
            effect: "tcp_retries2 is a time, worked out of a hypothetical RTO, not a count.",
            isFix: false),
        Change(
            "f1ecd5d9e736", "Revert Backoff [v3]: Revert RTO on ICMP destination unreachable",
            first: "2.6.32",
            effect: "ICMP net or host unreachable for a retransmission halves the RTO (RFC 6069).",
            isFix: false),
        Change(
            "6ba8a3b19e76", "tcp: Tail loss probe (TLP)", first: "3.10",
            .notYet("2.6.32-754.el6"),
            effect: "One more transmission before the first RTO.", isFix: false),
        Change(
            "500462a9de65", "timers: Switch to a non-cascading wheel", first: "4.8",
            .notYet("4.4.130"), .notYet("3.10.0-1160.el7"),
            effect: "Every timer may be late by an eighth of its interval.", isFix: false),
        Change(
            "bb4d991a28cc", "tcp: adjust tail loss probe timeout", first: "4.15",
            .seen("4.14.124"), .seen("4.18.0-80.el8"), .notYet("3.10.0-1160.el7"),
            effect: "A lone segment's loss probe after 2·srtt + 200 ms, not 1.5·rtt + 200 ms.",
            needs: ["6ba8a3b19e76"], isFix: false,
            untold: """
                The two differ by half a round-trip time, which between namespaces is less than a \
                jiffy.
                """),
        Change(
            "1c2709cfff1d", "tcp: fix excessive TLP and RACK timeouts from HZ rounding",
            first: "6.6-rc7",
            .since("5.4.259"), .since("5.10.199"), .since("5.15.137"), .since("6.1.60"),
            effect: "Loss probes come one or two jiffies sooner.", needs: ["6ba8a3b19e76"]),
        Change(
            "9efdda4e3abe", "tcp: address problems caused by EDT misshaps", first: "4.20",
            .seen("4.19.304"),
            effect: "No end ahead of time where the clock of the stamps is ahead.",
            untold: "It needs a clock that errs: nothing a script can do."),
        Change(
            "88f8598d0a30", "tcp: exit if nothing to retransmit on RTO timeout", first: "5.4",
            effect: "None that is known.",
            untold: "A guard against a state that no packet is known to bring about."),
        Change(
            "d2924569b702", "tcp: ipv6: support RFC 6069 (TCP-LD)", first: "5.8",
            .notYet("5.4.301"),
            effect: "ICMPv6 no-route for a retransmission reverts the backoff, as over IPv4.",
            isFix: false),
        Change(
            "595e0651d029", "ipv4: Return -ENETUNREACH if we can't create route but saddr is valid",
            first: "5.4",
            .seen("4.9.319"), .seen("4.19.191"),
            .between("3.10.0-1062.el7", "3.10.0-1127.el7"),
            .between("4.18.0-147.el8", "4.18.0-240.el8"),
            effect: "Source address gone, data in flight: ENETUNREACH, not EINVAL."),
        Change(
            "e4dd0d3a2f64", "net: fix the RTO timer retransmitting skb every 1ms with linear",
            first: "6.5",
            .since("4.19.293"), .since("5.4.255"), .since("5.10.192"), .since("5.15.128"),
            .since("6.1.47"),
            effect: "TCP_THIN_LINEAR_TIMEOUTS no longer floods once the RTO was cut to zero.",
            untold: """
                It needs a connection without any sample of the round trip: a handshake of which a \
                part was repeated, without time stamps.
                """),
        Change(
            "853c3bd7b791", "tcp: fix race in tcp_write_err()", first: "6.11",
            .since("5.15.165"), .since("6.1.103"), .since("6.6.44"),
            effect: "None that repeats.",
            untold: "A race between two processors; no script can win it reliably."),
        Change(
            "f086edef71be", "tcp: add sysctl_tcp_rto_min_us", first: "6.11",
            .notYet("6.8.1"),
            effect: "The sysctl tcp_rto_min_us sets the least RTO.", isFix: false),
        Change(
            "54a378f43425", "tcp: add the ability to control max RTO", first: "6.15",
            .notYet("6.12.117"), .notYet("6.14.0"),
            effect: "TCP_RTO_MAX_MS and the sysctl tcp_rto_max_ms bound the RTO.",
            with: ["1280c26228bd", "7baa030155e8"], isFix: false),
        Change(
            "f38805c5d26f", "tcp: support TCP_RTO_MIN_US for set/getsockopt use", first: "6.15",
            .notYet("6.12.117"), .notYet("6.14.0"),
            effect: "A connection's own least RTO (and TCP_DELACK_MAX_US).",
            with: ["9552f90835ef"], isFix: false),
        Change(
            "cve-2026-53236", "restrict SO_ATTACH_FILTER on TCP sockets (CVE-2026-53236)",
            first: "7.1",
            .between("6.1.172", "6.1.177"), .between("6.12.90", "6.12.94"),
            .between("7.0.10", "7.0.13"), .notYet("5.10.262"), .notYet("6.18.15"),
            .notYet("6.19.14"),
            effect: "Attaching a filter to a TCP socket asks for CAP_NET_ADMIN over its namespace.",
            untold: """
                Every trial has that capability in its own namespaces, or could not be performed.
                """),
    ]
}
