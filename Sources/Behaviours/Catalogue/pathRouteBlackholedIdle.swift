import Evidence
import KernelTimers

extension Behaviour {
    /// A blackhole route stands in the way; then an idle connection writes.
    public static let pathRouteBlackholedIdle = PathFailure.idle(
        .routeBlackholed, id: "path.route-blackholed.idle",
        question: """
            Does TCP_USER_TIMEOUT end an idle connection that writes after a blackhole route \
            stands in the way?
            """,
        background: """
            Routes against an attack swallow what is sent; the sender is told EINVAL. The write \
            succeeds, the data is never sent, and the probe timer runs. Over IPv4 the \
            application hears ETIMEDOUT; IPv6 keeps the error of the route, EINVAL.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .unroutable, ipv6Error: .einval)
}
