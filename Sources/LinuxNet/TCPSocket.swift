internal import CLinux
internal import Glibc
internal import SystemPackage

/// A TCP socket. It belongs to the network namespace of the thread that made it, and can be used
/// from any thread.
///
/// It is a class, for several threads watch one connection: one blocked in a call, one that
/// samples. Every call reports exactly what the kernel said; nothing is retried but what a signal
/// interrupted.
public final class TCPSocket: Sendable {
    /// The owner of the file descriptor.
    public let descriptor: Descriptor

    /// The family of its addresses.
    public let family: AddressFamily

    /// Makes a socket in the calling thread's namespace.
    ///
    /// The corresponding C function is `socket`.
    /// - Throws: EMFILE, EAFNOSUPPORT without IPv6.
    public init(_ family: AddressFamily, nonblocking: Bool = false) throws(LinuxError) {
        let number = clinux_tcp_socket(family.rawFamily, nonblocking ? 1 : 0)
        descriptor = Descriptor(owning: try check(number, "make a TCP socket (\(family))"))
        self.family = family
    }

    /// Makes a socket of Multipath TCP.
    ///
    /// The corresponding C function is `socket` with IPPROTO_MPTCP.
    /// - Throws: EPROTONOSUPPORT if this kernel lacks it, ENOPROTOOPT if net.mptcp.enabled is 0.
    public init(multipath family: AddressFamily) throws(LinuxError) {
        let number = clinux_mptcp_socket(family.rawFamily)
        descriptor = Descriptor(owning: try check(number, "make an MPTCP socket (\(family))"))
        self.family = family
    }

    private init(_ descriptor: Descriptor, _ family: AddressFamily) {
        self.descriptor = descriptor
        self.family = family
    }

    /// Makes a call on the descriptor, or throws its error with the call's name.
    @discardableResult
    func call<Value: SignedInteger>(
        _ operation: @autoclosure () -> String, _ body: (CInt) -> Value
    ) throws(LinuxError) -> Value {
        let value = descriptor.withRawValue(body)
        return try check(value, "\(operation()) on fd \(descriptor.rawValue)")
    }

    /// Gives the socket its local address. The corresponding C function is `bind`.
    /// - Throws: EADDRNOTAVAIL if no interface has the address, EADDRINUSE.
    public func bind(to address: SocketAddress) throws(LinuxError) {
        let bytes = address.structure
        try call("bind to \(address)") { clinux_bind($0, bytes, UInt32(bytes.count)) }
    }

    /// Accepts connections from now on. The corresponding C function is `listen`.
    public func listen(backlog: Int = 16) throws(LinuxError) {
        try call("listen") { clinux_listen($0, CInt(clamping: backlog)) }
    }

    /// Takes the next connection, and the address of its other end.
    ///
    /// The corresponding C function is `accept4`.
    /// - Throws: EAGAIN if there is none and the socket doesn't block.
    public func accept(
        nonblocking: Bool = false
    ) throws(LinuxError) -> (connection: TCPSocket, peer: SocketAddress) {
        var bytes = [UInt8](repeating: 0, count: 128)
        var length = UInt32(bytes.count)
        let number = try call("accept") { clinux_accept($0, &bytes, &length, nonblocking ? 1 : 0) }
        let connection = TCPSocket(Descriptor(owning: number), family)
        return (connection, try Self.address(bytes, length, of: "accept"))
    }

    /// Connects, or begins to. The corresponding C function is `connect`.
    ///
    /// - Throws: EINPROGRESS if the socket doesn't block: wait until it's writable, then read
    ///   ``takeError()``. EINTR isn't retried; the connection goes on being made.
    public func connect(to address: SocketAddress) throws(LinuxError) {
        let bytes = address.structure
        try call("connect to \(address)") { clinux_connect($0, bytes, UInt32(bytes.count)) }
    }

    /// The address of this end. The corresponding C function is `getsockname`.
    public func localAddress() throws(LinuxError) -> SocketAddress {
        var bytes = [UInt8](repeating: 0, count: 128)
        var length = UInt32(bytes.count)
        try call("getsockname") { clinux_getsockname($0, &bytes, &length) }
        return try Self.address(bytes, length, of: "getsockname")
    }

    /// The address of the other end. The corresponding C function is `getpeername`.
    /// - Throws: ENOTCONN, also once the connection has ended in an error.
    public func peerAddress() throws(LinuxError) -> SocketAddress {
        var bytes = [UInt8](repeating: 0, count: 128)
        var length = UInt32(bytes.count)
        try call("getpeername") { clinux_getpeername($0, &bytes, &length) }
        return try Self.address(bytes, length, of: "getpeername")
    }

    private static func address(
        _ bytes: [UInt8], _ length: UInt32, of call: String
    ) throws(LinuxError) -> SocketAddress {
        let count = min(Int(length), bytes.count)
        guard let address = SocketAddress(structure: bytes.prefix(count)) else {
            throw LinuxError(
                operation: "\(call): \(length) bytes", errno: .addressFamilyNotSupported)
        }
        return address
    }

    /// Whether calls return EAGAIN rather than wait. The corresponding C function is `fcntl` with
    /// `O_NONBLOCK`.
    public func setNonblocking(_ nonblocking: Bool) throws(LinuxError) {
        try call("set O_NONBLOCK") { clinux_set_nonblocking($0, nonblocking ? 1 : 0) }
    }

    /// Closes the descriptor; the kernel goes on with the connection by itself unless lingering
    /// says otherwise.
    public func close() throws(LinuxError) { try descriptor.close() }
}

/// What may be passed to ``TCPSocket/send(_:flags:)`` and ``TCPSocket/receive(upTo:flags:)``.
public struct MessageFlags: OptionSet, Hashable, Sendable {
    /// The bits, as the system calls have them.
    public let rawValue: CInt

    /// Creates flags from bits.
    public init(rawValue: CInt) { self.rawValue = rawValue }

    /// MSG_DONTWAIT: EAGAIN rather than wait, for this call.
    public static let doNotWait = MessageFlags(rawValue: 0x40)
    /// MSG_PEEK: leave what was received in the queue.
    public static let peek = MessageFlags(rawValue: 0x02)
    /// MSG_MORE: more follows; hold a partial segment back.
    public static let more = MessageFlags(rawValue: 0x8000)
    /// MSG_OOB: urgent data.
    public static let urgent = MessageFlags(rawValue: 0x01)
    /// MSG_WAITALL: wait until all that was asked for has arrived.
    public static let waitForAll = MessageFlags(rawValue: 0x100)
}

extension TCPSocket {
    /// Hands bytes to the kernel, and returns how many it took. Never raises SIGPIPE.
    ///
    /// The corresponding C function is `send` with `MSG_NOSIGNAL`.
    /// - Throws: EAGAIN (full, nonblocking), EPIPE (shut down, or its error was reported already),
    ///   or the connection's pending error, which is thereby cleared.
    public func send(
        _ bytes: UnsafeRawBufferPointer, flags: MessageFlags = []
    ) throws(LinuxError) -> Int {
        let flags = flags.rawValue | CInt(MSG_NOSIGNAL)
        return try call("send \(bytes.count) bytes") {
            clinux_send($0, bytes.baseAddress, bytes.count, flags)
        }
    }

    /// Hands bytes to the kernel, and returns how many it took.
    @discardableResult
    public func send(_ bytes: [UInt8], flags: MessageFlags = []) throws(LinuxError) -> Int {
        let flags = flags.rawValue | CInt(MSG_NOSIGNAL)
        return try call("send \(bytes.count) bytes") {
            clinux_send($0, bytes, bytes.count, flags)
        }
    }

    /// Takes bytes that have arrived into `buffer`, and returns how many; 0 after the other end's
    /// FIN.
    ///
    /// The corresponding C function is `recv`.
    /// - Throws: EAGAIN (none, nonblocking), or the connection's pending error, which is thereby
    ///   cleared.
    public func receive(
        into buffer: UnsafeMutableRawBufferPointer, flags: MessageFlags = []
    ) throws(LinuxError) -> Int {
        try call("recv") { clinux_recv($0, buffer.baseAddress, buffer.count, flags.rawValue) }
    }

    /// Takes at most `count` bytes that have arrived; none after the other end's FIN.
    public func receive(
        upTo count: Int, flags: MessageFlags = []
    ) throws(LinuxError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = try call("recv") { clinux_recv($0, &bytes, count, flags.rawValue) }
        return Array(bytes.prefix(received))
    }

    /// Writes without a flag, as programs do that know no sockets.
    ///
    /// The corresponding C function is `write`, which raises SIGPIPE beside EPIPE unless the
    /// process ignores it.
    @discardableResult
    public func write(_ bytes: [UInt8]) throws(LinuxError) -> Int {
        try call("write \(bytes.count) bytes") { clinux_write($0, bytes, bytes.count) }
    }

    /// The corresponding C function is `read`.
    public func read(upTo count: Int) throws(LinuxError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = try call("read") { clinux_read($0, &bytes, count) }
        return Array(bytes.prefix(received))
    }

    /// A direction of a connection.
    public enum Direction: CInt, Hashable, Sendable {
        /// SHUT_RD: what arrives is no longer read.
        case reading = 0
        /// SHUT_WR: sends a FIN after what is queued.
        case writing = 1
        /// SHUT_RDWR, which also wakes every thread that waits on the socket.
        case both = 2
    }

    /// Ends a direction. The corresponding C function is `shutdown`.
    public func shutdown(_ direction: Direction) throws(LinuxError) {
        try call("shutdown") { clinux_shutdown($0, direction.rawValue) }
    }

    /// Bytes that were sent or are queued and aren't acknowledged yet, a FIN counting as one.
    ///
    /// The corresponding C function is `ioctl` with `SIOCOUTQ`.
    public func unacknowledgedBytes() throws(LinuxError) -> Int {
        Int(try call("ioctl SIOCOUTQ") { clinux_unacknowledged($0) })
    }

    /// Bytes that are queued and haven't been sent once.
    ///
    /// The corresponding C function is `ioctl` with `SIOCOUTQNSD`.
    public func unsentBytes() throws(LinuxError) -> Int {
        Int(try call("ioctl SIOCOUTQNSD") { clinux_unsent($0) })
    }

    /// Drops whatever arrives from now on, after the capture has seen it and before TCP does: a
    /// peer that went silent. Also drops what already waits in the backlog, not what waits to be
    /// read.
    ///
    /// Attach it to an accepted connection, not to a listener: those that it accepts inherit the
    /// filter.
    ///
    /// The corresponding C function is `setsockopt` with `SO_ATTACH_FILTER` and the program `ret
    /// 0`.
    public func dropIncoming() throws(LinuxError) {
        try call("setsockopt SO_ATTACH_FILTER") { clinux_attach_drop_filter($0) }
    }

    /// Has the kernel drop what arrives in segments of more than that many bytes, TCP header
    /// included: what a router with a small MTU does that tells nobody.
    ///
    /// The corresponding C function is `setsockopt` with `SO_ATTACH_FILTER`.
    public func dropIncoming(over bytes: Int) throws(LinuxError) {
        try call("setsockopt SO_ATTACH_FILTER") {
            clinux_attach_size_filter($0, UInt32(clamping: bytes))
        }
    }

    /// Undoes ``dropIncoming()``. The corresponding C function is `setsockopt` with
    /// `SO_DETACH_FILTER`.
    /// - Throws: ENOENT if there is no filter.
    public func stopDroppingIncoming() throws(LinuxError) {
        try call("setsockopt SO_DETACH_FILTER") { clinux_detach_filter($0) }
    }
}
