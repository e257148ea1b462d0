internal import CLinux
internal import CNetlink
internal import SystemPackage

extension NetworkConfigurator {
    /// Makes a bridge, which is down.
    ///
    /// The corresponding C function is `rtnl_link_bridge_add`.
    /// - Throws: EOPNOTSUPP on a kernel without `CONFIG_BRIDGE`.
    public func addBridge(_ name: String) throws(LinuxError) {
        try request("add bridge \(name)") { rtnl_link_bridge_add($0, name) }
    }

    /// Makes an interface a port of a bridge: what arrives at it goes to the other ports.
    ///
    /// The corresponding C function is `rtnl_link_enslave_ifindex`.
    public func enslave(_ interface: String, to bridge: String) throws(LinuxError) {
        let master = CInt(try index(of: bridge))
        let port = CInt(try index(of: interface))
        try request("make \(interface) a port of \(bridge)") {
            rtnl_link_enslave_ifindex($0, master, port)
        }
    }

    /// Takes a port out of its bridge. The other end of a veth pair keeps its carrier and notices
    /// nothing; what it sends ends here, in a stack that has no address.
    ///
    /// The corresponding C function is `rtnl_link_release_ifindex`.
    public func release(_ interface: String) throws(LinuxError) {
        let port = CInt(try index(of: interface))
        try request("take \(interface) out of its bridge") { rtnl_link_release_ifindex($0, port) }
    }

    /// Tells all neighbours at which hardware address an address now is: a gratuitous ARP request,
    /// whose sender and target are the same (RFC 5227, 3).
    ///
    /// To be called on a thread of the namespace.
    public func announce(
        _ address: InternetAddress, at hardwareAddress: HardwareAddress, on interface: String
    ) throws(LinuxError) {
        let number = try index(of: interface)
        let frame: [UInt8] =
            [UInt8](repeating: 0xff, count: 6) + hardwareAddress.bytes + [0x08, 0x06]
            // Ethernet, IPv4, lengths 6 and 4, a request.
            + [0, 1, 0x08, 0x00, 6, 4, 0, 1]
            + hardwareAddress.bytes + address.bytes
            + [UInt8](repeating: 0, count: 6) + address.bytes
            + [UInt8](repeating: 0, count: 18)
        try check(
            clinux_send_frame(number, frame, frame.count), "announce \(address) on \(interface)")
    }
}
