internal import CLinux
internal import CPcap
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A packet, as a capture saw it.
public struct CapturedPacket: Hashable, Sendable {
    /// The wall clock's time when it passed, in nanoseconds since 1970. Of the kernel's network
    /// stack, not of a card.
    public let realtimeNanoseconds: Int64
    /// Its beginning, at most as long as the capture's snapshot length, from the link layer's
    /// header on.
    public let bytes: [UInt8]
    /// How long it was on the wire, in bytes.
    public let originalLength: Int

    /// Creates a packet.
    public init(realtimeNanoseconds: Int64, bytes: [UInt8], originalLength: Int) {
        self.realtimeNanoseconds = realtimeNanoseconds
        self.bytes = bytes
        self.originalLength = originalLength
    }
}

/// A capture that can't be opened or read: what libpcap says about it.
public struct CaptureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was attempted.
    public let operation: String
    /// libpcap's code (`PCAP_ERROR_…`, negative).
    public let code: CInt
    /// libpcap's words.
    public let message: String

    /// "activate capture on v0: v0: No such device exists (-5)".
    public var description: String { "\(operation): \(message) (\(code))" }
}

/// A capture of all packets of one interface.
///
/// Opened on a thread of the namespace, read from any thread, by one at a time. Nothing is lost as
/// long as the ring isn't full; ``statistics()`` tells, and a trial whose capture lost a packet
/// proves nothing. On `lo` each packet shows once.
///
/// The corresponding C functions are `pcap_create`, `pcap_activate`, `pcap_next_ex` and
/// `pcap_stats`.
public final class PacketCapture: Sendable {
    /// How to capture.
    public struct Options: Hashable, Sendable {
        /// How many bytes of each packet to keep. All headers, ICMP's quotation included, fit into
        /// the default.
        public var snapshotLength: Int
        /// The size of the kernel's ring, in bytes.
        public var bufferBytes: Int

        /// The defaults: 256 bytes a packet, and a ring of 256 KiB, which holds about 700 packets.
        public init(snapshotLength: Int = 256, bufferBytes: Int = 256 * 1024) {
            self.snapshotLength = snapshotLength
            self.bufferBytes = bufferBytes
        }
    }

    /// What a capture has counted since it was opened.
    public struct Statistics: Hashable, Sendable {
        /// Packets that passed the filter, the dropped ones included.
        public let received: UInt32
        /// Packets lost since the ring was full.
        public let dropped: UInt32
        /// Packets that the interface itself lost.
        public let droppedByInterface: UInt32
    }

    /// The interface's name.
    public let interface: String

    /// How the packets begin (`DLT_…`): 1 is Ethernet, also on veth and `lo`.
    public let linkType: CInt

    /// Whether stamps are exact to the nanosecond; else to the microsecond.
    public let hasNanosecondStamps: Bool

    /// A descriptor to wait on for packets, owned by the capture: don't close it. With ``Poll`` and
    /// ``EventPoll``, use ``waitable``.
    public let selectableDescriptor: CInt

    private let handle: Mutex<Handle>

    /// Opens a capture in the calling thread's namespace. It has begun when this returns.
    ///
    /// - Throws: ``CaptureError``: no such interface (−5), no CAP_NET_RAW (−8), interface down
    ///   (−9).
    public init(interface: String, options: Options = Options()) throws(CaptureError) {
        let handle = try Handle(interface: interface, options: options)
        self.interface = interface
        linkType = handle.linkType
        hasNanosecondStamps = handle.hasNanosecondStamps
        selectableDescriptor = handle.selectableDescriptor
        self.handle = Mutex(handle)
    }

    /// A second descriptor of the capture's socket, to hand to ``Poll`` or ``EventPoll``.
    ///
    /// The socket, and with it the namespace, lives until it's closed too.
    public func waitable() throws(LinuxError) -> Descriptor {
        try Descriptor(borrowing: selectableDescriptor)
    }

    /// Takes the packets that have arrived, at most `limit`. Never waits.
    public func drain(limit: Int = 1024) throws(CaptureError) -> [CapturedPacket] {
        let result = handle.withLock { handle in
            Result { () throws(CaptureError) in try handle.drain(limit: limit) }
        }
        return try result.get()
    }

    /// What was counted so far.
    public func statistics() throws(CaptureError) -> Statistics {
        let result = handle.withLock { handle in
            Result { () throws(CaptureError) in try handle.statistics() }
        }
        return try result.get()
    }
}

/// libpcap's handle, which one thread may use at a time.
private struct Handle: ~Copyable, @unchecked Sendable {
    private let pcap: OpaquePointer
    private let interface: String
    let linkType: CInt
    let hasNanosecondStamps: Bool
    let selectableDescriptor: CInt

    init(interface: String, options: PacketCapture.Options) throws(CaptureError) {
        var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        guard let pcap = pcap_create(interface, &message) else {
            throw CaptureError(
                operation: "create capture on \(interface)", code: PCAP_ERROR,
                message: Self.text(message))
        }
        pcap_set_snaplen(pcap, CInt(clamping: options.snapshotLength))
        pcap_set_promisc(pcap, 0)
        // Without immediate mode packets wait in the kernel for a block to fill.
        pcap_set_immediate_mode(pcap, 1)
        pcap_set_buffer_size(pcap, CInt(clamping: options.bufferBytes))
        let refused = pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO)
        let activated = pcap_activate(pcap)
        let blocking = activated < 0 ? activated : pcap_setnonblock(pcap, 1, &message)
        guard blocking >= 0 else {
            let detail = String(cString: pcap_geterr(pcap))
            let words = detail.isEmpty ? String(cString: pcap_statustostr(activated)) : detail
            pcap_close(pcap)
            throw CaptureError(
                operation: "activate capture on \(interface)", code: blocking, message: words)
        }
        self.pcap = pcap
        self.interface = interface
        linkType = pcap_datalink(pcap)
        hasNanosecondStamps =
            refused == 0 && pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_NANO
        selectableDescriptor = pcap_get_selectable_fd(pcap)
    }

    deinit { pcap_close(pcap) }

    func drain(limit: Int) throws(CaptureError) -> [CapturedPacket] {
        var packets: [CapturedPacket] = []
        while packets.count < limit {
            var header: UnsafeMutablePointer<pcap_pkthdr>?
            var data: UnsafePointer<UInt8>?
            let result = pcap_next_ex(pcap, &header, &data)
            if result == 0 { break }
            guard result == 1, let header = header?.pointee, let data else {
                throw failure("read capture on \(interface)", result)
            }
            let scale: Int64 = hasNanosecondStamps ? 1 : 1000
            let time = Int64(header.ts.tv_sec) * 1_000_000_000 + Int64(header.ts.tv_usec) * scale
            let bytes = UnsafeBufferPointer(start: data, count: Int(header.caplen))
            packets.append(
                CapturedPacket(
                    realtimeNanoseconds: time, bytes: Array(bytes),
                    originalLength: Int(header.len)))
        }
        return packets
    }

    func statistics() throws(CaptureError) -> PacketCapture.Statistics {
        var counted = pcap_stat()
        let result = pcap_stats(pcap, &counted)
        guard result == 0 else { throw failure("statistics of \(interface)", result) }
        return PacketCapture.Statistics(
            received: counted.ps_recv, dropped: counted.ps_drop,
            droppedByInterface: counted.ps_ifdrop)
    }

    private func failure(_ operation: String, _ code: CInt) -> CaptureError {
        CaptureError(operation: operation, code: code, message: String(cString: pcap_geterr(pcap)))
    }

    private static func text(_ message: [CChar]) -> String {
        let bytes = message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
        return String(decoding: bytes, as: UTF8.self)
    }
}
