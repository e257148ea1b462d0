import Evidence
import KernelTimers

extension Behaviour {
    /// An unreachable route stands in the way while data is in flight.
    public static let pathRouteUnreachableInFlight = PathFailure.inFlight(
        .routeUnreachable, id: "path.route-unreachable.in-flight",
        question: """
            Does TCP_USER_TIMEOUT end a connection with data in flight when an unreachable route \
            stands in the way, and with which error?
            """,
        background: """
            A routing daemon that lost its neighbour leaves such a route behind. Each \
            retransmission fails before it is made, and leaves EHOSTUNREACH behind, which the \
            application hears in the end.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .unroutable, error: .ehostunreach,
        exceeds: PathFailure.softError)
}
