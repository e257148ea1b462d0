/// TCP_INFO with the fields of 6.18 (include/uapi/linux/tcp.h), whatever headers this was compiled
/// with: glibc's netinet/tcp.h knows the first 104 bytes only and can't be included beside
/// linux/tcp.h.
#pragma once
#include <stdint.h>

struct clinux_tcp_info {
    uint8_t state;
    uint8_t ca_state;
    uint8_t retransmits;
    uint8_t probes;
    uint8_t backoff;
    uint8_t options;
    /// Two bit-fields of four bits: what the peer announced, and what this side announced.
    uint8_t window_scales;
    /// Bit-fields: delivery_rate_app_limited (1), fastopen_client_fail (2).
    uint8_t flags;

    uint32_t rto;
    uint32_t ato;
    uint32_t snd_mss;
    uint32_t rcv_mss;

    uint32_t unacked;
    uint32_t sacked;
    uint32_t lost;
    uint32_t retrans;
    uint32_t fackets;

    uint32_t last_data_sent;
    uint32_t last_ack_sent;
    uint32_t last_data_recv;
    uint32_t last_ack_recv;

    uint32_t pmtu;
    uint32_t rcv_ssthresh;
    uint32_t rtt;
    uint32_t rttvar;
    uint32_t snd_ssthresh;
    uint32_t snd_cwnd;
    uint32_t advmss;
    uint32_t reordering;

    uint32_t rcv_rtt;
    uint32_t rcv_space;

    uint32_t total_retrans;
    // 104 bytes: every kernel since 2.6.12.

    uint64_t pacing_rate;
    uint64_t max_pacing_rate;
    uint64_t bytes_acked;
    uint64_t bytes_received;
    uint32_t segs_out;
    uint32_t segs_in;

    uint32_t notsent_bytes;
    uint32_t min_rtt;
    uint32_t data_segs_in;
    uint32_t data_segs_out;

    uint64_t delivery_rate;

    uint64_t busy_time;
    uint64_t rwnd_limited;
    uint64_t sndbuf_limited;

    uint32_t delivered;
    uint32_t delivered_ce;

    uint64_t bytes_sent;
    uint64_t bytes_retrans;
    uint32_t dsack_dups;
    uint32_t reord_seen;

    uint32_t rcv_ooopack;
    uint32_t snd_wnd;
    uint32_t rcv_wnd;
    uint32_t rehash;

    uint16_t total_rto;
    uint16_t total_rto_recoveries;
    uint32_t total_rto_time;

    uint32_t received_ce;
    uint32_t delivered_e1_bytes;
    uint32_t delivered_e0_bytes;
    uint32_t delivered_ce_bytes;
    uint32_t received_e1_bytes;
    uint32_t received_e0_bytes;
    uint32_t received_ce_bytes;
    uint16_t accecn_fail_mode;
    uint16_t accecn_opt_seen;
};

_Static_assert(sizeof(struct clinux_tcp_info) == 280, "TCP_INFO of 6.18 has 280 bytes");

/// Returns the number of bytes that the kernel filled in; the rest of `info` is zero.
int clinux_get_tcp_info(int fd, struct clinux_tcp_info *info);
