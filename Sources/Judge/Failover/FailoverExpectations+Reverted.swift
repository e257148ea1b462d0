internal import Evidence
internal import KernelTimers

/// What becomes of the broker's timer when the neighbour, too, is known to be gone.
extension FailoverExpectations {
    /// A node without power answers no ARP either. Once its neighbour entry has failed, each
    /// retransmission asks in vain for three seconds, and then the host tells itself that the node
    /// is unreachable (`ipv4_link_failure`): that takes one doubling of the RTO back (RFC 6069,
    /// `tcp_ld_RTO_revert`). So when retransmissions come is a matter of when the neighbour was
    /// given up, and they come more often than without; the end is the first that is due when
    /// tcp_retries2's time is over. /proc shows the last one, and its RTO.
    ///
    /// Nil where no RTO was seen to be taken back, or with TCP_USER_TIMEOUT, to which each is cut.
    func reverted(since moments: [Moment]) -> Expected? {
        guard cell.protection.brokerUserTimeoutMilliseconds == nil,
            let remote = trace.deadProxyAddress, let written = moments.min(),
            let last = trace.lastAttempt(
                of: .broker, to: remote, before: finding.brokerEnded ?? trace.observation.end,
                tick: tick), last.isReverted
        else { return nil }
        let due = firing(last.made, last.rto)
        let least = Duration.milliseconds(200)
        let patience = conditions(rto: usualRTO).modelTimeout(
            retries: cell.protection.retries2, base: least)
        // Its clock starts with the first retransmission.
        let over = written + least + patience
        guard due.latest >= over else { return nil }
        return Expected(
            .aborted(.etimedout), Window(max(due.earliest, over), due.latest),
            "retransmission \(last.count) at \(seconds(last.made.earliest)) … "
                + "\(seconds(last.made.latest)); the neighbour is gone, and the RTO was reverted "
                + "to \(last.rto.lowerBound) … \(last.rto.upperBound) jiffies (RFC 6069); "
                + "tcp_retries2=\(cell.protection.retries2), \(patience.formattedSeconds) by "
                + "model, is over at \(seconds(over))")
    }
}
