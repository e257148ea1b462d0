/// Kinds of socket, other than plain TCP over the family of the connection, that carry a TCP
/// connection all the same.
public enum SocketKind: String, Hashable, Codable, Sendable, CaseIterable {
    /// An IPv6 socket whose connection runs over IPv4 (RFC 4291, 2.5.5.2).
    case mapped
    /// A socket of Multipath TCP (RFC 8684), IPPROTO_MPTCP.
    case multipath
}
