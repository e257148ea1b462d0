import Evidence
import KernelTimers

/// What the behaviours have in common that ask about connections which no application has any
/// more.
enum Orphans {
    /// The conditions of an orphan.
    static func conditions(_ conditions: Conditions, _ parameters: Parameters) -> Conditions {
        var orphan = conditions
        orphan.orphanRetries = parameters.setting("tcp_orphan_retries") ?? 0
        return orphan
    }

    /// Waiting until the kernel has forgotten the connection, and a little longer.
    static func forgetting(horizonMilliseconds: Int) -> [Step] {
        [
            Step(
                "forgotten", .awaitVanishing(milliseconds: horizonMilliseconds),
                deadlineMilliseconds: horizonMilliseconds + 5000),
            Step("after", .watch(milliseconds: 300)),
        ]
    }

    /// close(2) succeeds, and T is read back before it.
    static func values(_ parameters: Parameters) -> [ValueExpectation] {
        ValueExpectation.userTimeoutReadBack(parameters) + [ValueExpectation("close", .result(0))]
    }

    /// A known answer while the retransmission timer repeats what was closed with.
    static func repeating(
        _ name: String, _ summary: String, eras: [Era],
        applies: @escaping @Sendable (Parameters) -> Bool,
        _ change: @escaping @Sendable (inout KernelRules) -> Void
    ) -> Variant {
        Variant(name, summary, eras: eras, applies: applies) { conditions, parameters in
            RetransmitTimer(
                Orphans.conditions(conditions, parameters), .mainline.with(change),
                fates: Timeline(.lost)
            ).prospects(written: conditions.mark("close"), as: .fin)
        }
    }

    /// How a probe timer is armed, and what becomes of its probes.
    typealias Probing = @Sendable (Conditions, KernelRules) -> [Prospect]

    /// The known answers with T while the probe timer runs. `answered`: whether the peer answers.
    /// `restamps`: whether attempts fail, each of which starts T's clock anew in kernels of 3.18 to
    /// 4.13.
    static func probing(
        answered: Bool = false, restamps: Bool = false, _ prospecting: @escaping Probing
    ) -> [Variant] {
        ProbeVariants.all(restampsOnFailure: restamps, answered: answered) {
            conditions, rules, parameters in
            prospecting(Orphans.conditions(conditions, parameters), rules)
        }
    }

    /// One answer without T while the probe timer runs.
    static func probing(
        _ name: String, _ summary: String, eras: [Era],
        applies: @escaping @Sendable (Parameters) -> Bool, _ prospecting: @escaping Probing,
        _ change: @escaping @Sendable (inout KernelRules) -> Void = { _ in }
    ) -> Variant {
        Variant(name, summary, eras: eras, applies: applies) { conditions, parameters in
            prospecting(
                Orphans.conditions(conditions, parameters), KernelRules.mainline.with(change))
        }
    }

    /// The known answers where the FIN that close(2) sends is lost.
    static var afterFin: [Variant] {
        [
            repeating(
                "at-deadline", "The last interval is cut, and the connection is forgotten at T.",
                eras: ["3.10 6ba8a3b19e76, 4.19 b701a99e431d …", "RHEL 8.0 …"],
                applies: \.hasUserTimeout
            ) { _ in },
            repeating(
                "at-next-retransmission",
                "The connection is forgotten at the first retransmission that is due after T.",
                eras: ["3.10 6ba8a3b19e76 … 4.19 b701a99e431d", "RHEL 7"],
                applies: \.hasUserTimeout
            ) { $0.retransmission = .atNextRetransmission },
            repeating(
                "ignored", "TCP_USER_TIMEOUT has no effect: tcp_orphan_retries decides.",
                eras: ["… 2.6.37 dca43c75e7e5"], applies: \.hasUserTimeout
            ) { $0.retransmission = .ignored },
            repeating(
                "by-orphan-retries", "tcp_orphan_retries decides, as a time since the first RTO.",
                eras: ["2.6.32 6fa12c850314, 3.10 6ba8a3b19e76 …"],
                applies: { !$0.hasUserTimeout }
            ) { _ in },
            Variant(
                "by-retries", "The connection is kept as if the application were still there.",
                eras: ["no kernel known"], applies: { !$0.hasUserTimeout }
            ) { conditions, parameters in
                var kept = conditions
                kept.orphanRetries = kept.retries2
                return RetransmitTimer(kept, .mainline, fates: Timeline(.lost))
                    .prospects(written: conditions.mark("close"), as: .fin)
            },
        ]
    }
}
