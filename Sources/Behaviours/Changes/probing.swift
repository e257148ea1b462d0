extension Change {
    /// The probe timer: zero windows, and data that was never sent.
    static let probing: [Change] = [
        Change(
            "b248230c3497", "tcp: abort orphan sockets stalling on zero window probes",
            first: "3.18",
            .between("3.10.0-123.el7", "3.10.0-514.el7"), .notYet("3.17.4"), .notYet("3.16.0"),
            .notYet("2.6.32-754.el6"),
            effect: """
                T ends a connection whose window is shut or whose data was never sent; an orphan \
                ends once its backoff has reached 120 s.
                """),
        Change(
            "19757cebf0c5", "tcp: switch orphan_count to bare per-cpu counters", first: "5.16",
            .since("5.10.80"), .since("5.14.19"),
            effect: "One orphan more than tcp_max_orphans is noticed, and reset at its next RTO.",
            isFix: false),
        Change(
            "21c8fe991527", "tcp: adjust window probe timers to safer values", first: "4.2",
            .notYet("3.18.91"), .notYet("3.10.0-1160.el7"),
            effect: "Probes come no faster than every 200 ms, also where the RTO is shorter."),
        Change(
            "3976535af0cb", "tcp: fix off-by-one bug on aborting window-probing socket",
            first: "4.20",
            .seen("4.19.89"), .between("4.14.124", "4.14.159"), .seen("4.9.319"),
            .notYet("4.4.130"), .notYet("4.18.0-240.el8"), .notYet("3.10.0-1160.el7"),
            effect: "As many unanswered probes as tcp_retries2 end it, not one more."),
        Change(
            "9721e709fa68", "tcp: simplify window probe aborting on USER_TIMEOUT", first: "5.1",
            .notYet("4.19.304"), .notYet("4.18.0-240.el8"),
            effect: """
                T is worked out from the number of unanswered probes, which each answer resets: a \
                living peer's window may stay shut for ever.
                """,
            needs: ["b248230c3497"], isFix: false),
        Change(
            "9d9b1ee0b2d1", "tcp: fix TCP_USER_TIMEOUT with zero window", first: "5.11-rc5",
            .since("5.4.93"), .since("5.10.11"),
            effect: "T counts from the first probe again, whether or not the peer answers.",
            needs: ["9721e709fa68"], repairs: ["9721e709fa68"]),
        Change(
            "344db93ae3ee", "tcp: make TCP_USER_TIMEOUT accurate for zero window probes",
            first: "5.11-rc6", .between("5.4.93", "5.4.117"), .between("5.10.11", "5.10.35"),
            effect: "The probe timer is cut to what is left of T.",
            needs: ["9d9b1ee0b2d1"]),
        Change(
            "590d2026d625", "tcp: retry more conservatively on local congestion", first: "5.1",
            .notYet("4.19.304"), .notYet("4.18.0-240.el8"),
            effect: """
                What a full queue drops is tried again every 500 ms, and counted: before, every \
                min(RTO, 500 ms), for ever.
                """,
            with: ["c1d5674f8313"], isFix: false),
        Change(
            "800a666141de", "net: tcp: allow zero-window ACK update the window", first: "6.6",
            .notYet("5.10.262"), .notYet("5.15.215"), .notYet("6.1.192"),
            effect: "A bare duplicate ACK with a window of 0 shuts the window; before, ignored.",
            with: ["e2142825c120"], isFix: false),
        Change(
            "2b9f6f7065d4", "tcp: make probe0 timer handle expired user timeout",
            first: "7.1-rc2",
            .between("6.12.90", "6.12.94"), .between("6.18.32", "6.18.33"),
            .between("7.0.9", "7.0.10"), .notYet("5.10.262"), .notYet("6.1.192"),
            .notYet("6.6.150"), .notYet("6.19.14"),
            effect: """
                A probe timer armed after T is over fires at once, not after a whole interval.
                """,
            needs: ["344db93ae3ee"], repairs: ["344db93ae3ee"]),
        Change(
            "tcpi-backoff", "tcpi_backoff counts while the window is retracted", first: "6.8",
            .notYet("6.1.192"),
            effect: "TCP_INFO only: the backoff shows while retransmissions act as probes.",
            isFix: false,
            untold: """
                Its commit is not known, and it changes what TCP_INFO says, not what happens.
                """),
    ]
}
