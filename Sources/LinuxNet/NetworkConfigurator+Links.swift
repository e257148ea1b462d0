internal import CLinux
internal import CNetlink
internal import Glibc
internal import SystemPackage

/// The six bytes of an Ethernet address.
public struct HardwareAddress: Hashable, Sendable, CustomStringConvertible {
    /// The bytes, in the order in which they're sent.
    public let bytes: [UInt8]

    /// An address that is administered locally and not a group's: 02:00:00:00 and two bytes of
    /// `number`.
    public init(local number: UInt16) {
        bytes = [2, 0, 0, 0, UInt8(number >> 8), UInt8(number & 0xff)]
    }

    /// Creates an address from six bytes; nil for any other number.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 6 else { return nil }
        self.bytes = Array(bytes)
    }

    /// "02:00:00:00:00:01".
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }

    func withNetlinkAddress<Result>(
        _ body: (OpaquePointer?) throws(LinuxError) -> Result
    ) throws(LinuxError) -> Result {
        let address = nl_addr_build(AF_LLC, bytes, bytes.count)
        defer { nl_addr_put(address) }
        return try body(address)
    }
}

/// One end of a veth pair: its name, and its hardware address.
public struct LinkEnd: Hashable, Sendable {
    /// The interface's name, of at most 15 bytes.
    public let name: String
    /// The hardware address; chosen, so that permanent neighbours can name it.
    public let hardwareAddress: HardwareAddress

    /// Creates the description of an end.
    public init(name: String, hardwareAddress: HardwareAddress) {
        self.name = name
        self.hardwareAddress = hardwareAddress
    }
}

extension NetworkConfigurator {
    /// Makes a veth pair whose first end is here and whose second is in `namespace`. Both are down.
    ///
    /// The ends get different indices. Where they are the same, as in namespaces that are as young
    /// as each other, the kernel takes a veth end for an interface of its own, of which it tells
    /// news once a second only (`linkwatch_urgent_event`): then a hundred pairs one after another
    /// take most of a minute to become operational.
    ///
    /// The corresponding C functions are `rtnl_link_veth_alloc` and `rtnl_link_add`.
    /// - Parameter indices: the interfaces' indices, each free in its namespace.
    /// - Throws: EEXIST if either name is taken, EOPNOTSUPP on a kernel without `CONFIG_VETH`.
    public func addVethPair(
        _ end: LinkEnd, peer: LinkEnd, in namespace: NetworkNamespace,
        indices: (end: Int32, peer: Int32) = (10, 11)
    ) throws(LinuxError) {
        guard let link = rtnl_link_veth_alloc() else {
            throw LinuxError(operation: "rtnl_link_veth_alloc", errno: .noMemory)
        }
        defer { rtnl_link_put(link) }
        let other = rtnl_link_veth_get_peer(link)
        defer { rtnl_link_put(other) }
        // Both, or `veth_newlink` ignores the peer's. 1 is the loopback interface's.
        rtnl_link_set_ifindex(link, indices.end)
        rtnl_link_set_ifindex(other, indices.peer)
        rtnl_link_set_name(link, end.name)
        try end.hardwareAddress.withNetlinkAddress { rtnl_link_set_addr(link, $0) }
        rtnl_link_set_name(other, peer.name)
        try peer.hardwareAddress.withNetlinkAddress { rtnl_link_set_addr(other, $0) }
        try withExtendedLifetime(namespace) { () throws(LinuxError) in
            rtnl_link_set_ns_fd(other, namespace.descriptor.rawValue)
            try request("add veth pair \(end.name), \(peer.name)") {
                rtnl_link_add($0, link, NLM_F_CREATE | NLM_F_EXCL)
            }
        }
    }

    /// Sets an interface up. Without a carrier it isn't running yet: a veth end waits for the
    /// other.
    public func setUp(_ interface: String) throws(LinuxError) {
        try change(interface, "set \(interface) up") {
            rtnl_link_set_flags($0, CUnsignedInt(IFF_UP))
        }
    }

    /// Sets an interface down. The kernel then deletes its routes, *all* its neighbours (permanent
    /// ones too), and unless `keep_addr_on_down` is set its IPv6 addresses.
    public func setDown(_ interface: String) throws(LinuxError) {
        try change(interface, "set \(interface) down") {
            rtnl_link_unset_flags($0, CUnsignedInt(IFF_UP))
        }
    }

    /// Sets the largest packet of an interface, in bytes.
    public func setMTU(_ interface: String, bytes: UInt32) throws(LinuxError) {
        try change(interface, "set MTU of \(interface) to \(bytes)") {
            rtnl_link_set_mtu($0, bytes)
        }
    }

    /// Deletes an interface; of a veth pair, both ends.
    ///
    /// The corresponding C function is `rtnl_link_delete`.
    public func deleteLink(_ interface: String) throws(LinuxError) {
        guard let link = rtnl_link_alloc() else {
            throw LinuxError(operation: "rtnl_link_alloc", errno: .noMemory)
        }
        defer { rtnl_link_put(link) }
        rtnl_link_set_name(link, interface)
        rtnl_link_set_ifindex(link, CInt(try index(of: interface)))
        try request("delete \(interface)") { rtnl_link_delete($0, link) }
    }

    /// The corresponding C function is `rtnl_link_change`.
    private func change(
        _ interface: String, _ operation: String, _ body: (OpaquePointer) -> Void
    ) throws(LinuxError) {
        guard let link = rtnl_link_alloc(), let changes = rtnl_link_alloc() else {
            throw LinuxError(operation: "rtnl_link_alloc", errno: .noMemory)
        }
        defer {
            rtnl_link_put(link)
            rtnl_link_put(changes)
        }
        rtnl_link_set_ifindex(link, CInt(try index(of: interface)))
        body(changes)
        try request(operation) { rtnl_link_change($0, link, changes, 0) }
    }
}

/// What an interface may do instead of the stack, and so hide from a capture what was really sent.
public enum Offload: String, Hashable, Sendable, CaseIterable {
    /// TCP segmentation: packets larger than the MTU until they leave.
    case tcpSegmentation = "tso"
    /// Segmentation of any protocol, just before the driver.
    case genericSegmentation = "gso"
    /// Reception: segments merged on arrival.
    case genericReceive = "gro"
    /// Checksums of packets sent: absent in a capture at the sender.
    case transmitChecksum = "tx-checksum"
    /// Checksums of packets received.
    case receiveChecksum = "rx-checksum"

    var commands: (get: UInt32, set: UInt32) {
        switch self {
        case .tcpSegmentation: (CLINUX_GET_TSO, CLINUX_SET_TSO)
        case .genericSegmentation: (CLINUX_GET_GSO, CLINUX_SET_GSO)
        case .genericReceive: (CLINUX_GET_GRO, CLINUX_SET_GRO)
        case .transmitChecksum: (CLINUX_GET_TX_CHECKSUM, CLINUX_SET_TX_CHECKSUM)
        case .receiveChecksum: (CLINUX_GET_RX_CHECKSUM, CLINUX_SET_RX_CHECKSUM)
        }
    }
}

extension NetworkConfigurator {
    /// Turns all offloads off, as far as the interface lets one, and returns those that remain on.
    ///
    /// `lo` keeps its checksum offloads: no kernel computes checksums there, and captures show
    /// wrong ones.
    ///
    /// The corresponding C function is `ioctl` with `SIOCETHTOOL`.
    /// - Throws: ENODEV if there is no such interface; EOPNOTSUPP is no error.
    @discardableResult
    public func turnOffloadsOff(_ interface: String) throws(LinuxError) -> Set<Offload> {
        for offload in Offload.allCases {
            do throws(LinuxError) {
                try ethtool(interface, offload.commands.set, value: 0)
            } catch let error where error.errno == .notSupportedOnSocket {
                continue
            }
        }
        return try offloads(interface)
    }

    /// The offloads that are on.
    public func offloads(_ interface: String) throws(LinuxError) -> Set<Offload> {
        var on: Set<Offload> = []
        for offload in Offload.allCases {
            do throws(LinuxError) {
                if try ethtool(interface, offload.commands.get, value: 0) != 0 {
                    on.insert(offload)
                }
            } catch let error where error.errno == .notSupportedOnSocket {
                continue
            }
        }
        return on
    }

    @discardableResult
    private func ethtool(
        _ interface: String, _ command: UInt32, value: UInt32
    ) throws(LinuxError) -> UInt32 {
        var value = value
        let result = control.withRawValue { clinux_ethtool($0, interface, command, &value) }
        try check(result, "ethtool command \(command) on \(interface)")
        return value
    }
}
