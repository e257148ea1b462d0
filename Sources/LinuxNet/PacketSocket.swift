internal import Glibc
internal import SystemPackage

/// Sends and receives whole frames on one interface: what a scripted peer speaks with.
public final class PacketSocket: Sendable {
    /// The descriptor, for whoever waits.
    public let descriptor: Descriptor
    private let index: CInt

    /// Opens a socket on an interface of the calling thread's namespace.
    ///
    /// The corresponding C call is `socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL))`, bound.
    /// - Throws: EPERM without CAP_NET_RAW there, ENODEV.
    public init(interface: String) throws(LinuxError) {
        index = CInt(if_nametoindex(interface))
        guard index > 0 else { throw Self.error("find interface \(interface)") }
        let number = Glibc.socket(
            AF_PACKET, CInt(SOCK_RAW.rawValue) | 0o2004000, CInt(UInt16(3).bigEndian))
        guard number >= 0 else { throw Self.error("open a packet socket") }
        descriptor = Descriptor(owning: number)
        let address = Self.address(index)
        let bound = address.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                bind(number, $0.baseAddress, socklen_t(bytes.count))
            }
        }
        guard bound == 0 else { throw Self.error("bind a packet socket to \(interface)") }
    }

    /// The next frame, or nil if none waits.
    public func receive() throws(LinuxError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = descriptor.withRawValue { recv($0, &bytes, bytes.count, 0) }
        if count < 0 {
            guard errno != EAGAIN, errno != EINTR, errno != ENETDOWN else { return nil }
            throw Self.error("receive a frame")
        }
        return Array(bytes.prefix(count))
    }

    /// Sends a frame as it is.
    public func send(_ frame: [UInt8]) throws(LinuxError) {
        let count = descriptor.withRawValue { Glibc.send($0, frame, frame.count, 0) }
        guard count == frame.count else { throw Self.error("send a frame") }
    }

    /// `struct sockaddr_ll` (packet(7)): family, protocol, interface, and what only receivers fill.
    private static func address(_ index: CInt) -> [UInt8] {
        NetlinkMessage.octets(UInt16(AF_PACKET)) + NetlinkMessage.octets(UInt16(3).bigEndian)
            + NetlinkMessage.octets(index) + [UInt8](repeating: 0, count: 12)
    }

    private static func error(_ operation: String) -> LinuxError {
        LinuxError(operation: operation, errno: Errno(rawValue: errno))
    }
}
