internal import CNetlink
internal import Glibc
internal import SystemPackage

/// An address of an interface, as the kernel lists it.
public struct InterfaceAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address.
    public let address: InternetAddress
    /// The length of its network's prefix, in bits.
    public let prefixLength: Int
    /// The index of the interface.
    public let interfaceIndex: UInt32
    /// The flags of `struct ifaddrmsg` (linux/if_addr.h): 0x40 is an IPv6 address that isn't usable
    /// yet.
    public let flags: UInt32

    /// Whether duplicate address detection is still going on, so that nothing can be sent from it.
    public var isTentative: Bool { flags & 0x40 != 0 }

    /// "192.0.2.1/24 on 2".
    public var description: String { "\(address)/\(prefixLength) on \(interfaceIndex)" }
}

extension NetworkConfigurator {
    /// Gives an interface an address, which is usable at once: IPv6's duplicate address detection
    /// is left out (`IFA_F_NODAD`).
    ///
    /// The corresponding C function is `rtnl_addr_add`.
    /// - Throws: EEXIST if it's there already, EACCES or EOPNOTSUPP if IPv6 is disabled.
    public func addAddress(
        _ address: InternetAddress, prefixLength: Int, to interface: String
    ) throws(LinuxError) {
        try withAddress(address, prefixLength, interface) { entry throws(LinuxError) in
            if address.family == .ipv6 { rtnl_addr_set_flags(entry, CUnsignedInt(IFA_F_NODAD)) }
            try request("add \(address)/\(prefixLength) to \(interface)") {
                rtnl_addr_add($0, entry, NLM_F_CREATE | NLM_F_EXCL)
            }
        }
    }

    /// Takes an address away from an interface.
    ///
    /// The corresponding C function is `rtnl_addr_delete`.
    /// - Throws: EADDRNOTAVAIL if it isn't there.
    public func removeAddress(
        _ address: InternetAddress, prefixLength: Int, from interface: String
    ) throws(LinuxError) {
        try withAddress(address, prefixLength, interface) { entry throws(LinuxError) in
            try request("remove \(address)/\(prefixLength) from \(interface)") {
                rtnl_addr_delete($0, entry, 0)
            }
        }
    }

    /// All addresses of the namespace, in the kernel's order.
    ///
    /// The corresponding C function is `rtnl_addr_alloc_cache`.
    public func addresses() throws(LinuxError) -> [InterfaceAddress] {
        var cache: OpaquePointer?
        try request("list addresses") { rtnl_addr_alloc_cache($0, &cache) }
        defer { nl_cache_free(cache) }
        var found: [InterfaceAddress] = []
        var object = nl_cache_get_first(cache)
        while let entry = object {
            let local = rtnl_addr_get_local(entry)
            if let address = InternetAddress(netlink: local) {
                found.append(
                    InterfaceAddress(
                        address: address, prefixLength: Int(rtnl_addr_get_prefixlen(entry)),
                        interfaceIndex: UInt32(rtnl_addr_get_ifindex(entry)),
                        flags: rtnl_addr_get_flags(entry)))
            }
            object = nl_cache_get_next(entry)
        }
        return found
    }

    private func withAddress(
        _ address: InternetAddress, _ prefixLength: Int, _ interface: String,
        _ body: (OpaquePointer) throws(LinuxError) -> Void
    ) throws(LinuxError) {
        guard let entry = rtnl_addr_alloc() else {
            throw LinuxError(operation: "rtnl_addr_alloc", errno: .noMemory)
        }
        defer { rtnl_addr_put(entry) }
        rtnl_addr_set_ifindex(entry, CInt(try index(of: interface)))
        try address.withNetlinkAddress(prefix: prefixLength) { _ = rtnl_addr_set_local(entry, $0) }
        rtnl_addr_set_prefixlen(entry, CInt(prefixLength))
        try body(entry)
    }
}

extension NetworkConfigurator {
    /// Enters a permanent neighbour, so that no ARP or neighbour discovery happens for it. An entry
    /// that is there is replaced.
    ///
    /// The corresponding C function is `rtnl_neigh_add` with `NUD_PERMANENT`. Setting the link down
    /// deletes it.
    public func addPermanentNeighbour(
        _ address: InternetAddress, _ hardwareAddress: HardwareAddress, on interface: String
    ) throws(LinuxError) {
        try withNeighbour(address, interface) { entry throws(LinuxError) in
            try hardwareAddress.withNetlinkAddress { rtnl_neigh_set_lladdr(entry, $0) }
            rtnl_neigh_set_state(entry, NUD_PERMANENT)
            try request("add neighbour \(address) \(hardwareAddress) on \(interface)") {
                rtnl_neigh_add($0, entry, NLM_F_CREATE | NLM_F_REPLACE)
            }
        }
    }

    /// Deletes a neighbour.
    ///
    /// The corresponding C function is `rtnl_neigh_delete`.
    /// - Throws: ENOENT if it isn't there.
    public func removeNeighbour(
        _ address: InternetAddress, from interface: String
    ) throws(LinuxError) {
        try withNeighbour(address, interface) { entry throws(LinuxError) in
            try request("remove neighbour \(address) from \(interface)") {
                rtnl_neigh_delete($0, entry, 0)
            }
        }
    }

    private func withNeighbour(
        _ address: InternetAddress, _ interface: String,
        _ body: (OpaquePointer) throws(LinuxError) -> Void
    ) throws(LinuxError) {
        guard let entry = rtnl_neigh_alloc() else {
            throw LinuxError(operation: "rtnl_neigh_alloc", errno: .noMemory)
        }
        defer { rtnl_neigh_put(entry) }
        rtnl_neigh_set_ifindex(entry, CInt(try index(of: interface)))
        try address.withNetlinkAddress { _ = rtnl_neigh_set_dst(entry, $0) }
        try body(entry)
    }
}
