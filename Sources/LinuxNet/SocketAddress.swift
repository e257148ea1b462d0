internal import CLinux
internal import Glibc

/// An IPv4 or IPv6 address.
public enum InternetAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IPv4 address; its first byte is the number's highest.
    case v4(UInt32)
    /// An IPv6 address; its first byte is the highest of the first number.
    case v6(UInt64, UInt64)

    /// The family of a socket that can use it.
    public var family: AddressFamily {
        switch self {
        case .v4: .ipv4
        case .v6: .ipv6
        }
    }

    /// The 4 or 16 bytes, in network order.
    public var bytes: [UInt8] {
        switch self {
        case .v4(let value):
            withUnsafeBytes(of: value.bigEndian, Array.init)
        case .v6(let high, let low):
            withUnsafeBytes(of: high.bigEndian, Array.init)
                + withUnsafeBytes(of: low.bigEndian, Array.init)
        }
    }

    /// Creates an address from 4 or 16 bytes in network order; nil for any other number.
    public init?(bytes: some Collection<UInt8>) {
        func number<Value: FixedWidthInteger>(_ bytes: some Sequence<UInt8>) -> Value {
            bytes.reduce(0) { $0 << 8 | Value($1) }
        }
        switch bytes.count {
        case 4: self = .v4(number(bytes))
        case 16: self = .v6(number(bytes.prefix(8)), number(bytes.dropFirst(8)))
        default: return nil
        }
    }

    /// Reads "192.0.2.1" or "2001:db8::1"; nil for anything else, names and zones included.
    ///
    /// The corresponding C function is `inet_pton`.
    public init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(bytes: bytes.prefix(4))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.init(bytes: bytes)
        } else {
            return nil
        }
    }

    /// The address as text, "192.0.2.1" or "2001:db8::1" (RFC 5952).
    public var description: String {
        let bytes = bytes
        guard case .v6 = self else { return bytes.map(String.init).joined(separator: ".") }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// 0.0.0.0 or ::, which binds to every address.
    public static func any(_ family: AddressFamily) -> InternetAddress {
        switch family {
        case .ipv4: .v4(0)
        case .ipv6: .v6(0, 0)
        }
    }

    /// 127.0.0.1 or ::1.
    public static func loopback(_ family: AddressFamily) -> InternetAddress {
        switch family {
        case .ipv4: .v4(0x7f00_0001)
        case .ipv6: .v6(0, 1)
        }
    }
}

/// The two families of TCP.
public enum AddressFamily: String, Hashable, Sendable, CaseIterable {
    /// AF_INET.
    case ipv4
    /// AF_INET6.
    case ipv6

    var rawFamily: CInt {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        }
    }
}

/// An address, a port, and for link-local IPv6 addresses the interface: one end of a connection.
///
/// The corresponding C types are `sockaddr_in` and `sockaddr_in6`.
public struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address.
    public let address: InternetAddress

    /// The port, or 0 to let the kernel choose.
    public let port: UInt16

    /// The index of the interface of a link-local IPv6 address, or 0.
    public let scope: UInt32

    /// Creates one end of a connection.
    public init(_ address: InternetAddress, port: UInt16, scope: UInt32 = 0) {
        self.address = address
        self.port = port
        self.scope = scope
    }

    /// "192.0.2.1:80", "[2001:db8::1]:80" or "[fe80::1%3]:80".
    public var description: String {
        switch address {
        case .v4: "\(address):\(port)"
        case .v6: scope == 0 ? "[\(address)]:\(port)" : "[\(address)%\(scope)]:\(port)"
        }
    }

    /// Reads what `description` writes; nil for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        var scope: UInt32 = 0
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            if let percent = host.firstIndex(of: "%") {
                guard let number = UInt32(host[host.index(after: percent)...]) else { return nil }
                scope = number
                host = host[..<percent]
            }
            guard case .v6(let high, let low) = InternetAddress(String(host)) else { return nil }
            self.init(.v6(high, low), port: port, scope: scope)
        } else {
            guard case .v4(let value) = InternetAddress(String(host)) else { return nil }
            self.init(.v4(value), port: port)
        }
    }

    /// The bytes of the C structure: family (host order), port, then as the family has it.
    var structure: [UInt8] {
        var bytes = withUnsafeBytes(of: sa_family_t(address.family.rawFamily), Array.init)
        bytes += withUnsafeBytes(of: port.bigEndian, Array.init)
        switch address {
        case .v4:
            bytes += address.bytes + [UInt8](repeating: 0, count: 8)
        case .v6:
            bytes += [0, 0, 0, 0] + address.bytes + withUnsafeBytes(of: scope, Array.init)
        }
        return bytes
    }

    /// Reads the bytes of a C structure; nil for families other than the two, and for short ones.
    init?(structure bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count >= 8 else { return nil }
        let family = bytes.withUnsafeBytes { $0.loadUnaligned(as: sa_family_t.self) }
        let port = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        if family == sa_family_t(AF_INET), let address = InternetAddress(bytes: bytes[4..<8]) {
            self.init(address, port: port)
        } else if family == sa_family_t(AF_INET6), bytes.count >= 28,
            let address = InternetAddress(bytes: bytes[8..<24])
        {
            let scope = bytes.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: 24, as: UInt32.self)
            }
            self.init(address, port: port, scope: scope)
        } else {
            return nil
        }
    }
}
