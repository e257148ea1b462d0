extension Change {
    /// Connections in the making: SYN_SENT, SYN_RECV, Fast Open.
    static let connecting: [Change] = [
        Change(
            "9ad7c049f0f7", "tcp: RFC2988bis + taking RTT sample from 3WHS", first: "3.1",
            .seen("2.6.32-754.el6"),
            effect: "The first SYN is repeated after 1 s, not 3 s.", isFix: false),
        Change(
            "6c9ff979d192", "tcp: Increase timeout for SYN segments", first: "3.7",
            .seen("3.10.0-123.el7"), .notYet("2.6.32-754.el6"),
            effect: "Six SYN retransmissions, not five: connect(2) fails after 127 s, not 63 s.",
            isFix: false),
        Change(
            "2dda64004087", "tcp: keepalive against TCP_FASTOPEN_CONNECT", first: "4.13",
            .seen("3.18.91"), .seen("4.9.319"),
            effect: "The keepalive timer does nothing in SYN_SENT.",
            untold: """
                With Fast Open's deferred connect only, where a keepalive of less than the SYN's \
                timeout would have ended it.
                """),
        Change(
            "ce682ef6e3e0", "tcp: fix TCP_SYNCNT flakes", first: "4.14",
            .notYet("4.9.319"), .notYet("3.10.0-1160.el7"),
            effect: "The limit on SYN retransmissions is a count, not a time.",
            untold: """
                The two differ by a race between the last timer and the time worked out; the \
                count is the same wherever the wheel is late, that is always since 4.8.
                """),
        Change(
            "c7d13c8faa74", "tcp: properly track retry time on passive Fast Open", first: "5.1",
            .notYet("4.19.191"),
            effect: "A Fast Open child's SYN-ACK starts the clock of retries.",
            untold: "It needs a Fast Open server; the catalogue has none."),
        Change(
            "a41e8a88b06e", "tcp: better handle TCP_USER_TIMEOUT in SYN_SENT state", first: "5.4",
            .between("5.3.1", "5.3.4"), .between("4.19.35", "4.19.77"),
            .between("4.18.0-147.el8", "4.18.0-240.el8"),
            effect: "T ends connect(2) at T; no burst of SYNs.",
            repairs: ["b701a99e431d"]),
        Change(
            "3256a2d6ab1f", "tcp: adjust rto_base in retransmits_timed_out()", first: "5.4",
            .between("4.19.191", "4.19.209"), .seen("4.18.0-240.el8"),
            effect: """
                connect(2) without T fails after all SYN retransmissions, not after 31 s: the \
                damage of the change before.
                """,
            needs: ["a41e8a88b06e"], repairs: ["a41e8a88b06e"]),
        Change(
            "5903123f662e", "tcp: Use BPF timeout setting for SYN ACK RTO", first: "5.19",
            effect: "None without a BPF program.", isFix: false,
            untold: "It needs a BPF program that sets the timeout."),
        Change(
            "ccce324dabfe", "tcp: make the first N SYN RTO backoffs linear", first: "6.5",
            .notYet("6.4.6"), .notYet("6.1.192"),
            effect: "SYNs at 0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 s; connect(2) fails after 131 s.",
            isFix: false),
        Change(
            "b59db45d7eba", "Revert tcp: no longer abort SYN_SENT when receiving some ICMP",
            first: "6.8",
            effect: "An ICMP error ends connect(2) at once, as it always did.",
            with: ["14dd92d0a117", "0a8de364ff7a"],
            untold: """
                What it takes back (0a8de364ff7a) was in no release: before and after, ICMP ends \
                connect(2).
                """),
    ]
}
