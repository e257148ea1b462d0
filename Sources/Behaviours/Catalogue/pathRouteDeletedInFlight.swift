import Evidence
import KernelTimers

extension Behaviour {
    /// The route to the peer was deleted while data is in flight.
    public static let pathRouteDeletedInFlight = PathFailure.inFlight(
        .routeDeleted, id: "path.route-deleted.in-flight",
        question: """
            Does TCP_USER_TIMEOUT end a connection with data in flight when the route to the \
            peer was deleted, and with which error?
            """,
        background: """
            Somebody deletes the route, or the daemon that keeps it dies. Each retransmission \
            fails before it is made, and leaves ENETUNREACH behind, which the application hears \
            in the end.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .unroutable, error: .enetunreach,
        exceeds: PathFailure.softError)
}
