import Evidence
import KernelTimers

extension Behaviour {
    /// The host's own firewall drops what it sends while data is in flight.
    public static let pathOutputDroppedInFlight = PathFailure.inFlight(
        .outputDropped, id: "path.output-dropped.in-flight",
        question: """
            Does TCP_USER_TIMEOUT end a connection with data in flight once the host's own \
            firewall drops what it sends?
            """,
        background: """
            Each retransmission is made, counted and dropped (EPERM). The segment's stamp is \
            that of the attempt since 5.1: so the RTO after the tail loss probe, which fails \
            too, is a whole one, and the clock of T starts at the first RTO.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .refused, error: .etimedout,
        more: [
            Variant(
                "at-deadline.success-stamps",
                "Only what was sent stamps its segment: the first RTO comes sooner.",
                eras: ["4.19 b701a99e431d, 5.1 7ae189759cc4 … 5.1 7f12422c4873", "4.19.304"],
                applies: \.hasUserTimeout
            ) { conditions, _ in
                RetransmitTimer(
                    conditions, .mainline.with { $0.failedAttemptStamps = false },
                    fates: PathFailure.lostThen(.refused)(conditions)
                ).prospects(written: conditions.mark("write"))
            }
        ])
}
