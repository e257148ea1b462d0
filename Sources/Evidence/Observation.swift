public import KernelTimers
public import Wire

/// All that was witnessed in a trial, with the script and the values as performed.
///
/// The judge takes everything from here. Packets stand in the capture file and are joined on
/// loading; everything else is in the observation's own JSON. Moments count from the trial's zero.
public struct Observation: Codable, Sendable, Hashable {
    /// The version of this format.
    public static let currentFormat = 1

    /// The version of the format in which the observation was written.
    public var format: Int
    /// Which trial.
    public var trial: TrialID
    /// The script as performed.
    public var script: Script
    /// Which attempt, from 1; a trial that the machine stalled is performed again.
    public var attempt: Int
    /// The kernel's tick as measured: 1/clock_getres(CLOCK_MONOTONIC_COARSE).
    public var hz: Int
    /// How many processors the kernel had: where there are several, one may see a tick's new time
    /// a tick later than the one that keeps it.
    public var processors: Int
    /// The two ends of the connection.
    public var flow: Flow?
    /// CLOCK_MONOTONIC at the trial's zero, nanoseconds.
    public var zeroMonotonicNanoseconds: Int64
    /// Pairs of clocks, before and after: what ties captures to the trial's clock.
    public var clocks: [ClockPair]
    /// The steps of all actors, in the order in which they ended: the application's witness.
    public var steps: [StepRecord]
    /// The captures: the wire's witness.
    public var captures: [Capture]
    /// The socket over time: the kernel's witness.
    public var samples: [KernelSample]
    /// The subject's counters when the instrument was proved, and at the end.
    public var counters: CounterPair
    /// Sysctls of the subject's namespace that bear on the timers, as read back.
    public var sysctls: [String: String]
    /// In which time the trial was performed; nil, as before guests, is real time. In virtual time
    /// nothing stalls a guest, so nobody watches for it, and `stalls` says nothing.
    public var time: TrialTime?
    /// The times at which the machine did not run the watchdog when it should have.
    public var stalls: [Stall]
    /// The longest gap the watchdog saw, whether or not it is listed in `stalls`; nanoseconds.
    public var longestGapNanoseconds: Int64
    /// When watching ended.
    public var end: Moment
    /// Why the trial is no evidence, where it is none.
    public var failure: Failure?

    /// An observation without evidence yet.
    public init(trial: TrialID, script: Script, attempt: Int, hz: Int, processors: Int) {
        format = Self.currentFormat
        self.trial = trial
        self.script = script
        self.attempt = attempt
        self.hz = hz
        self.processors = processors
        zeroMonotonicNanoseconds = 0
        clocks = []
        steps = []
        captures = []
        samples = []
        counters = CounterPair()
        sysctls = [:]
        stalls = []
        longestGapNanoseconds = 0
        end = .zero
    }

    /// The step with that label, if it was performed.
    public func step(_ label: String) -> StepRecord? { steps.first { $0.label == label } }

    /// Why a trial could not be performed.
    public struct Failure: Codable, Sendable, Hashable {
        /// What kind of failure.
        public var kind: Kind
        /// What happened, to what, in one line.
        public var reason: String

        /// A failure.
        public init(_ kind: Kind, _ reason: String) {
            self.kind = kind
            self.reason = reason
        }

        /// Whose fault it is: never the kernel's.
        public enum Kind: String, Codable, Sendable {
            /// The kernel lacks something that the script needs.
            case notApplicable
            /// The testbed broke, or the machine did.
            case testbed
        }
    }
}

/// The time in which trials are performed.
public enum TrialTime: String, Codable, Sendable, Hashable {
    /// That of the world: a machine under load may stall a trial.
    case real
    /// That of a guest whose clock counts its instructions, and jumps to the next timer when it
    /// idles: whatever the host does, the guest cannot tell.
    case virtual
}

/// One reading of both clocks: CLOCK_REALTIME between two readings of CLOCK_MONOTONIC.
public struct ClockPair: Codable, Sendable, Hashable {
    /// CLOCK_MONOTONIC before, nanoseconds.
    public var monotonicBefore: Int64
    /// CLOCK_REALTIME, nanoseconds since 1970.
    public var realtime: Int64
    /// CLOCK_MONOTONIC after, nanoseconds.
    public var monotonicAfter: Int64

    /// A pair.
    public init(monotonicBefore: Int64, realtime: Int64, monotonicAfter: Int64) {
        self.monotonicBefore = monotonicBefore
        self.realtime = realtime
        self.monotonicAfter = monotonicAfter
    }

    /// What to subtract from CLOCK_REALTIME to get CLOCK_MONOTONIC; right to half the bracket.
    public var offset: Int64 { realtime - (monotonicBefore + monotonicAfter) / 2 }
}

/// What an actor did in a step, and what came of it.
public struct StepRecord: Codable, Sendable, Hashable {
    /// The step's label.
    public var label: String
    /// Who did it.
    public var actor: Actor
    /// When it began.
    public var begin: Moment
    /// When it was done.
    public var end: Moment
    /// The calls that matter to the judge, in order.
    public var calls: [CallRecord]

    /// A step that took from `begin` to `end`.
    public init(
        label: String, actor: Actor, begin: Moment, end: Moment, calls: [CallRecord] = []
    ) {
        self.label = label
        self.actor = actor
        self.begin = begin
        self.end = end
        self.calls = calls
    }

    /// The step as a window.
    public var window: Window { Window(begin, end) }
}

/// One call of the application.
public struct CallRecord: Codable, Sendable, Hashable {
    /// The call's name, such as `read`.
    public var name: String
    /// When it was made.
    public var begin: Moment
    /// When it returned to the application.
    public var end: Moment
    /// What it returned; −1 is an error.
    public var result: Int
    /// The errno, where the result is −1.
    public var errno: SocketError?
    /// A value that was read, such as an option or SO_ERROR's (0 or the errno in `errno`).
    public var value: Int?
    /// The events that poll or epoll reported, sorted.
    public var events: [String]?
    /// How long the thread was ready to run and was not run, before it could note `end`
    /// (/proc/…/schedstat); nil where the kernel does not say.
    public var queuedNanoseconds: Int64?

    /// A call that took from `begin` to `end`.
    public init(
        _ name: String, begin: Moment, end: Moment, result: Int, errno: SocketError? = nil,
        value: Int? = nil, events: [String]? = nil, queuedNanoseconds: Int64? = nil
    ) {
        self.name = name
        self.begin = begin
        self.end = end
        self.result = result
        self.errno = errno
        self.value = value
        self.events = events
        self.queuedNanoseconds = queuedNanoseconds
    }

    /// When the call can have been over inside the kernel: its end, less the time for which the
    /// thread waited for a processor.
    public var returned: Window {
        let queued = Duration.nanoseconds(max(0, queuedNanoseconds ?? 0))
        return Window(max(begin, end - queued), end)
    }
}

/// A capture on one interface.
public struct Capture: Codable, Sendable, Hashable {
    /// Whose interface.
    public var actor: Actor
    /// The interface's name in its namespace.
    public var interface: String
    /// The link-layer type, as in pcap files (1 is Ethernet).
    public var linkType: Int
    /// Packets that the kernel dropped for want of buffer space.
    public var dropped: Int
    /// Packets captured before the impairment: the proof that the instrument works.
    public var beforeImpairment: Int
    /// The packets. Not in the JSON: they stand in the capture file.
    public var packets: [PacketRecord] = []

    /// A capture without packets yet.
    public init(actor: Actor, interface: String, linkType: Int) {
        self.actor = actor
        self.interface = interface
        self.linkType = linkType
        dropped = 0
        beforeImpairment = 0
    }

    private enum CodingKeys: String, CodingKey {
        case actor, interface, linkType, dropped, beforeImpairment
    }
}

/// One packet of a capture.
public struct PacketRecord: Sendable, Hashable {
    /// When, on CLOCK_REALTIME; nanoseconds since 1970.
    public var realtimeNanoseconds: Int64
    /// The bytes, from the link-layer header on, as far as captured.
    public var bytes: [UInt8]
    /// The packet's length on the wire.
    public var originalLength: Int

    /// A captured packet.
    public init(realtimeNanoseconds: Int64, bytes: [UInt8], originalLength: Int) {
        self.realtimeNanoseconds = realtimeNanoseconds
        self.bytes = bytes
        self.originalLength = originalLength
    }
}

/// What the kernel says of the subject's connection, unchanged for some time.
public struct KernelSample: Codable, Sendable, Hashable {
    /// When this was first read (the reading's beginning and end).
    public var first: Window
    /// When this was last read.
    public var last: Window
    /// The TCP state's name, such as `ESTABLISHED`.
    public var state: String
    /// RTOs without progress (`tcpi_retransmits`).
    public var retransmits: Int
    /// Unanswered probes (`tcpi_probes`).
    public var probes: Int
    /// Doublings of the interval (`tcpi_backoff`).
    public var backoff: Int
    /// The RTO with its backoff, microseconds (`tcpi_rto`).
    public var rtoMicroseconds: Int
    /// The smoothed round-trip time, microseconds (`tcpi_rtt`).
    public var rttMicroseconds: Int
    /// Its mean deviation, microseconds (`tcpi_rttvar`).
    public var rttVariationMicroseconds: Int
    /// Segments in flight (`tcpi_unacked`).
    public var unacked: Int
    /// Bytes never sent (`tcpi_notsent_bytes`), where the kernel says.
    public var notSentBytes: Int?
    /// All retransmissions so far (`tcpi_total_retrans`).
    public var totalRetransmissions: Int
    /// The timer that /proc/net/tcp shows, where it was asked.
    public var timer: Timer?
    /// Whether all of this is from the table of sockets, /proc/net/tcp, which knows less: the
    /// descriptor is closed. Its state is `NONE` where the table has no such socket.
    public var isFromTable: Bool?

    /// A sample.
    public init(
        at window: Window, state: String, retransmits: Int, probes: Int, backoff: Int,
        rtoMicroseconds: Int, rttMicroseconds: Int, rttVariationMicroseconds: Int, unacked: Int,
        notSentBytes: Int?, totalRetransmissions: Int, timer: Timer? = nil
    ) {
        first = window
        last = window
        self.state = state
        self.retransmits = retransmits
        self.probes = probes
        self.backoff = backoff
        self.rtoMicroseconds = rtoMicroseconds
        self.rttMicroseconds = rttMicroseconds
        self.rttVariationMicroseconds = rttVariationMicroseconds
        self.unacked = unacked
        self.notSentBytes = notSentBytes
        self.totalRetransmissions = totalRetransmissions
        self.timer = timer
    }

    /// A socket's timer as /proc/net/tcp names it (field `tr`).
    public enum Timer: String, Codable, Sendable {
        /// None.
        case none
        /// Retransmission, tail loss probe or reordering.
        case retransmit
        /// Keepalive, or SYN-ACK.
        case keepAlive
        /// TIME_WAIT.
        case timeWait
        /// Zero-window probe ("persist").
        case probe
    }

    /// Whether two samples say the same but for when.
    public func saysTheSame(as other: KernelSample) -> Bool {
        var copy = other
        copy.first = first
        copy.last = last
        return copy == self
    }
}

/// Counters at the beginning and at the end; of those that nobody models, only what is not zero.
public struct CounterPair: Codable, Sendable, Hashable {
    /// When the instrument was proved, before the impairment.
    public var before: [String: Int64]
    /// When watching ended.
    public var after: [String: Int64]
    /// When `before` was read, if that was taken down: what happens before it, on a machine that is
    /// slow to read, is in both.
    public var beforeRead: Window?

    /// A pair of readings.
    public init(
        before: [String: Int64] = [:], after: [String: Int64] = [:], beforeRead: Window? = nil
    ) {
        self.before = before
        self.after = after
        self.beforeRead = beforeRead
    }

    /// The counters that the model predicts. The performer keeps these even where they are zero,
    /// so that one that is absent is one that the kernel does not have.
    public static let modelled = [
        "Ip.OutNoRoutes", "Tcp.AttemptFails", "Tcp.EstabResets", "Tcp.OutRsts", "Tcp.RetransSegs",
        "TcpExt.TCPAbortOnMemory", "TcpExt.TCPAbortOnTimeout", "TcpExt.TCPKeepAlive",
        "TcpExt.TCPLossProbes", "TcpExt.TCPRetransFail", "TcpExt.TCPSynRetrans",
        "TcpExt.TCPTimeouts", "TcpExt.TCPWinProbe",
    ]

    /// By how much a counter went up; nil where the kernel does not have it.
    public func increase(of name: String) -> Int64? {
        guard let end = after[name] else { return nil }
        return end &- before[name, default: 0]
    }
}

/// A time in which the machine did not run a thread that was due.
public struct Stall: Codable, Sendable, Hashable {
    /// From when the thread was due.
    public var from: Moment
    /// Until when it did not run.
    public var until: Moment

    /// A stall.
    public init(from: Moment, until: Moment) {
        self.from = from
        self.until = until
    }

    /// How long it took.
    public var length: Duration { until - from }
}
