import Evidence
import KernelTimers

extension Behaviour {
    /// The route to the peer was deleted; then an idle connection writes.
    public static let pathRouteDeletedIdle = PathFailure.idle(
        .routeDeleted, id: "path.route-deleted.idle",
        question: """
            Does TCP_USER_TIMEOUT end an idle connection that writes after the route to the peer \
            was deleted?
            """,
        background: """
            Somebody deletes the route, or the daemon that keeps it dies. The write succeeds, \
            the data is never sent, and the probe timer runs. Over IPv4 the application hears \
            ETIMEDOUT; IPv6 keeps the error of the route, ENETUNREACH.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .unroutable, ipv6Error: .enetunreach)
}
