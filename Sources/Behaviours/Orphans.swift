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
}
