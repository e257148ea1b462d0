import Evidence
import KernelTimers

extension Behaviour {
    /// The host's own queue takes no packet; then an idle connection writes.
    public static let pathQueueFullIdle = PathFailure.idle(
        .queueFull, id: "path.queue-full.idle",
        question: """
            Does TCP_USER_TIMEOUT end an idle connection that writes into a queue that takes \
            nothing, and how often is it tried?
            """,
        background: """
            The queueing discipline drops, which TCP takes for congestion of its own host. Since \
            5.1 it tries again every 500 ms and counts; before, every RTO, at most 500 ms, and \
            did not count: without a user timeout it never gave up.
            """,
        cases: PathFailure.casesOfBothFamilies, fate: .congested,
        more: [
            Variant(
                "never-counted", "An attempt is made every RTO, for ever.",
                eras: ["… 5.1 590d2026d625"], applies: { !$0.hasUserTimeout }
            ) { conditions, _ in
                ProbeTimer(
                    conditions, .mainline.with { $0.congestion = .uncounted },
                    fates: Timeline(.congested)
                ).prospects(unsent: conditions.mark("write"))
            }
        ], since: "5.1 590d2026d625",
        // At T=1000 the next attempt is due where the end was.
        withoutOption: .extra)
}
