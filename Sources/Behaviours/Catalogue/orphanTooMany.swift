import Evidence
import KernelTimers

extension Behaviour {
    /// The kernel has more orphans than it may have.
    public static let orphanTooMany = Behaviour(
        id: "orphan.too-many",
        question: """
            What becomes of a closed connection whose FIN nobody acknowledges, where there are too \
            many such (tcp_max_orphans)?
            """,
        scenarios: [38],
        background: """
            An orphan costs memory, and nobody waits for it. Where there are more than \
            tcp_max_orphans the kernel resets one when its timer fires, before T and \
            tcp_orphan_retries have a say, and counts it in TCPAbortOnMemory. The limit is global \
            to a kernel, and here 0. Since 5.16 the number of orphans is exact, and as old as a \
            timer of 100 ms; before, each processor kept up to 32 to itself, so that a single one \
            went unnoticed.
            """,
        cases: .matrix(
            userTimeouts: [0, 3000], settings: ["max_orphans": 0, "tcp_orphan_retries": 3]),
        stimulus: { parameters, horizon in
            var script = Script.connected(
                parameters,
                subject: [
                    Step("limit", .limitOrphans(count: parameters.setting("max_orphans") ?? 0)),
                    Step("close", .close, when: .done(label: "silence", plusMilliseconds: 0)),
                ] + Orphans.forgetting(horizonMilliseconds: horizon),
                peer: Script.silence)
            script.isolation = .kernel
            return script
        },
        outage: .step("silence"),
        variants: [
            Variant(
                "reset", "It is reset at its first RTO.", eras: ["5.16 19757cebf0c5 …"]
            ) { conditions, parameters in
                RetransmitTimer(
                    Orphans.conditions(conditions, parameters), .mainline, fates: Timeline(.lost)
                ).prospects(resetAtFirstRTO: conditions.mark("close"))
            }
        ]
            + Orphans.afterFin.map { variant in
                Variant(
                    "unnoticed." + variant.name, variant.summary,
                    eras: variant.eras.map(before),
                    applies: variant.applies, prospects: variant.prospects)
            },
        values: Orphans.values,
        contract: Contract(
            ["reset", "unnoticed.at-deadline", "unnoticed.by-orphan-retries"],
            because: """
                ip-sysctl, tcp_max_orphans: if this number is exceeded orphaned connections are \
                reset immediately and a warning is printed. The limit exists only to prevent \
                simple denial-of-service attacks.
                """,
            exceeds: """
                "Immediately" is when the orphan's timer fires next, and "this number" was counted \
                per processor before 5.16.
                """),
        controls: [
            Control(
                "there may be many",
                Parameters(settings: ["max_orphans": 0, "tcp_orphan_retries": 3]),
                parts: .missing, or: [.extra, .time, .counter]
            ) {
                $0.replacing("limit", with: .limitOrphans(count: 4096))
            }
        ])

    /// The era of those kernels in it that count orphans loosely.
    private static func before(_ era: Era) -> Era {
        guard era.namesChanges, era.until.isEmpty else { return era }
        return Era(era.text + " 5.16 19757cebf0c5")
    }
}
