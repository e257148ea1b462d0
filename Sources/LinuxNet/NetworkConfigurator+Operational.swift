internal import CNetlink
internal import Glibc
internal import SystemPackage

extension NetworkConfigurator {
    /// Waits until an interface is operationally up (RFC 2863): from then on it sends.
    ///
    /// Being up and having a carrier isn't enough: the kernel activates the queue of an interface
    /// whose carrier came later from a work item (net/core/link_watch.c), and drops what is sent
    /// before. The state is set in the same work item, just before; both under the lock that
    /// looking it up takes. To be called on a thread of the namespace.
    ///
    /// The corresponding C functions are `rtnl_link_get_operstate` and `nl_socket_add_membership`.
    /// - Parameter deadline: a moment of ``MonotonicClock``, in nanoseconds.
    /// - Throws: ETIME when the deadline has passed.
    public func awaitOperational(_ interface: String, until deadline: Int64) throws(LinuxError) {
        try waitFor(interface, isOperational: true, until: deadline)
    }

    /// Waits until an interface no longer is operationally up, its carrier being lost: from then on
    /// the kernel drops what is sent before it reaches the device. The same work item takes the
    /// queue away, and the lock is held until it has.
    public func awaitNotOperational(_ interface: String, until deadline: Int64) throws(LinuxError) {
        try waitFor(interface, isOperational: false, until: deadline)
        // A request that takes the lock, as looking up does not in newer kernels (6.9).
        try setUp(interface)
    }

    private func waitFor(
        _ interface: String, isOperational wanted: Bool, until deadline: Int64
    ) throws(LinuxError) {
        if try isOperational(interface) == wanted { return }
        let news = try LinkNews()
        while try isOperational(interface) != wanted {
            let ready = try Poll.wait(for: .input, on: news.descriptor, until: deadline)
            guard !ready.isEmpty else {
                throw LinuxError(
                    operation: "wait for \(interface) to be \(wanted ? "" : "no longer ")"
                        + "operational",
                    errno: Errno(rawValue: ETIME))
            }
            news.discard()
        }
    }

    private func isOperational(_ interface: String) throws(LinuxError) -> Bool {
        var link: OpaquePointer?
        defer { link.map { rtnl_link_put($0) } }
        try request("look up interface \(interface)") {
            rtnl_link_get_kernel($0, 0, interface, &link)
        }
        // IF_OPER_UP (linux/if.h).
        return link.map { rtnl_link_get_operstate($0) } == 6
    }
}

/// Tells that some link of the namespace changed.
private final class LinkNews: Sendable {
    private nonisolated(unsafe) let socket: OpaquePointer
    let descriptor: Descriptor

    init() throws(LinuxError) {
        guard let socket = nl_socket_alloc() else {
            throw LinuxError(operation: "nl_socket_alloc", errno: .noMemory)
        }
        nl_socket_disable_seq_check(socket)
        guard nl_connect(socket, NETLINK_ROUTE) >= 0,
            nl_socket_add_membership(socket, CInt(RTNLGRP_LINK.rawValue)) >= 0
        else {
            nl_socket_free(socket)
            throw LinuxError(operation: "watch the links of a namespace", errno: .ioError)
        }
        self.socket = socket
        do throws(LinuxError) {
            descriptor = try Descriptor(borrowing: nl_socket_get_fd(socket))
        } catch {
            nl_socket_free(socket)
            throw error
        }
    }

    deinit { nl_socket_free(socket) }

    func discard() {
        var bytes = [UInt8](repeating: 0, count: 8192)
        while recv(descriptor.rawValue, &bytes, bytes.count, CInt(MSG_DONTWAIT)) > 0 {}
    }
}
