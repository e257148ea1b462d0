import Evidence
import KernelTimers

extension Behaviour {
    /// The host's own link was set down; then an idle connection writes.
    public static let pathLinkDownIdle = PathFailure.idle(
        .linkDown, id: "path.link-down.idle",
        question: """
            Does TCP_USER_TIMEOUT end an idle connection that writes after the host's own link \
            was set down?
            """,
        background: """
            A link that is set down takes its routes with it. The write succeeds, the data is \
            never sent, and the probe timer runs. Over IPv4 the application hears ETIMEDOUT; \
            IPv6 keeps the error of the route, ENETUNREACH.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .unroutable, ipv6Error: .enetunreach)
}
