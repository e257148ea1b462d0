import Evidence
import KernelTimers

extension Behaviour {
    /// Nobody answers for the peer's link-layer address any more while data is in flight.
    public static let pathNeighbourGoneInFlight = PathFailure.unseen(
        .neighbourGone, meetsDataInFlight: true, id: "path.neighbour-gone.in-flight",
        question: """
            Does TCP_USER_TIMEOUT end a connection with data in flight once nobody answers for \
            its peer's link-layer address?
            """,
        background: """
            The tail loss probe is the first that waits in the host for the neighbour's address; \
            while it waits nothing is sent again, and each RTO is a failed attempt. The clock of T \
            starts at the probe, which TCP takes for sent.
            """,
        fate: .waiting,
        exceeds: """
            The clock starts at the tail loss probe, an RTO after the write; timers round up by \
            the granularity of the wheel.
            """)
}
