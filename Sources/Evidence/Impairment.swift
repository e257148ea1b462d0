/// What goes wrong with a path while the connection's own address stays.
///
/// Each is something that happens to hosts: somebody deletes a route, a firewall's rule is loaded,
/// a link or a neighbour goes away. How an attempt to send then fails inside the kernel differs,
/// and with it the timer that runs and the error that the application hears.
public enum Impairment: String, Hashable, Codable, Sendable, CaseIterable {
    /// The route to the peer is deleted.
    case routeDeleted
    /// A `prohibit` route to the peer is there (EACCES).
    case routeProhibited
    /// An `unreachable` route to the peer is there (EHOSTUNREACH).
    case routeUnreachable
    /// A `blackhole` route to the peer is there (EINVAL).
    case routeBlackholed
    /// The subject's own link is set down.
    case linkDown
    /// The peer's link is set down: the subject's has lost its carrier.
    case carrierLost
    /// The peer's link-layer address is forgotten, and nobody answers when it is asked for.
    case neighbourGone
    /// The subject's firewall drops what it sends (netfilter, hook output): EPERM inside.
    case outputDropped
    /// The subject's queue takes no packet (pfifo, limit 0): congestion inside.
    case queueFull
}
