import Evidence
import KernelTimers

extension Behaviour {
    /// A prohibit route stands in the way; then an idle connection writes.
    public static let pathRouteProhibitedIdle = PathFailure.idle(
        .routeProhibited, id: "path.route-prohibited.idle",
        question: """
            Does TCP_USER_TIMEOUT end an idle connection that writes after a prohibit route \
            stands in the way?
            """,
        background: """
            An administrator, or a daemon that fences, forbids the destination. The write \
            succeeds, the data is never sent, and the probe timer runs. Over IPv4 the \
            application hears ETIMEDOUT; IPv6 keeps the error of the route, EACCES.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .unroutable, ipv6Error: .eacces)
}
