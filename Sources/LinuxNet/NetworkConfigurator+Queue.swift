internal import CNetlink

extension NetworkConfigurator {
    /// Gives an interface a queue that takes no packet, or takes that away.
    ///
    /// `tc qdisc replace dev … root pfifo limit 0`: whatever is sent is dropped there, and the
    /// sender is told of congestion (NET_XMIT_DROP).
    /// - Throws: ENOENT if the kernel has no pfifo.
    public func setFullQueue(_ interface: String, present: Bool) throws(LinuxError) {
        let index = Int32(bitPattern: try index(of: interface))
        // struct tcmsg: family, padding, ifindex, handle, parent (TC_H_ROOT), info.
        var message = NetlinkMessage(
            [0, 0, 0, 0] + NetlinkMessage.octets(index) + NetlinkMessage.octets(UInt32(0))
                + NetlinkMessage.octets(UInt32.max) + NetlinkMessage.octets(UInt32(0)))
        if present {
            message.append(1, "pfifo")
            // TCA_OPTIONS: struct tc_fifo_qopt, the limit.
            message.append(2, NetlinkMessage.octets(UInt32(0)))
        }
        // RTM_NEWQDISC and RTM_DELQDISC; NLM_F_CREATE with NLM_F_REPLACE.
        let (type, flags): (CInt, CInt) = present ? (36, 0x500) : (37, 0)
        let payload = message.payload
        try request("\(present ? "set" : "delete") the queue of \(interface)") { socket in
            let sent = payload.withUnsafeBytes { bytes in
                nl_send_simple(
                    socket, type, flags, UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                    bytes.count)
            }
            return sent < 0 ? sent : nl_wait_for_ack(socket)
        }
    }
}
