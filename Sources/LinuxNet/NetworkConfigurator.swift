internal import CLinux
internal import CNetlink
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Changes the links, addresses, routes and neighbours of one network namespace, by rtnetlink.
///
/// Make it on a thread inside the namespace; afterwards it acts on *that* namespace from any
/// thread, since its sockets belong there. It holds two descriptors and keeps the namespace alive.
///
/// Errors carry the errno that the kernel sent. libnl's own codes, which merge several of them, are
/// used only for what failed before the kernel answered.
public final class NetworkConfigurator: Sendable {
    private let netlink: Mutex<NetlinkSocket>
    let control: Descriptor

    /// Opens an rtnetlink socket in the calling thread's namespace.
    ///
    /// The corresponding C functions are `nl_socket_alloc` and `nl_connect`.
    public init() throws(LinuxError) {
        control = Descriptor(owning: try check(clinux_control_socket(), "make a control socket"))
        netlink = Mutex(try NetlinkSocket())
    }

    /// Performs one request, alone on the socket. `body` returns 0 or a negative code of libnl.
    func request(
        _ operation: @autoclosure () -> String, _ body: (OpaquePointer) -> CInt
    ) throws(LinuxError) {
        let errno = netlink.withLock { $0.perform(body) }
        if let errno { throw LinuxError(operation: operation(), errno: errno) }
    }

    /// The index of an interface of this namespace.
    ///
    /// The corresponding C function is `rtnl_link_get_kernel`; `if_nametoindex` would look into the
    /// namespace of the calling thread.
    /// - Throws: ENODEV if there is no such interface.
    public func index(of interface: String) throws(LinuxError) -> UInt32 {
        var link: OpaquePointer?
        defer { link.map { rtnl_link_put($0) } }
        try request("look up interface \(interface)") {
            rtnl_link_get_kernel($0, 0, interface, &link)
        }
        return link.map { UInt32(rtnl_link_get_ifindex($0)) } ?? 0
    }
}

/// libnl's socket, and the errno of the last answer.
private struct NetlinkSocket: ~Copyable, @unchecked Sendable {
    private let socket: OpaquePointer
    private let kernelError: UnsafeMutablePointer<CInt>

    init() throws(LinuxError) {
        guard let socket = nl_socket_alloc() else {
            throw LinuxError(operation: "nl_socket_alloc", errno: .noMemory)
        }
        nl_socket_set_local_port(socket, Self.nextPort())
        let failure = nl_connect(socket, NETLINK_ROUTE)
        if failure < 0 {
            nl_socket_free(socket)
            throw LinuxError(operation: "nl_connect", errno: Errno(libnl: failure))
        }
        self.socket = socket
        kernelError = .allocate(capacity: 1)
        kernelError.initialize(to: 0)
        nl_socket_modify_err_cb(
            socket, NL_CB_CUSTOM,
            { _, answer, argument in
                guard let answer, let argument else { return CInt(NL_STOP.rawValue) }
                argument.assumingMemoryBound(to: CInt.self).pointee = answer.pointee.error
                return CInt(NL_STOP.rawValue)
            }, kernelError)
    }

    /// A port number as libnl builds them: ten bits of a counter, 22 of the process. libnl's own
    /// table ends at 1024 sockets a process, but only those of one namespace must differ.
    private static func nextPort() -> UInt32 {
        let count = ports.wrappingAdd(1, ordering: .relaxed).newValue
        return UInt32(bitPattern: getpid()) & 0x3f_ffff | (count % 1023 + 1) << 22
    }

    private static let ports = Atomic<UInt32>(0)

    deinit {
        nl_socket_free(socket)
        kernelError.deallocate()
    }

    func perform(_ body: (OpaquePointer) -> CInt) -> Errno? {
        kernelError.pointee = 0
        let result = body(socket)
        guard result < 0 else { return nil }
        return kernelError.pointee < 0
            ? Errno(rawValue: -kernelError.pointee) : Errno(libnl: result)
    }
}

extension Errno {
    /// The errno that libnl made its code of, as far as that can be told.
    fileprivate init(libnl code: CInt) {
        self =
            switch -code {
            case NLE_INTR: .interrupted
            case NLE_BAD_SOCK: .badFileDescriptor
            case NLE_AGAIN: .resourceTemporarilyUnavailable
            case NLE_NOMEM: .noMemory
            case NLE_EXIST: .fileExists
            case NLE_INVAL: .invalidArgument
            case NLE_RANGE: .outOfRange
            case NLE_MSGSIZE: .messageTooLong
            case NLE_OPNOTSUPP: .notSupportedOnSocket
            case NLE_AF_NOSUPPORT: .addressFamilyNotSupported
            case NLE_OBJ_NOTFOUND: .noSuchFileOrDirectory
            case NLE_NODEV: Errno(rawValue: Glibc.ENODEV)
            case NLE_PERM, NLE_NOACCESS: .notPermitted
            case NLE_BUSY: .resourceBusy
            default: .ioError
            }
    }
}

extension InternetAddress {
    /// Calls `body` with libnl's form of the address and a prefix length in bits.
    func withNetlinkAddress<Result>(
        prefix: Int? = nil, _ body: (OpaquePointer?) throws(LinuxError) -> Result
    ) throws(LinuxError) -> Result {
        let bytes = bytes
        let address = nl_addr_build(family.rawFamily, bytes, bytes.count)
        defer { nl_addr_put(address) }
        nl_addr_set_prefixlen(address, CInt(prefix ?? bytes.count * 8))
        return try body(address)
    }

    /// Reads libnl's form; nil for none, and for families other than the two.
    init?(netlink address: OpaquePointer?) {
        guard let address, let start = nl_addr_get_binary_addr(address) else { return nil }
        let count = Int(nl_addr_get_len(address))
        self.init(bytes: UnsafeRawBufferPointer(start: start, count: count))
    }
}
