import Evidence
import KernelTimers

extension Behaviour {
    /// The host's own firewall drops what it sends; then an idle connection writes.
    public static let pathOutputDroppedIdle = PathFailure.idle(
        .outputDropped, id: "path.output-dropped.idle",
        question: """
            Does TCP_USER_TIMEOUT end an idle connection that writes after the host's own \
            firewall has begun to drop what it sends?
            """,
        background: """
            A rule that drops on the output hook gives EPERM to TCP, which takes the data for \
            never sent: the probe timer runs. A drop at the peer would look quite different.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .refused)
}
