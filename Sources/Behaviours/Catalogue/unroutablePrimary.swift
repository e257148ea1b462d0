import Evidence
import KernelTimers

extension Behaviour {
    /// The address that moves away is the first of its network.
    public static let unroutablePrimary = Behaviour(
        id: "unroutable.primary",
        question: """
            Does it make a difference that the removed address was the primary one of its network, \
            with promote_secondaries and without?
            """,
        scenarios: [21],
        background: """
            A virtual IP is most often a secondary address, and its removal leaves the others. \
            Where it came first it is the primary one: with it the kernel removes all secondary \
            addresses of that network, and the route, unless promote_secondaries makes one of them \
            the primary. To the connection both are the same: there is no way from its address.
            """,
        cases: [0, 1].flatMap { promote -> [Parameters] in
            .matrix(userTimeouts: [1000, 3000], settings: ["promote": promote])
        },
        stimulus: { parameters, horizon in
            var script = Script.connected(
                parameters,
                subject: [
                    Step("remove", .removeAddress),
                    Step("write", .send(bytes: Script.messageBytes)),
                    Step(
                        "timer", .inspectTimer, when: .done(label: "write", plusMilliseconds: 100)),
                ] + Script.hearing(horizonMilliseconds: horizon)
            ).changing(.subject) { steps in
                let first = Step(
                    "primary", .makeAddressPrimary, when: steps[0].trigger)
                var connecting = steps[0]
                connecting.trigger = .previous
                return [first, connecting] + steps.dropFirst()
            }
            for interface in ["all", "default"] {
                script.sysctls["net.ipv4.conf.\(interface).promote_secondaries"] = String(
                    parameters.setting("promote") ?? 0)
            }
            return script
        },
        outage: .step("remove"),
        variants: ProbeVariants.all(restampsOnFailure: true) { conditions, rules in
            ProbeTimer(conditions, rules, fates: Timeline(.unroutable))
                .prospects(unsent: conditions.mark("write"))
        },
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("write", .result(Script.messageBytes)),
                ValueExpectation("timer", .events(with: ["probe"], without: ["retransmit"])),
            ]
        },
        contract: ProbeVariants.contract,
        controls: [
            // On a silent wire only nearly known: which of the attempts it is.
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000, settings: ["promote": 0]),
                parts: .missing, or: [.extra]
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the address is not removed",
                Parameters(userTimeoutMilliseconds: 3000, settings: ["promote": 1]),
                parts: .extra
            ) { $0.replacing("remove", with: .watch(milliseconds: 0)) },
        ])
}
