/// What differs between kernels in these timers, each with the commits that began or ended it.
///
/// A variant of a behaviour is a set of rules. The default is today's mainline; a broken kernel
/// is described by what it does otherwise. History: `git log net/ipv4/tcp_timer.c`.
public struct KernelRules: Hashable, Codable, Sendable {
    /// How exactly timers fire.
    public var wheel: TimerWheel
    /// Whether and when a tail loss probe is sent.
    public var tailLossProbe: TailLossProbe
    /// What TCP_USER_TIMEOUT does while the retransmission timer runs.
    public var retransmission: RetransmissionTimeout
    /// What TCP_USER_TIMEOUT does while the probe timer runs.
    public var probing: ProbeTimeout
    /// How many unanswered probes end a connection.
    public var probeLimit: ProbeLimit
    /// Whether a retransmission that could not be sent starts the clock too
    /// (5.1 7ae189759cc4; 4.19.209).
    public var failedAttemptStartsClock: Bool
    /// The error left behind when the source address is no longer local
    /// (5.4 595e0651d029 made EINVAL ENETUNREACH).
    public var lostSourceError: SocketError
    /// What an attempt comes to that the host's own queue drops.
    public var congestion: LocalCongestion = .counted
    /// Whether a failed retransmission stamps its segment anew (5.1 7f12422c4873; before 4.14).
    public var failedAttemptStamps = true
    /// What is added to twice the round-trip time before a tail loss probe of several segments.
    public var lossProbeFloor = LossProbeFloor.milliseconds
    /// How many retransmissions of a thin stream leave the interval as it is: 6
    /// (TCP_THIN_LINEAR_RETRIES) where linear timeouts are asked for (2.6.34 36e31b0af587).
    public var linearRetransmissions = 0
    /// What TCP_USER_TIMEOUT does while a connection is being made.
    public var connecting: ConnectTimeout
    /// Whether an ICMP error that says "no way to the network or the host" for a retransmission
    /// takes one doubling of the RTO back (RFC 6069; 2.6.32 f1ecd5d9e736, IPv6 5.8 d2924569b702).
    public var complaintsRevertBackoff = true
    /// Whether it takes all of them back; no kernel known does.
    public var complaintsForgetBackoff = false
    /// Whether a probe timer that is armed when T is over is cut to the least of intervals, rather
    /// than left whole (7.1 2b9f6f7065d4).
    public var clampsWhatIsOver = true
    /// Whether the probe timer begins with 200 ms where the RTO is shorter (4.2 21c8fe991527).
    public var probeFloor = true
    /// Whether an acknowledgement of a part starts the clock anew; no kernel known does.
    public var progressStartsClock = false
    /// What TCP_USER_TIMEOUT does while the window is retracted with data in flight.
    public var retraction = RetractionTimeout.timed
    /// What else ends a connection then.
    public var retractionLimit = RetractionLimit.sinceBoth
    /// How many of the first SYNs are repeated without doubling the interval
    /// (net.ipv4.tcp_syn_linear_timeouts, 4 by default; 6.5 ccce324dabfe).
    public var linearSYNs: Int

    /// Today's mainline.
    public static let mainline = KernelRules(
        wheel: .nonCascading, tailLossProbe: .untilRTO, retransmission: .clamped,
        probing: .fromFirstProbeClamped, probeLimit: .reaching, failedAttemptStartsClock: true,
        lostSourceError: .enetunreach, connecting: .honoured, linearSYNs: 4)

    /// These rules with some of them changed.
    public func with(_ change: (inout KernelRules) -> Void) -> KernelRules {
        var copy = self
        change(&copy)
        return copy
    }
}

/// Whether the kernel repeats a lone unacknowledged segment before the first RTO.
public enum TailLossProbe: String, Hashable, Codable, Sendable, CaseIterable {
    /// Never (before 3.10, or net.ipv4.tcp_early_retrans = 0).
    case none
    /// After min(2·srtt + 200 ms, RTO) (3.10 6ba8a3b19e76, as since 4.15 bb4d991a28cc).
    case untilRTO
}

/// What is added to twice the round-trip time before a tail loss probe of several segments.
public enum LossProbeFloor: String, Hashable, Codable, Sendable, CaseIterable {
    /// Two jiffies (4.15 bb4d991a28cc … 6.6 1c2709cfff1d).
    case jiffies
    /// Two milliseconds, and the sum is rounded up to jiffies (6.6-rc7 1c2709cfff1d).
    case milliseconds
}

/// What TCP_USER_TIMEOUT does to an established connection whose data is in flight.
public enum RetransmissionTimeout: String, Hashable, Codable, Sendable, CaseIterable {
    /// Nothing: tcp_retries2 alone decides (before 2.6.37 dca43c75e7e5).
    case ignored
    /// The connection ends at the first retransmission that is due after T (2.6.37 … 4.18).
    case atNextRetransmission
    /// The last interval is cut so that the connection ends at T (4.19 b701a99e431d).
    case clamped
}

/// What TCP_USER_TIMEOUT does while the probe timer runs (zero window, or data never sent).
public enum ProbeTimeout: String, Hashable, Codable, Sendable, CaseIterable {
    /// Nothing (before 3.18 b248230c3497).
    case ignored
    /// Counted from the head segment's last *attempt*: each failed send restarts the clock
    /// (3.18 … 4.13 and RHEL 7; ended by 4.14 8c72c65b426b).
    case fromLastAttempt
    /// Counted from the first probe, checked when a probe is due, strictly later than T
    /// (4.14 … 5.0; with a zero window also 3.18 … 4.13).
    case fromFirstProbeStrict
    /// Worked out from the number of *unanswered* probes, which each answer resets
    /// (5.1 9721e709fa68 … 5.11, 5.4.93, 5.10.11).
    case fromUnansweredCount
    /// Counted from the first probe, checked when a probe is due (5.11-rc5 9d9b1ee0b2d1).
    case fromFirstProbe
    /// As before, and the last interval is cut so that the connection ends at T
    /// (5.11-rc6 344db93ae3ee).
    case fromFirstProbeClamped
}

/// What TCP_USER_TIMEOUT does to a connection whose window was retracted with data in flight.
public enum RetractionTimeout: String, Hashable, Codable, Sendable, CaseIterable {
    /// Nothing (before 4.19 b701a99e431d).
    case ignored
    /// Intervals are cut to what is left of T, but T ends nothing: once it is over, there is a
    /// retransmission every other jiffy (4.19 b701a99e431d … 6.10 97a9063518f1, CVE-2024-41007).
    case flooding
    /// The connection ends at T if the peer is silent; if it answers, only once as many jiffies
    /// are over as T has milliseconds: until then there is a retransmission every other jiffy.
    /// So 97a9063518f1 was taken back to series before 6.7, where the time since the first
    /// retransmission is in jiffies (5.10.222, 6.1.100).
    case inJiffies
    /// The connection ends at T (6.10 97a9063518f1).
    case timed
}

/// When a connection ends whose window was retracted with data in flight, without a user timeout.
public enum RetractionLimit: String, Hashable, Codable, Sendable, CaseIterable {
    /// 120 s (TCP_RTO_MAX) after the peer's last segment; so at the first interval of that length,
    /// even if the peer answers (before 6.6 e89688e3e978).
    case sinceAnswer
    /// 240 s after the peer's last segment, and after the first retransmission (6.6 e89688e3e978).
    case sinceBoth
}

/// What an attempt comes to that the host's own queue drops.
public enum LocalCongestion: String, Hashable, Codable, Sendable, CaseIterable {
    /// It is made again after min(RTO, 500 ms), and not counted: so for ever (before 5.1).
    case uncounted
    /// It is made again after 500 ms, and counts (5.1 590d2026d625, c1d5674f8313).
    case counted
}

/// What TCP_USER_TIMEOUT does to a connection whose SYN is not answered.
public enum ConnectTimeout: String, Hashable, Codable, Sendable, CaseIterable {
    /// Nothing: tcp_syn_retries alone decides (before 4.19 b701a99e431d).
    case ignored
    /// Intervals are cut to what is left of T, but only tcp_syn_retries ends the attempt: after T
    /// the rest of the SYNs come jiffy upon jiffy (4.19 … 5.4 a41e8a88b06e; RHEL 8.0, 8.1).
    case burst
    /// The attempt ends at T (5.4 a41e8a88b06e).
    case honoured
    /// As before; without T the limit is worked out from an RTO of 200 ms rather than of one
    /// second (a41e8a88b06e without 3256a2d6ab1f: 4.19.77 … 4.19.208, 5.3.3 … 5.3.6).
    case honouredShort
}

/// When unanswered probes are too many.
public enum ProbeLimit: String, Hashable, Codable, Sendable, CaseIterable {
    /// More than tcp_retries2 (before 4.20 3976535af0cb; also RHEL 7 and 8).
    case exceeding
    /// As many as tcp_retries2.
    case reaching
}

/// An errno by name, since numbers differ between architectures.
public struct SocketError: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The symbol, such as `ETIMEDOUT`.
    public var name: String

    /// The errno of that name.
    public init(_ name: String) { self.name = name }

    /// Reads the bare symbol.
    public init(from decoder: any Decoder) throws {
        name = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the bare symbol.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }

    /// The symbol.
    public var description: String { name }

    /// Connection timed out.
    public static let etimedout = SocketError("ETIMEDOUT")
    /// Network is unreachable.
    public static let enetunreach = SocketError("ENETUNREACH")
    /// Invalid argument.
    public static let einval = SocketError("EINVAL")
    /// Broken pipe.
    public static let epipe = SocketError("EPIPE")
    /// Connection reset by peer.
    public static let econnreset = SocketError("ECONNRESET")
    /// No route to host.
    public static let ehostunreach = SocketError("EHOSTUNREACH")
    /// Permission denied.
    public static let eacces = SocketError("EACCES")
    /// Connection refused.
    public static let econnrefused = SocketError("ECONNREFUSED")
    /// Protocol not available.
    public static let enoprotoopt = SocketError("ENOPROTOOPT")
}
