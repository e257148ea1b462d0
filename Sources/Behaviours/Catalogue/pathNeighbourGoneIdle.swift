import Evidence
import KernelTimers

extension Behaviour {
    /// Nobody answers for the peer's link-layer address any more; then an idle connection writes.
    public static let pathNeighbourGoneIdle = PathFailure.unseen(
        .neighbourGone, meetsDataInFlight: false, id: "path.neighbour-gone.idle",
        question: """
            Does TCP_USER_TIMEOUT end an idle connection whose peer's link-layer address nobody \
            answers for any more?
            """,
        background: """
            The segment leaves TCP and waits for the neighbour's address, for three seconds. It is \
            still there when the timer fires, so that it is not sent again, and each RTO counts as \
            a failed attempt. The clock of T starts at the segment's stamp, the write: the end is \
            sooner than in a blackhole by twice the RTO. The wire shows nothing but ARP.
            """,
        fate: .waiting,
        exceeds: "Timers round up by the granularity of the wheel.")
}
