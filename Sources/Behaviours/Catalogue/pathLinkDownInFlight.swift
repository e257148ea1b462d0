import Evidence
import KernelTimers

extension Behaviour {
    /// The host's own link was set down while data is in flight.
    public static let pathLinkDownInFlight = PathFailure.inFlight(
        .linkDown, id: "path.link-down.in-flight",
        question: """
            Does TCP_USER_TIMEOUT end a connection with data in flight when the host's own link \
            was set down, and with which error?
            """,
        background: """
            A link that is set down takes its routes with it. Each retransmission fails before \
            it is made, and leaves ENETUNREACH behind, which the application hears in the end.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .unroutable, error: .enetunreach,
        exceeds: PathFailure.softError)
}
