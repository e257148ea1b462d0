/// The sysctls that a testbed sets or reports.
enum Settings {
    /// Set in each namespace before anything is in it, where the kernel has them.
    ///
    /// No metrics: a connection must not begin with the RTT of an earlier one. No rate limit on
    /// answers to what is out of the window (`tcp_oow_rate_limited`): every window probe is to be
    /// answered. Reno, which every kernel has: what a host prefers (BBR, which paces) is no part of
    /// the question. The rest keeps IPv6 from sending anything of its own.
    static let always = [
        ("net.ipv4.tcp_no_metrics_save", "1"), ("net.ipv4.tcp_invalid_ratelimit", "0"),
        ("net.ipv4.tcp_congestion_control", "reno"),
        ("net.ipv6.conf.all.accept_dad", "0"), ("net.ipv6.conf.default.accept_dad", "0"),
        ("net.ipv6.conf.all.accept_ra", "0"), ("net.ipv6.conf.default.accept_ra", "0"),
        ("net.ipv6.conf.all.router_solicitations", "0"),
        ("net.ipv6.conf.default.router_solicitations", "0"),
        // At once, not at a random moment of the next second, the groups of an address are told.
        ("net.ipv6.conf.default.mldv2_unsolicited_report_interval", "1"),
        // None: no link-local address, which would be announced.
        ("net.ipv6.conf.default.addr_gen_mode", "1"),
    ]

    /// In a trial over IPv4 nothing of IPv6 is to be on the wire.
    static let withoutIPv6 = [("net.ipv6.conf.default.disable_ipv6", "1")]

    /// Bear on the timers; reported as read back.
    static let reported = [
        "net.ipv4.tcp_congestion_control", "net.ipv4.tcp_early_retrans", "net.ipv4.tcp_frto",
        "net.ipv4.tcp_invalid_ratelimit", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_mtu_probing", "net.ipv4.tcp_no_metrics_save",
        "net.ipv4.tcp_orphan_retries", "net.ipv4.tcp_recovery", "net.ipv4.tcp_retries1",
        "net.ipv4.tcp_retries2", "net.ipv4.tcp_rmem", "net.ipv4.tcp_rto_max_ms",
        "net.ipv4.tcp_rto_min_us", "net.ipv4.tcp_sack", "net.ipv4.tcp_shrink_window",
        "net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_syn_linear_timeouts",
        "net.ipv4.tcp_syn_retries", "net.ipv4.tcp_synack_retries",
        "net.ipv4.tcp_thin_linear_timeouts", "net.ipv4.tcp_timestamps",
        "net.ipv4.tcp_window_scaling", "net.ipv4.tcp_wmem",
    ]
}
