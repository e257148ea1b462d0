public import Evidence
public import KernelTimers

extension Conditions {
    /// Takes over what a trial sets that scales its timers: the sysctls `tcp_retries2`,
    /// `tcp_rto_min_us` (6.11) and `tcp_rto_max_ms` (6.15), and the options of the socket
    /// TCP_RTO_MIN_US (`rtomin`) and TCP_RTO_MAX_MS (`rtomax`), which go before the sysctls.
    public mutating func adopt(_ parameters: Parameters) {
        retries2 = parameters.effectiveRetries2
        if let least = parameters.setting("rtomin") ?? parameters.setting("tcp_rto_min_us") {
            // Kept in jiffies, rounded up, by option, route and sysctl alike (`tcp_rto_min`).
            rtoMin = tick.duration(jiffies: tick.jiffies(covering: .microseconds(least)))
        }
        if let most = parameters.setting("rtomax") ?? parameters.setting("tcp_rto_max_ms") {
            rtoMax = .milliseconds(most)
        }
    }
}
