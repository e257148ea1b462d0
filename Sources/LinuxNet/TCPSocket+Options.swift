internal import CLinux
internal import Glibc
public import SystemPackage

/// The level, number and name of a socket option.
public struct SocketOption: Hashable, Sendable, CustomStringConvertible {
    /// The protocol: SOL_SOCKET (1), IPPROTO_IP (0), IPPROTO_IPV6 (41) or IPPROTO_TCP (6).
    public let level: CInt
    /// The option's number at that level.
    public let number: CInt
    /// The name that manuals use.
    public let name: String

    /// Creates an option.
    public init(level: CInt, number: CInt, name: String) {
        self.level = level
        self.number = number
        self.name = name
    }

    /// The name.
    public var description: String { name }

    private static func tcp(_ number: CInt, _ name: String) -> SocketOption {
        SocketOption(level: 6, number: number, name: name)
    }

    private static func socket(_ number: CInt, _ name: String) -> SocketOption {
        SocketOption(level: SOL_SOCKET, number: number, name: name)
    }

    /// Milliseconds that data may stay unacknowledged, or a window shut, before ETIMEDOUT; tcp(7).
    public static let userTimeout = tcp(CLINUX_TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT")
    /// Sends small segments at once.
    public static let noDelay = tcp(CLINUX_TCP_NODELAY, "TCP_NODELAY")
    /// Holds partial segments back, for at most 200 ms.
    public static let cork = tcp(CLINUX_TCP_CORK, "TCP_CORK")
    /// The largest segment, in bytes.
    public static let maximumSegment = tcp(CLINUX_TCP_MAXSEG, "TCP_MAXSEG")
    /// Idle seconds before the first keepalive probe.
    public static let keepaliveIdle = tcp(CLINUX_TCP_KEEPIDLE, "TCP_KEEPIDLE")
    /// Seconds between keepalive probes.
    public static let keepaliveInterval = tcp(CLINUX_TCP_KEEPINTVL, "TCP_KEEPINTVL")
    /// Keepalive probes without an answer before ETIMEDOUT.
    public static let keepaliveCount = tcp(CLINUX_TCP_KEEPCNT, "TCP_KEEPCNT")
    /// How often a SYN is sent again.
    public static let synCount = tcp(CLINUX_TCP_SYNCNT, "TCP_SYNCNT")
    /// Seconds that an orphan stays in FIN-WAIT-2.
    public static let linger2 = tcp(CLINUX_TCP_LINGER2, "TCP_LINGER2")
    /// Seconds for which a listener waits for data before it accepts.
    public static let deferAccept = tcp(CLINUX_TCP_DEFER_ACCEPT, "TCP_DEFER_ACCEPT")
    /// The largest window to announce, in bytes.
    public static let windowClamp = tcp(CLINUX_TCP_WINDOW_CLAMP, "TCP_WINDOW_CLAMP")
    /// Acknowledges at once rather than with a delay.
    public static let quickAck = tcp(CLINUX_TCP_QUICKACK, "TCP_QUICKACK")
    /// Sends keepalive probes.
    public static let keepalive = socket(SO_KEEPALIVE, "SO_KEEPALIVE")
    /// Bytes of the receive buffer. The kernel doubles what is set, and never goes below a minimum.
    public static let receiveBuffer = socket(SO_RCVBUF, "SO_RCVBUF")
    /// Bytes of the send buffer, doubled likewise.
    public static let sendBuffer = socket(SO_SNDBUF, "SO_SNDBUF")
    /// Binds although an older connection lingers in TIME-WAIT.
    public static let reuseAddress = socket(SO_REUSEADDR, "SO_REUSEADDR")
    /// The pending error. Reading clears it.
    public static let error = socket(SO_ERROR, "SO_ERROR")
    /// Reports ICMP errors at once rather than when the connection ends (IPv4).
    public static let receiveErrors = SocketOption(
        level: 0, number: IP_RECVERR, name: "IP_RECVERR")
    /// Reports ICMPv6 errors at once rather than when the connection ends.
    public static let receiveErrors6 = SocketOption(
        level: 41, number: IPV6_RECVERR, name: "IPV6_RECVERR")
}

extension TCPSocket {
    /// Sets an option to exactly these bytes, deliberately wrong lengths included.
    ///
    /// The corresponding C function is `setsockopt`.
    /// - Parameter length: the length to claim, if not the number of bytes. It must not exceed it.
    /// - Throws: EINVAL for the length or the value, ENOPROTOOPT if this kernel lacks the option.
    public func setOption(
        _ option: SocketOption, bytes: [UInt8], length: Int? = nil
    ) throws(LinuxError) {
        let length = min(max(length ?? bytes.count, 0), bytes.count)
        try call("setsockopt \(option)") {
            clinux_setsockopt($0, option.level, option.number, bytes, UInt32(length))
        }
    }

    /// Reads an option into a buffer of `length` bytes.
    ///
    /// The corresponding C function is `getsockopt`.
    /// - Returns: the bytes that the kernel filled in: as many as the length that it returned, if
    ///   that fits.
    public func option(_ option: SocketOption, length: Int) throws(LinuxError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(length, 1))
        var returned = UInt32(length)
        try call("getsockopt \(option)") {
            clinux_getsockopt($0, option.level, option.number, &bytes, &returned)
        }
        return Array(bytes.prefix(min(Int(returned), length)))
    }

    /// Sets an option that is an `int`.
    public func set(_ option: SocketOption, to value: CInt) throws(LinuxError) {
        try setOption(option, bytes: withUnsafeBytes(of: value, Array.init))
    }

    /// Reads an option that is an `int`.
    public func get(_ option: SocketOption) throws(LinuxError) -> CInt {
        let bytes = try self.option(option, length: MemoryLayout<CInt>.size)
        guard bytes.count == MemoryLayout<CInt>.size else {
            throw LinuxError(
                operation: "getsockopt \(option): \(bytes.count) bytes", errno: .invalidArgument)
        }
        return bytes.withUnsafeBytes { $0.loadUnaligned(as: CInt.self) }
    }

    /// Takes the pending error, or nil if there is none. It is reported once, here or by another
    /// call.
    ///
    /// The corresponding C function is `getsockopt` with `SO_ERROR`.
    public func takeError() throws(LinuxError) -> Errno? {
        let number = try get(.error)
        return number == 0 ? nil : Errno(rawValue: number)
    }

    /// What `close` does with data that isn't acknowledged yet.
    ///
    /// The corresponding C function is `setsockopt` with `SO_LINGER`.
    /// - Parameter seconds: nil returns at once and goes on sending; 0 discards it and sends a RST;
    ///   more waits for so long.
    public func setLinger(seconds: Int?) throws(LinuxError) {
        try call("setsockopt SO_LINGER") {
            clinux_set_linger($0, seconds == nil ? 0 : 1, CInt(clamping: seconds ?? 0))
        }
    }
}
