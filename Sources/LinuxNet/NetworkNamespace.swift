internal import CLinux
internal import SystemPackage

/// A network namespace, held alive by a descriptor.
///
/// Namespaces belong to threads. Whatever must happen *inside* one (making a socket, opening a
/// capture or a file of /proc/net, writing a sysctl) goes through ``run(_:)`` or a
/// ``WorkerThread``; what was made there stays there, and can be used from any thread. The kernel
/// takes a namespace down, with everything in it, after the last descriptor, socket and thread are
/// gone; that happens later, on a kernel thread.
public final class NetworkNamespace: Sendable {
    /// The open `/proc/…/ns/net`.
    public let descriptor: Descriptor

    /// The inode that names this namespace among all that exist now, as in `net:[4026531840]`.
    public let inode: UInt64

    /// Makes a new, empty namespace: `lo` is there, but down.
    ///
    /// The corresponding C function is `unshare` with `CLONE_NEWNET`, on a thread that then ends.
    /// It needs CAP_SYS_ADMIN, which ``Isolation/enterPrivate()`` gives to ordinary users.
    /// - Throws: EPERM without that capability, ENOSPC beyond `user.max_net_namespaces`, EINVAL on
    ///   a kernel without `CONFIG_NET_NS`.
    public convenience init() throws(LinuxError) {
        let outcome = Shared<Result<Descriptor, LinuxError>?>(nil)
        let thread = try PosixThread {
            outcome.set(
                Result { () throws(LinuxError) in
                    try check(clinux_unshare(CLINUX_CLONE_NEWNET), "unshare CLONE_NEWNET")
                    return try Self.openCurrent()
                })
        }
        try thread.join()
        guard let result = outcome.get() else {
            throw LinuxError(operation: "make a network namespace", errno: .interrupted)
        }
        try self.init(descriptor: result.get())
    }

    private init(descriptor: Descriptor) throws(LinuxError) {
        var device: UInt64 = 0
        var inode: UInt64 = 0
        let result = descriptor.withRawValue { clinux_identify($0, &device, &inode) }
        try check(result, "fstat a network namespace")
        self.descriptor = descriptor
        self.inode = inode
    }

    /// The namespace of a process; 2 is the kernel's own (kthreadd), in the first of all.
    public convenience init(ofProcess number: Int) throws(LinuxError) {
        let path = "/proc/\(number)/ns/net"
        let opened = try check(clinux_open_read(path), "open \(path)")
        try self.init(descriptor: Descriptor(owning: opened))
    }

    /// The namespace that the calling thread is in.
    public static func current() throws(LinuxError) -> NetworkNamespace {
        try NetworkNamespace(descriptor: openCurrent())
    }

    // By thread id: /proc/self/ns is the main thread's, and /proc/thread-self came with 3.17.
    private static func openCurrent() throws(LinuxError) -> Descriptor {
        let path = "/proc/self/task/\(clinux_gettid())/ns/net"
        return Descriptor(owning: try check(clinux_open_read(path), "open \(path)"))
    }

    /// Moves the calling thread into this namespace, for good.
    ///
    /// The corresponding C function is `setns` with `CLONE_NEWNET`. Don't call it on a thread of
    /// Swift's pools or on the main thread; ``run(_:)`` and ``WorkerThread`` are there for that.
    /// - Throws: EPERM without CAP_SYS_ADMIN, EBADF once closed.
    public func enter() throws(LinuxError) {
        let result = descriptor.withRawValue { clinux_setns($0, CLINUX_CLONE_NEWNET) }
        try check(result, "setns to net:[\(inode)]")
    }

    /// Runs `body` on a new thread inside the namespace, and waits for it.
    ///
    /// Costs about 60 µs. The thread ends with `body`, which should not start a Swift task.
    /// - Throws: whatever `body` throws, or `LinuxError` if the namespace couldn't be entered.
    public func run<Value: Sendable>(_ body: @Sendable () throws -> Value) throws -> Value {
        try PosixThread.run {
            try self.enter()
            return try body()
        }
    }

    /// Gives the namespaces that are made from the calling thread's one a table of connections of
    /// their own, with so many buckets, where the kernel can (6.1 and later).
    ///
    /// Reading `/proc/…/net/tcp` walks a table that otherwise all namespaces share: 262144 buckets
    /// and 3 ms on a machine with 24 GB, against 0.1 ms with 256. The limits `tcp_max_tw_buckets`
    /// (half as many) and `tcp_max_syn_backlog` (at least 128) follow from it.
    ///
    /// Writes the sysctl `net.ipv4.tcp_child_ehash_entries`.
    /// - Returns: whether this kernel can.
    @discardableResult
    public static func useOwnTablesInChildren(buckets: Int) throws(SysctlError) -> Bool {
        do throws(SysctlError) {
            try Sysctl.write("net.ipv4.tcp_child_ehash_entries", String(buckets))
            return true
        } catch {
            guard case .missing = error else { throw error }
            return false
        }
    }

    /// Lets go of the namespace before the last reference to this object is gone.
    public func close() throws(LinuxError) { try descriptor.close() }
}
