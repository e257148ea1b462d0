import Evidence
import KernelTimers

extension Behaviour {
    /// A blackhole route stands in the way while data is in flight.
    public static let pathRouteBlackholedInFlight = PathFailure.inFlight(
        .routeBlackholed, id: "path.route-blackholed.in-flight",
        question: """
            Does TCP_USER_TIMEOUT end a connection with data in flight when a blackhole route \
            stands in the way, and with which error?
            """,
        background: """
            Routes against an attack swallow what is sent; the sender is told EINVAL. Each \
            retransmission fails before it is made, and leaves EINVAL behind, which the \
            application hears in the end.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .unroutable, error: .einval,
        exceeds: PathFailure.softError)
}
