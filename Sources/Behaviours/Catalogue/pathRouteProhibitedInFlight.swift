import Evidence
import KernelTimers

extension Behaviour {
    /// A prohibit route stands in the way while data is in flight.
    public static let pathRouteProhibitedInFlight = PathFailure.inFlight(
        .routeProhibited, id: "path.route-prohibited.in-flight",
        question: """
            Does TCP_USER_TIMEOUT end a connection with data in flight when a prohibit route \
            stands in the way, and with which error?
            """,
        background: """
            An administrator, or a daemon that fences, forbids the destination. Each \
            retransmission fails before it is made, and leaves EACCES behind, which the \
            application hears in the end.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .unroutable, error: .eacces,
        exceeds: PathFailure.softError)
}
