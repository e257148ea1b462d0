internal import Glibc
internal import SystemPackage

/// A firewall that drops what this host sends, by nf_tables, without its library.
public enum Netfilter {
    /// Has the calling thread's namespace drop all that it sends, or send again.
    ///
    /// One base chain on the output hook whose policy is to drop; senders get EPERM. The
    /// corresponding commands are `nft add table …` and `nft add chain … { type filter hook output
    /// priority 0; policy drop; }`.
    /// - Throws: EPROTONOSUPPORT or EOPNOTSUPP if the kernel has no nf_tables.
    public static func setOutput(
        dropped: Bool, _ family: AddressFamily
    ) throws(LinuxError) {
        let operation = "\(dropped ? "drop" : "pass") output by nf_tables"
        let socket = Glibc.socket(AF_NETLINK, CInt(SOCK_RAW.rawValue) | 0o2000000, 12)
        guard socket >= 0 else {
            throw LinuxError(operation: operation, errno: Errno(rawValue: errno))
        }
        defer { close(socket) }
        let batch = dropped ? dropping(protocolNumber(family)) : passing(protocolNumber(family))
        guard send(socket, batch, batch.count, 0) == batch.count else {
            throw LinuxError(operation: operation, errno: Errno(rawValue: errno))
        }
        try awaitAnswers(socket, count: dropped ? 2 : 1, operation)
    }

    private static let table = "etimedout"

    /// NFPROTO_IPV4 or NFPROTO_IPV6.
    private static func protocolNumber(_ family: AddressFamily) -> UInt8 {
        switch family {
        case .ipv4: 2
        case .ipv6: 10
        }
    }

    // NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE.
    private static let request: UInt16 = 1
    private static let acknowledged: UInt16 = 5
    private static let creating: UInt16 = 0x405

    private static func dropping(_ family: UInt8) -> [UInt8] {
        var newTable = NetlinkMessage([family, 0, 0, 0])
        newTable.append(1, table)
        var chain = NetlinkMessage([family, 0, 0, 0])
        chain.append(1, table)
        chain.append(3, "output")
        chain.append(4) { hook in
            hook.append(1, bigEndian(3))
            hook.append(2, bigEndian(0))
        }
        chain.append(5, bigEndian(0))
        chain.append(7, "filter")
        // NFNL_SUBSYS_NFTABLES (10) << 8 with NFT_MSG_NEWTABLE and NFT_MSG_NEWCHAIN.
        return begin + newTable.framed(type: 0xa00, flags: creating, sequence: 1)
            + chain.framed(type: 0xa03, flags: creating, sequence: 2) + end
    }

    private static func passing(_ family: UInt8) -> [UInt8] {
        var old = NetlinkMessage([family, 0, 0, 0])
        old.append(1, table)
        return begin + old.framed(type: 0xa02, flags: acknowledged, sequence: 1) + end
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        NetlinkMessage.octets(value.bigEndian)
    }

    /// NFNL_MSG_BATCH_BEGIN and its end; the subsystem stands big-endian in the last two octets.
    private static let begin = NetlinkMessage([0, 0, 0, 10])
        .framed(type: 0x10, flags: request, sequence: 0)
    private static let end = NetlinkMessage([0, 0, 0, 10])
        .framed(type: 0x11, flags: request, sequence: 3)

    private static func awaitAnswers(
        _ socket: CInt, count: Int, _ operation: String
    ) throws(LinuxError) {
        var buffer = [UInt8](repeating: 0, count: 8192)
        var left = count
        while left > 0 {
            var poll = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&poll, 1, 2000) == 1 else {
                throw LinuxError(operation: operation, errno: .timedOut)
            }
            let length = recv(socket, &buffer, buffer.count, 0)
            guard length > 0 else {
                throw LinuxError(operation: operation, errno: Errno(rawValue: errno))
            }
            // Each answer: a header of 16 octets, the errno (negative) in the next four.
            var offset = 0
            while offset + 20 <= length {
                let size = Int(word(buffer, at: offset))
                let code = Int32(bitPattern: word(buffer, at: offset + 16))
                if code != 0 {
                    throw LinuxError(operation: operation, errno: Errno(rawValue: -code))
                }
                left -= 1
                guard size >= 20 else { break }
                offset += (size + 3) & ~3
            }
        }
    }

    private static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    }
}
