internal import CLinux
internal import SystemPackage

/// What the kernel tells of a connection (`TCP_INFO`).
///
/// The first 104 bytes are there on every kernel since 2.6.12. Later fields are nil if the kernel's
/// structure ended before them; the length that it filled in decides, never its version.
///
/// The corresponding C type is `struct tcp_info` of linux/tcp.h.
public struct TCPInfo: Hashable, Sendable {
    /// How many bytes the kernel filled in.
    public let length: Int

    /// The state of the connection.
    public let state: TCPState
    /// The congestion state: 0 open, 1 disorder, 2 CWR, 3 recovery, 4 loss.
    public let congestionState: UInt8
    /// Retransmission timeouts in a row (`icsk_retransmits`).
    public let retransmits: UInt8
    /// Window or keepalive probes without an answer (`icsk_probes_out`).
    public let probes: UInt8
    /// How often the RTO was doubled (`icsk_backoff`).
    public let backoff: UInt8
    /// Options in use, bits: 1 timestamps, 2 SACK, 4 window scale, 8 ECN, 16 ECN seen, 32 SYN data.
    public let options: UInt8
    /// The shift that the peer announced for its window.
    public let sendWindowScale: UInt8
    /// The shift that this side announced.
    public let receiveWindowScale: UInt8

    /// The retransmission timeout, backoff included, in microseconds (whole jiffies).
    public let rtoMicroseconds: UInt32
    /// The delayed acknowledgement's timeout, in microseconds.
    public let atoMicroseconds: UInt32
    /// The segment size for sending, in bytes.
    public let sendMSS: UInt32
    /// The segment size seen when receiving, in bytes.
    public let receiveMSS: UInt32

    /// Segments in flight (`packets_out`); of a listener, connections that wait.
    public let unacked: UInt32
    /// Segments acknowledged selectively; of a listener, the backlog.
    public let sacked: UInt32
    /// Segments thought lost.
    public let lost: UInt32
    /// Segments in flight for a second time.
    public let retrans: UInt32
    /// Always 0 since 4.15.
    public let fackets: UInt32

    /// Milliseconds since data was sent last.
    public let lastDataSentMilliseconds: UInt32
    /// Not filled in by any kernel.
    public let lastAckSentMilliseconds: UInt32
    /// Milliseconds since data was received last.
    public let lastDataReceivedMilliseconds: UInt32
    /// Milliseconds since an acknowledgement was received last.
    public let lastAckReceivedMilliseconds: UInt32

    /// The path MTU, in bytes.
    public let pathMTU: UInt32
    /// The largest window that will be announced, in bytes.
    public let receiveSlowStartThreshold: UInt32
    /// The smoothed round trip time, in microseconds.
    public let rttMicroseconds: UInt32
    /// Its mean deviation, in microseconds.
    public let rttVariationMicroseconds: UInt32
    /// The slow start threshold, in segments; 2147483647 if there is none yet.
    public let sendSlowStartThreshold: UInt32
    /// The congestion window, in segments.
    public let congestionWindow: UInt32
    /// The MSS announced to the peer, in bytes.
    public let advertisedMSS: UInt32
    /// How far segments may be reordered, in segments.
    public let reordering: UInt32
    /// The receiver's estimate of the round trip time, in microseconds.
    public let receiveRTTMicroseconds: UInt32
    /// The receiver's buffer space for automatic tuning, in bytes.
    public let receiveSpace: UInt32
    /// All segments that were sent again.
    public let totalRetransmissions: UInt32

    /// What later kernels tell.
    public let newer: Newer

    /// Fields beyond the first 104 bytes, each with the version that brought it.
    public struct Newer: Hashable, Sendable {
        /// Bytes acknowledged (4.1).
        public let bytesAcked: UInt64?
        /// Bytes received in order (4.1).
        public let bytesReceived: UInt64?
        /// Segments sent (4.2).
        public let segmentsOut: UInt32?
        /// Segments received (4.2).
        public let segmentsIn: UInt32?
        /// Bytes queued and never sent (4.6).
        public let notSentBytes: UInt32?
        /// The smallest round trip time seen, in microseconds (4.6).
        public let minimumRTTMicroseconds: UInt32?
        /// Segments with data received (4.6).
        public let dataSegmentsIn: UInt32?
        /// Segments with data sent, retransmissions included (4.6).
        public let dataSegmentsOut: UInt32?
        /// Microseconds spent sending (4.10).
        public let busyMicroseconds: UInt64?
        /// Microseconds limited by the peer's window (4.10).
        public let receiveWindowLimitedMicroseconds: UInt64?
        /// Microseconds limited by the send buffer (4.10).
        public let sendBufferLimitedMicroseconds: UInt64?
        /// Segments delivered, as far as SACK tells (4.18).
        public let delivered: UInt32?
        /// Bytes of data sent, retransmissions included (4.19).
        public let bytesSent: UInt64?
        /// Bytes of data sent again (4.19).
        public let bytesRetransmitted: UInt64?
        /// Duplicates that the peer reported (4.19).
        public let duplicateSACKs: UInt32?
        /// Reordering events seen (4.19).
        public let reorderingSeen: UInt32?
        /// Segments received out of order (5.4).
        public let outOfOrderSegments: UInt32?
        /// The peer's window after its last announcement, scaled, in bytes (5.4).
        public let sendWindowBytes: UInt32?
        /// The window announced to the peer, scaled, in bytes (6.2).
        public let receiveWindowBytes: UInt32?
        /// How often the path was changed by rehashing, at timeouts too (6.2).
        public let rehash: UInt32?
        /// All retransmission timeouts, SYN's included (6.7).
        public let totalRTOs: UInt16?
        /// How often recovery from timeouts began (6.7).
        public let totalRTORecoveries: UInt16?
        /// Milliseconds spent in recovery from timeouts (6.7).
        public let totalRTOMilliseconds: UInt32?
    }
}

/// The states of a connection, numbered as in include/net/tcp_states.h.
public enum TCPState: Hashable, Sendable, CustomStringConvertible {
    /// The states of RFC 9293, and the kernel's own: a request that isn't a connection yet (12),
    /// and one of an inactive bound socket (13).
    case established, synSent, synReceived, finWait1, finWait2, timeWait, closed, closeWait
    case lastAck, listen, closing, newSynReceived, boundInactive
    /// A number that isn't known here.
    case unknown(UInt8)

    private static let known: [TCPState] = [
        .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .closed, .closeWait,
        .lastAck, .listen, .closing, .newSynReceived, .boundInactive,
    ]

    /// Creates a state from the kernel's number, which begins at 1.
    public init(number: UInt8) {
        let index = Int(number) - 1
        self = Self.known.indices.contains(index) ? Self.known[index] : .unknown(number)
    }

    /// The kernel's number.
    public var number: UInt8 {
        if case .unknown(let number) = self { return number }
        return UInt8(clamping: (Self.known.firstIndex(of: self) ?? -1) + 1)
    }

    /// The name as ss(8) writes it.
    public var description: String {
        switch self {
        case .established: "ESTAB"
        case .synSent: "SYN-SENT"
        case .synReceived: "SYN-RECV"
        case .finWait1: "FIN-WAIT-1"
        case .finWait2: "FIN-WAIT-2"
        case .timeWait: "TIME-WAIT"
        case .closed: "CLOSED"
        case .closeWait: "CLOSE-WAIT"
        case .lastAck: "LAST-ACK"
        case .listen: "LISTEN"
        case .closing: "CLOSING"
        case .newSynReceived: "NEW-SYN-RECV"
        case .boundInactive: "BOUND-INACTIVE"
        case .unknown(let number): "state \(number)"
        }
    }
}

extension TCPSocket {
    /// Reads `TCP_INFO`, which works in every state, also after an error.
    ///
    /// The corresponding C function is `getsockopt` with `TCP_INFO`.
    /// - Throws: EBADF once closed; EINVAL if the kernel filled in less than the 104 bytes of old.
    public func info() throws(LinuxError) -> TCPInfo {
        var raw = clinux_tcp_info()
        let length = Int(try call("getsockopt TCP_INFO") { clinux_get_tcp_info($0, &raw) })
        guard length >= TCPInfo.shortestLength else {
            throw LinuxError(
                operation: "getsockopt TCP_INFO: \(length) bytes", errno: .invalidArgument)
        }
        return TCPInfo(raw, length: length)
    }
}

extension TCPInfo {
    static let shortestLength = 104

    /// Reads the bytes of the kernel's structure, in the order of this machine; nil for fewer than
    /// the 104 bytes of old. What a newer kernel adds behind the fields known here is left out.
    public init?(bytes: [UInt8]) {
        guard bytes.count >= Self.shortestLength else { return nil }
        var raw = clinux_tcp_info()
        withUnsafeMutableBytes(of: &raw) { $0.copyBytes(from: bytes.prefix($0.count)) }
        self.init(raw, length: bytes.count)
    }

    init(_ raw: clinux_tcp_info, length: Int) {
        self.length = length
        state = TCPState(number: raw.state)
        congestionState = raw.ca_state
        retransmits = raw.retransmits
        probes = raw.probes
        backoff = raw.backoff
        options = raw.options
        #if _endian(little)
            sendWindowScale = raw.window_scales & 15
            receiveWindowScale = raw.window_scales >> 4
        #else
            sendWindowScale = raw.window_scales >> 4
            receiveWindowScale = raw.window_scales & 15
        #endif
        rtoMicroseconds = raw.rto
        atoMicroseconds = raw.ato
        sendMSS = raw.snd_mss
        receiveMSS = raw.rcv_mss
        unacked = raw.unacked
        sacked = raw.sacked
        lost = raw.lost
        retrans = raw.retrans
        fackets = raw.fackets
        lastDataSentMilliseconds = raw.last_data_sent
        lastAckSentMilliseconds = raw.last_ack_sent
        lastDataReceivedMilliseconds = raw.last_data_recv
        lastAckReceivedMilliseconds = raw.last_ack_recv
        pathMTU = raw.pmtu
        receiveSlowStartThreshold = raw.rcv_ssthresh
        rttMicroseconds = raw.rtt
        rttVariationMicroseconds = raw.rttvar
        sendSlowStartThreshold = raw.snd_ssthresh
        congestionWindow = raw.snd_cwnd
        advertisedMSS = raw.advmss
        reordering = raw.reordering
        receiveRTTMicroseconds = raw.rcv_rtt
        receiveSpace = raw.rcv_space
        totalRetransmissions = raw.total_retrans
        newer = Newer(raw, length: length)
    }
}

extension TCPInfo.Newer {
    init(_ raw: clinux_tcp_info, length: Int) {
        // The compiler reckons the offsets; key paths that are followed at run time cost a guest
        // more than the system call.
        typealias Layout = MemoryLayout<clinux_tcp_info>
        func field<Value>(_ value: Value, _ offset: Int?) -> Value? {
            guard let offset else { return nil }
            return offset + MemoryLayout<Value>.size <= length ? value : nil
        }
        bytesAcked = field(raw.bytes_acked, Layout.offset(of: \.bytes_acked))
        bytesReceived = field(raw.bytes_received, Layout.offset(of: \.bytes_received))
        segmentsOut = field(raw.segs_out, Layout.offset(of: \.segs_out))
        segmentsIn = field(raw.segs_in, Layout.offset(of: \.segs_in))
        notSentBytes = field(raw.notsent_bytes, Layout.offset(of: \.notsent_bytes))
        minimumRTTMicroseconds = field(raw.min_rtt, Layout.offset(of: \.min_rtt))
        dataSegmentsIn = field(raw.data_segs_in, Layout.offset(of: \.data_segs_in))
        dataSegmentsOut = field(raw.data_segs_out, Layout.offset(of: \.data_segs_out))
        busyMicroseconds = field(raw.busy_time, Layout.offset(of: \.busy_time))
        receiveWindowLimitedMicroseconds = field(
            raw.rwnd_limited, Layout.offset(of: \.rwnd_limited))
        sendBufferLimitedMicroseconds = field(
            raw.sndbuf_limited, Layout.offset(of: \.sndbuf_limited))
        delivered = field(raw.delivered, Layout.offset(of: \.delivered))
        bytesSent = field(raw.bytes_sent, Layout.offset(of: \.bytes_sent))
        bytesRetransmitted = field(raw.bytes_retrans, Layout.offset(of: \.bytes_retrans))
        duplicateSACKs = field(raw.dsack_dups, Layout.offset(of: \.dsack_dups))
        reorderingSeen = field(raw.reord_seen, Layout.offset(of: \.reord_seen))
        outOfOrderSegments = field(raw.rcv_ooopack, Layout.offset(of: \.rcv_ooopack))
        sendWindowBytes = field(raw.snd_wnd, Layout.offset(of: \.snd_wnd))
        receiveWindowBytes = field(raw.rcv_wnd, Layout.offset(of: \.rcv_wnd))
        rehash = field(raw.rehash, Layout.offset(of: \.rehash))
        totalRTOs = field(raw.total_rto, Layout.offset(of: \.total_rto))
        totalRTORecoveries = field(
            raw.total_rto_recoveries, Layout.offset(of: \.total_rto_recoveries))
        totalRTOMilliseconds = field(raw.total_rto_time, Layout.offset(of: \.total_rto_time))
    }
}
