extension Change {
    /// What TCP_USER_TIMEOUT is, and what it does to data in flight.
    static let userTimeout: [Change] = [
        Change(
            "dca43c75e7e5", "Add TCP_USER_TIMEOUT socket option", first: "2.6.37",
            .seen("2.6.32-754.el6"),
            effect: "T ends a connection with data in flight, and one that keepalive probes.",
            isFix: false),
        Change(
            "42493570100b", "reject a negative TCP_USER_TIMEOUT", first: "3.6",
            .notYet("2.6.32-754.el6"), .seen("3.10.0-123.el7"),
            effect: "setsockopt with −1: accepted before, EINVAL since."),
        Change(
            "8c72c65b426b", "tcp: update skb->skb_mstamp more carefully", first: "4.14",
            .seen("4.9.319"), .notYet("4.4.130"), .notYet("3.10.0-1160.el7"),
            effect: "A failed transmission no longer starts the clock of T anew."),
        Change(
            "9bcc66e1983d", "tcp: convert icsk_user_timeout from jiffies to msecs", first: "4.19",
            .seen("4.18.0-80.el8"), .notYet("4.14.124"), .notYet("3.10.0-1160.el7"),
            effect: "getsockopt gives T back exactly, not rounded up to jiffies.", isFix: false),
        Change(
            "b701a99e431d",
            "tcp: Add tcp_clamp_rto_to_user_timeout() helper to improve accuracy", first: "4.19",
            .seen("4.18.0-80.el8"), .notYet("4.14.124"), .notYet("3.10.0-1160.el7"),
            effect: "The RTO is cut to what is left of T: the end comes at T, not an RTO later.",
            with: ["a7fa37703d4a"], needs: ["9bcc66e1983d"], isFix: false),
        Change(
            "7ae189759cc4", "tcp: always set retrans_stamp on recovery", first: "5.1",
            .between("4.19.191", "4.19.209"), .notYet("4.18.0-240.el8"),
            effect: """
                T and tcp_retries2 count from the first attempt, also where that cannot be sent.
                """),
        Change(
            "7f12422c4873", "tcp: always timestamp on every skb transmission", first: "5.1",
            .notYet("4.19.304"), .notYet("4.18.0-240.el8"),
            effect: "A failed transmission stamps its segment again.", isFix: false,
            untold: """
                Since 5.1 neither clock of T starts at the segment's stamp, so nothing shows it.
                """),
        Change(
            "36534d3c5453", "tcp: use signed arithmetic in tcp_rtx_probe0_timed_out()",
            first: "6.10",
            .since("4.19.318"), .since("5.4.280"), .since("5.10.222"), .since("5.15.163"),
            .since("6.1.100"), .since("6.6.41"), .since("6.9.10"),
            effect: """
                An answer that comes after the retransmission is not taken for one that came an \
                age ago.
                """,
            repairs: ["e89688e3e978"],
            untold: """
                The two clocks are in jiffies and are both set by the answer: no kernel tried \
                lets the later one pass the earlier within the one comparison.
                """),
        Change(
            "97a9063518f1", "tcp: avoid too many retransmit packets (CVE-2024-41007)",
            first: "6.10",
            .since("4.19.318"), .since("5.4.280"), .since("5.10.222"), .since("5.15.163"),
            .since("6.1.100"), .since("6.6.41"), .since("6.9.10"),
            effect: """
                T ends a connection whose window was retracted with data in flight; before, a \
                retransmission every two jiffies once T was over.
                """,
            needs: ["b701a99e431d"], repairs: ["b701a99e431d"]),
        Change(
            "614e8316aa4c", "tcp: add support for usec resolution in TCP TS values", first: "6.7",
            .notYet("5.10.262"), .notYet("6.1.192"),
            effect: """
                The time since the first retransmission is at hand in milliseconds. Where 97a906 \
                was taken back without it, T is compared with jiffies: except at HZ=1000 a peer \
                that answers is still flooded.
                """,
            repairs: ["97a9063518f1"], isFix: false),
        Change(
            "e89688e3e978", "net: tcp: fix unexcepted socket die when snd_wnd is 0", first: "6.6",
            .since("5.4.280"), .since("5.10.195"), .since("5.15.132"), .since("6.1.53"),
            effect: """
                A connection whose window was retracted with data in flight lives while the peer \
                answers; a silent one ends after 240 s, not 120 s.
                """),
        Change(
            "536a6c8e05f9", "tcp: make retransmitted SKB fit into the send window", first: "6.0",
            .seen("4.19.304"), .since("5.4.211"), .since("5.10.137"), .since("5.15.61"),
            effect: "A retransmission is not longer than a window that has shrunk.",
            untold: "It shows in the length of a segment, of which the model says nothing."),
        Change(
            "686dc2db2a0f", "tcp: fix early ETIMEDOUT after spurious non-SACK RTO",
            first: "6.0-rc5",
            .since("5.4.213"), .since("5.10.143"), .since("5.15.68"), .seen("4.19.328"),
            .seen("4.14.328"), .seen("4.9.328"),
            effect: """
                Without SACK, an RTO that was needless no longer makes a later, real one end the \
                connection too soon.
                """,
            untold: """
                It needs an acknowledgement that echoes a time stamp from before the RTO; what a \
                scripted peer sends has none.
                """),
        Change(
            "b41b4cbd9655", "tcp: fix tcp_enter_recovery() to zero retrans_stamp when it's safe",
            first: "6.12",
            .since("5.4.285"), .since("5.10.227"), .since("5.15.168"), .since("6.1.113"),
            .since("6.6.57"),
            effect: "The same with SACK, with Fast Open, and where an undo is due.",
            with: ["27c80efcc204", "e37ab7373696"],
            untold: """
                It needs a fast recovery that is undone while a retransmission still waits in \
                the host's queue: no script can time that.
                """),
    ]
}
