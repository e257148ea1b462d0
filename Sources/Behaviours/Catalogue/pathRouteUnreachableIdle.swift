import Evidence
import KernelTimers

extension Behaviour {
    /// An unreachable route stands in the way; then an idle connection writes.
    public static let pathRouteUnreachableIdle = PathFailure.idle(
        .routeUnreachable, id: "path.route-unreachable.idle",
        question: """
            Does TCP_USER_TIMEOUT end an idle connection that writes after an unreachable route \
            stands in the way?
            """,
        background: """
            A routing daemon that lost its neighbour leaves such a route behind. The write \
            succeeds, the data is never sent, and the probe timer runs. Over IPv4 the \
            application hears ETIMEDOUT; IPv6 keeps the error of the route, EHOSTUNREACH.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .unroutable, ipv6Error: .ehostunreach)
}
