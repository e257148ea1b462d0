internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Looks one connection up in the kernel's table by its addresses, with or without a descriptor of
/// it: a request in SYN_RECV, an orphan, one in TIME_WAIT.
///
/// By sock_diag(7), where the kernel finds the connection in its hash: some 5 µs. A kernel without
/// `tcp_diag` is asked by `/proc/net/tcp`, for which it walks that whole table, milliseconds on a
/// machine with much memory.
///
/// Made on a thread of the namespace; usable from any thread afterwards.
public final class SocketDiagnosis: Sendable {
    /// What the kernel tells of a connection.
    public struct Entry: Hashable, Sendable {
        /// The state of the connection.
        public var state: TCPState
        /// What its timer is for.
        public var timer: ProcTCP.Timer
        /// Retransmission timeouts in a row (`icsk_retransmits`; of a request, `num_timeout`).
        public var retransmits: Int
        /// Probes without an answer (`icsk_probes_out`).
        public var unansweredProbes: Int
        /// The retransmission timeout in microseconds; nil where there is none, as in TIME_WAIT.
        public var rtoMicroseconds: Int?
    }

    private let netlink: Descriptor?
    private let file: ProcTCPReader?
    /// One question at a time.
    private let turn = Mutex(())

    /// Opens the socket, or the files.
    public init() throws(LinuxError) {
        let netlink = try Self.open()
        let knowsTCP = try Self.knowsTCP(netlink)
        self.netlink = knowsTCP ? netlink : nil
        file = knowsTCP ? nil : try ProcTCPReader()
    }

    /// What the kernel tells of the connection between two ends; nil if it knows none.
    public func find(
        local: SocketAddress, remote: SocketAddress
    ) throws(LinuxError) -> Entry? {
        guard let netlink else {
            return try file?.read().first { $0.local == local && $0.remote == remote }
                .map(Entry.init)
        }
        let request = Self.request(local, remote)
        let result = turn.withLock { _ in
            Result { () throws(LinuxError) in try Self.ask(request, on: netlink) }
        }
        return Entry(answer: try result.get(), port: remote.port)
    }

    /// Closes what was opened.
    public func close() throws(LinuxError) {
        try netlink?.close()
        try file?.close()
    }

    // MARK: - Netlink

    private static func open() throws(LinuxError) -> Descriptor {
        // NETLINK_SOCK_DIAG is 4.
        let number = Glibc.socket(AF_NETLINK, CInt(SOCK_RAW.rawValue) | 0o2000000, 4)
        guard number >= 0 else {
            throw LinuxError(operation: "open a sock_diag socket", errno: Errno(rawValue: errno))
        }
        return Descriptor(owning: number)
    }

    /// NLM_F_REQUEST, and with NLM_F_DUMP.
    private static let requesting: UInt16 = 1
    private static let dumping: UInt16 = 0x301

    /// Whether the kernel has `tcp_diag`, or could load it. It answers ENOENT for what it does not
    /// know just as for a connection that is not there; so it is asked for all that are in no
    /// state, of which there are none.
    private static func knowsTCP(_ netlink: Descriptor) throws(LinuxError) -> Bool {
        let nobody = header(.ipv4, states: 0) + [UInt8](repeating: 0, count: 48)
        let question = NetlinkMessage(nobody).framed(type: 20, flags: dumping, sequence: 1)
        let answer = try ask(question, on: netlink)
        return answer.count >= 20 && word(answer, at: 16) == 0
    }

    /// The head of `struct inet_diag_req_v2` (linux/inet_diag.h): IPPROTO_TCP, and INET_DIAG_INFO
    /// wanted, which is bit 1 of the extensions.
    private static func header(_ family: AddressFamily, states: UInt32) -> [UInt8] {
        [UInt8(family == .ipv4 ? AF_INET : AF_INET6), 6, 1 << 1, 0]
            + NetlinkMessage.octets(states)
    }

    private static func request(_ local: SocketAddress, _ remote: SocketAddress) -> [UInt8] {
        func padded(_ address: InternetAddress) -> [UInt8] {
            address.bytes + [UInt8](repeating: 0, count: 16 - address.bytes.count)
        }
        var bytes = header(local.address.family, states: .max)
        bytes += NetlinkMessage.octets(local.port.bigEndian)
        bytes += NetlinkMessage.octets(remote.port.bigEndian)
        bytes += padded(local.address) + padded(remote.address)
        // Any interface, and INET_DIAG_NOCOOKIE.
        bytes += NetlinkMessage.octets(UInt32(0)) + [UInt8](repeating: 0xff, count: 8)
        return NetlinkMessage(bytes).framed(type: 20, flags: requesting, sequence: 1)
    }

    /// Sends a question; the kernel answers before send(2) returns.
    private static func ask(_ question: [UInt8], on netlink: Descriptor) throws(LinuxError)
        -> [UInt8]
    {
        var buffer = [UInt8](repeating: 0, count: 2048)
        let length = netlink.withRawValue { number -> Int in
            guard send(number, question, question.count, 0) == question.count else { return -1 }
            // MSG_DONTWAIT, which Glibc's module gives another type in each configuration.
            return recv(number, &buffer, buffer.count, 0x40)
        }
        guard length >= 0 else {
            throw LinuxError(operation: "ask sock_diag", errno: Errno(rawValue: errno))
        }
        return Array(buffer[..<length])
    }

    fileprivate static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    }
}

extension SocketDiagnosis.Entry {
    fileprivate init(_ line: ProcTCP) {
        self.init(
            state: line.state, timer: line.timer, retransmits: Int(line.retransmits),
            unansweredProbes: Int(line.unansweredProbes),
            rtoMicroseconds: line.rtoClockTicks.map { Int(clamping: $0) * 10_000 })
    }

    /// Reads `struct inet_diag_msg` behind a header of 16 octets; nil for an error (a connection
    /// that is not there), and for the listener that the kernel finds in a connection's stead.
    fileprivate init?(answer: [UInt8], port: UInt16) {
        let (header, body) = (16, 72)
        guard answer.count >= header + body,
            SocketDiagnosis.word(answer, at: 4) & 0xffff == 20,
            answer[header + 6] == UInt8(port >> 8), answer[header + 7] == UInt8(port & 255)
        else { return nil }
        let timer = ProcTCP.Timer(number: answer[header + 2])
        let count = Int(answer[header + 3])
        self.init(
            state: TCPState(number: answer[header + 1]), timer: timer,
            retransmits: timer == .retransmission ? count : 0,
            unansweredProbes: timer == .retransmission ? 0 : count, rtoMicroseconds: nil)
        // INET_DIAG_INFO is 2; a request and a connection in TIME_WAIT have none.
        var offset = header + body
        while offset + 4 <= answer.count {
            let word = SocketDiagnosis.word(answer, at: offset)
            let (length, type) = (Int(word & 0xffff), word >> 16)
            guard length >= 4, offset + length <= answer.count else { return }
            if type == 2, let info = TCPInfo(bytes: Array(answer[(offset + 4)..<offset + length])) {
                retransmits = Int(info.retransmits)
                unansweredProbes = Int(info.probes)
                rtoMicroseconds = Int(info.rtoMicroseconds)
            }
            offset += (length + 3) & ~3
        }
    }
}
