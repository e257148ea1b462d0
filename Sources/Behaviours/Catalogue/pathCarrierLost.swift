import Evidence
import KernelTimers

extension Behaviour {
    /// The other end of the cable goes down; then an idle connection writes.
    public static let pathCarrierLost = PathFailure.unseen(
        .carrierLost, meetsDataInFlight: false, id: "path.carrier-lost",
        question: """
            Does TCP_USER_TIMEOUT end an idle connection whose interface has lost its carrier?
            """,
        background: """
            The other end of the cable is down; the interface is up and has no carrier, and its \
            address and routes stay. The kernel drops what is sent before it reaches the device, \
            and tells TCP that it was sent. So the schedule is that of a blackhole, tail loss \
            probe and all; only the wire shows nothing, and the counters alone tell of it.
            """,
        fate: .swallowed, exceeds: RetransmissionVariants.contract.exceeds)
}
