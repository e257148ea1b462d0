internal import SystemPackage

/// One socket, as a line of `/proc/net/tcp` or `tcp6` shows it.
///
/// The only witness of a socket's timer that needs neither a diag module nor privileges. Times are
/// in clock ticks of 1/100 s (`USER_HZ`), whatever the kernel's HZ: good for what is armed, not for
/// when exactly.
///
/// The corresponding C functions are `get_tcp4_sock`, `get_openreq4` and `get_timewait4_sock` in
/// net/ipv4/tcp_ipv4.c, and their likes in net/ipv6/tcp_ipv6.c.
public struct ProcTCP: Hashable, Sendable {
    /// What the socket's timer is for.
    public enum Timer: Hashable, Sendable {
        /// Not armed.
        case none
        /// Retransmission, tail loss probe or reordering; or of a request, the SYN-ACK.
        case retransmission
        /// Keepalive, or the end of FIN-WAIT-2, or the SYN-ACK timer of old kernels.
        case keepalive
        /// The end of TIME-WAIT.
        case timeWait
        /// The zero-window (persist) probe.
        case probe
        /// A number that isn't known here.
        case unknown(UInt8)

        init(number: UInt8) {
            switch number {
            case 0: self = .none
            case 1: self = .retransmission
            case 2: self = .keepalive
            case 3: self = .timeWait
            case 4: self = .probe
            default: self = .unknown(number)
            }
        }
    }

    /// This end.
    public let local: SocketAddress
    /// The other end; port 0 of a listener.
    public let remote: SocketAddress
    /// The state of the connection.
    public let state: TCPState
    /// Bytes sent or queued and not acknowledged.
    public let transmitQueueBytes: UInt32
    /// Bytes received and not read; of a listener, connections that wait.
    public let receiveQueueBytes: UInt32
    /// What the timer is for.
    public let timer: Timer
    /// Clock ticks (1/100 s) until it expires; 0 when it's late.
    public let timerExpiresClockTicks: UInt64
    /// Retransmission timeouts in a row (`icsk_retransmits`).
    public let retransmits: UInt32
    /// Window or keepalive probes without an answer (`icsk_probes_out`).
    public let unansweredProbes: UInt32
    /// The socket's inode; 0 of an orphan, whose process has closed it.
    public let inode: UInt64
    /// The retransmission timeout in clock ticks, where the line has it.
    public let rtoClockTicks: UInt64?

    /// Reads one line; nil for the heading and for whatever isn't such a line.
    public init?(line: some StringProtocol) {
        let words = line.split { $0 == " " || $0 == "\t" }
        guard words.count >= 10, words[0].hasSuffix(":"),
            let local = Self.address(words[1]), let remote = Self.address(words[2]),
            let state = UInt8(words[3], radix: 16),
            let queues = Self.pair(words[4]), let timer = Self.pair(words[5]),
            let kind = UInt8(exactly: timer.0), let transmitted = UInt32(exactly: queues.0),
            let received = UInt32(exactly: queues.1),
            let retransmits = UInt32(words[6], radix: 16), let probes = UInt32(words[8]),
            let inode = UInt64(words[9])
        else { return nil }
        self.local = local
        self.remote = remote
        self.state = TCPState(number: state)
        transmitQueueBytes = transmitted
        receiveQueueBytes = received
        self.timer = Timer(number: kind)
        timerExpiresClockTicks = timer.1
        self.retransmits = retransmits
        unansweredProbes = probes
        self.inode = inode
        rtoClockTicks = words.count > 12 ? UInt64(words[12]) : nil
    }

    /// Reads a whole file. Lines that aren't sockets are left out.
    public static func parse(_ text: String) -> [ProcTCP] {
        text.split(separator: "\n").compactMap { ProcTCP(line: $0) }
    }

    /// "00000000:00000000": two hexadecimal numbers.
    private static func pair(_ word: some StringProtocol) -> (UInt64, UInt64)? {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = UInt64(parts[0], radix: 16),
            let second = UInt64(parts[1], radix: 16)
        else { return nil }
        return (first, second)
    }

    /// "0100007F:1F90": words of 32 bits as the processor reads them, and the port as people do.
    private static func address(_ word: some StringProtocol) -> SocketAddress? {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[1], radix: 16) else { return nil }
        let digits = Array(parts[0].utf8)
        guard digits.count == 8 || digits.count == 32 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 8) {
            let text = String(decoding: digits[start..<start + 8], as: UTF8.self)
            guard let value = UInt32(text, radix: 16) else { return nil }
            withUnsafeBytes(of: value) { bytes += $0 }
        }
        return InternetAddress(bytes: bytes).map { SocketAddress($0, port: port) }
    }
}

/// Reads the sockets of one namespace, from any thread and as often as needed.
///
/// Made on a thread of the namespace; it keeps two files open, which also keep the namespace alive.
public final class ProcTCPReader: Sendable {
    private let files: [ProcFile]

    /// Opens `tcp` and, where there is IPv6, `tcp6` of the calling thread's namespace.
    public init() throws(LinuxError) {
        var files = [try ProcFile(net: "tcp")]
        do throws(LinuxError) {
            files.append(try ProcFile(net: "tcp6"))
        } catch let error where error.errno == .noSuchFileOrDirectory {
            // A kernel without IPv6.
        }
        self.files = files
    }

    /// Reads all sockets. The kernel walks its whole table for it, which other namespaces share.
    public func read() throws(LinuxError) -> [ProcTCP] {
        var sockets: [ProcTCP] = []
        for file in files { sockets += ProcTCP.parse(try file.readText()) }
        return sockets
    }

    /// Closes the files.
    public func close() throws(LinuxError) {
        for file in files { try file.close() }
    }
}
