internal import Evidence
internal import KernelTimers
internal import LinuxNet

extension Evidence.ClockPair {
    /// Reads both clocks now.
    static func now() -> Evidence.ClockPair {
        let pair = LinuxNet.ClockPair.now()
        return Evidence.ClockPair(
            monotonicBefore: pair.monotonicBeforeNanoseconds, realtime: pair.realtimeNanoseconds,
            monotonicAfter: pair.monotonicAfterNanoseconds)
    }
}

extension KernelSample {
    /// What TCP_INFO says.
    init(_ info: TCPInfo, at window: Window, timer: Timer?) {
        self.init(
            at: window, state: info.state.kernelName, retransmits: Int(info.retransmits),
            probes: Int(info.probes), backoff: Int(info.backoff),
            rtoMicroseconds: Int(info.rtoMicroseconds),
            rttMicroseconds: Int(info.rttMicroseconds),
            rttVariationMicroseconds: Int(info.rttVariationMicroseconds),
            unacked: Int(info.unacked), notSentBytes: info.newer.notSentBytes.map(Int.init),
            totalRetransmissions: Int(info.totalRetransmissions), timer: timer)
    }
}

extension KernelSample {
    /// What the table of sockets says; nil is that the connection is not in it.
    init(entry: SocketDiagnosis.Entry?, at window: Window) {
        self.init(
            at: window, state: entry?.state.kernelName ?? "NONE",
            retransmits: entry?.retransmits ?? 0, probes: entry?.unansweredProbes ?? 0,
            backoff: 0, rtoMicroseconds: entry?.rtoMicroseconds ?? 0,
            rttMicroseconds: 0, rttVariationMicroseconds: 0, unacked: 0, notSentBytes: nil,
            totalRetransmissions: 0, timer: entry.flatMap { Timer($0.timer) })
        isFromTable = true
    }
}

extension KernelSample.Timer {
    /// The timer as the table of sockets names it; nil for a number that nobody knows.
    init?(_ timer: ProcTCP.Timer) {
        switch timer {
        case .none: self = .none
        case .retransmission: self = .retransmit
        case .keepalive: self = .keepAlive
        case .timeWait: self = .timeWait
        case .probe: self = .probe
        case .unknown: return nil
        }
    }
}

extension TCPState {
    /// The state's name as in include/net/tcp_states.h, without `TCP_`.
    var kernelName: String {
        switch self {
        case .established: "ESTABLISHED"
        case .synSent: "SYN_SENT"
        case .synReceived: "SYN_RECV"
        case .finWait1: "FIN_WAIT1"
        case .finWait2: "FIN_WAIT2"
        case .timeWait: "TIME_WAIT"
        case .closed: "CLOSE"
        case .closeWait: "CLOSE_WAIT"
        case .lastAck: "LAST_ACK"
        case .listen: "LISTEN"
        case .closing: "CLOSING"
        case .newSynReceived: "NEW_SYN_RECV"
        case .boundInactive: "BOUND_INACTIVE"
        case .unknown(let number): "STATE_\(number)"
        }
    }
}

extension CounterFiles {
    /// The counters that the model predicts, even at zero; of the others those that are not.
    var forJudge: [String: Int64] { counters(zeros: Self.modelled).forJudge }

    private static let modelled = CounterNames(CounterPair.modelled)
}

extension Counters {
    /// The counters that the model predicts, even at zero; of the others those that are not.
    var forJudge: [String: Int64] {
        values.filter { $0.value != 0 || CounterPair.modelled.contains($0.key) }
            .mapValues { Int64(clamping: $0) }
    }
}

extension Option {
    /// The option in the words of the module below.
    var socketOption: SocketOption {
        switch self {
        case .userTimeout: .userTimeout
        case .noDelay: .noDelay
        case .sendBuffer: .sendBuffer
        case .receiveBuffer: .receiveBuffer
        case .keepAlive: .keepalive
        case .keepIdle: .keepaliveIdle
        case .keepInterval: .keepaliveInterval
        case .keepCount: .keepaliveCount
        case .synCount: .synCount
        case .linger: .linger
        case .linger2: .linger2
        case .cork: .cork
        case .deferAccept: .deferAccept
        case .thinLinearTimeouts: .thinLinearTimeouts
        case .transparent: .transparent
        case .receiveErrors: .receiveErrors
        case .receiveErrors6: .receiveErrors6
        case .fastOpen: .fastOpen
        case .fastOpenConnect: .fastOpenConnect
        case .rtoMax: .rtoMax
        case .rtoMin: .rtoMin
        }
    }
}

extension SocketOption {
    /// TCP_THIN_LINEAR_TIMEOUTS of linux/tcp.h: 1 keeps the RTO of a thin stream from growing.
    static let thinLinearTimeouts = SocketOption(
        level: 6, number: 16, name: "TCP_THIN_LINEAR_TIMEOUTS")
    /// TCP_FASTOPEN of linux/tcp.h, since 3.7.
    static let fastOpen = SocketOption(level: 6, number: 23, name: "TCP_FASTOPEN")
    /// TCP_FASTOPEN_CONNECT of linux/tcp.h, since 4.11.
    static let fastOpenConnect = SocketOption(level: 6, number: 30, name: "TCP_FASTOPEN_CONNECT")
    /// SO_LINGER: whether close(2) waits, and how long (socket(7)).
    static let linger = SocketOption(level: 1, number: 13, name: "SO_LINGER")
    /// IP_TRANSPARENT of linux/in.h: sends from addresses that are not the host's own.
    static let transparent = SocketOption(level: 0, number: 19, name: "IP_TRANSPARENT")
    /// TCP_RTO_MAX_MS of linux/tcp.h, since 6.15.
    static let rtoMax = SocketOption(level: 6, number: 44, name: "TCP_RTO_MAX_MS")
    /// TCP_RTO_MIN_US of linux/tcp.h, since 6.15.
    static let rtoMin = SocketOption(level: 6, number: 45, name: "TCP_RTO_MIN_US")
    /// SO_RCVTIMEO: how long a call may wait for data (socket(7)).
    static let receiveTimeout = SocketOption(level: 1, number: 20, name: "SO_RCVTIMEO")
    /// SO_SNDTIMEO: how long a call may wait for room, or for a connection.
    static let sendTimeout = SocketOption(level: 1, number: 21, name: "SO_SNDTIMEO")
}

extension TCPSocket {
    /// Sets SO_RCVTIMEO or SO_SNDTIMEO. The kernel takes 0 for "for ever", so less than 1 µs is
    /// 1 µs.
    func setTimeout(_ option: SocketOption, nanoseconds: Int64) throws(LinuxError) {
        let microseconds = max(1, nanoseconds / 1000)
        var bytes: [UInt8] = []
        for field in [microseconds / 1_000_000, microseconds % 1_000_000] {
            withUnsafeBytes(of: field) { bytes += $0 }
        }
        try setOption(option, bytes: bytes)
    }

    /// Lets calls wait for ever again.
    func clearTimeout(_ option: SocketOption) throws(LinuxError) {
        try setOption(option, bytes: [UInt8](repeating: 0, count: 16))
    }
}

/// The first bytes of a 64-bit integer as the kernel reads them.
func optionBytes(value: Int, lengthBytes: Int) -> [UInt8] {
    let whole = withUnsafeBytes(of: Int64(value).littleEndian, Array.init)
    let padding = [UInt8](repeating: 0, count: max(0, lengthBytes - whole.count))
    return Array((whole + padding).prefix(max(0, lengthBytes)))
}

extension PollEvents {
    /// The names of the events as in C, sorted: `POLLERR`, `EPOLLIN`.
    func names(prefix: String) -> [String] {
        guard !isEmpty else { return [] }
        return description.split(separator: "|").map { prefix + $0 }.sorted()
    }
}
