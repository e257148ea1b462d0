import Evidence
import KernelTimers

extension Behaviour {
    /// The address moves away from a host that may bind to any.
    public static let unroutableNonlocalBind = Behaviour(
        id: "unroutable.nonlocal-bind",
        question: """
            Does net.ipv4.ip_nonlocal_bind make a difference to a connection whose source address \
            was removed before the next write?
            """,
        scenarios: [20],
        background: """
            Hosts behind a virtual IP often set ip_nonlocal_bind, so that a program can bind to an \
            address that is elsewhere at the time. It is about bind(2) alone: what a connection \
            sends is still looked up with its source address, and an address that is gone is gone. \
            Whoever hopes that such a host goes on sending hopes in vain.
            """,
        cases: .matrix(userTimeouts: [1000, 3000]) + .matrix(retries2: [3]),
        stimulus: { parameters, horizon in
            var script = Script.connected(
                parameters,
                subject: [
                    Step("remove", .removeAddress),
                    Step("write", .send(bytes: Script.messageBytes)),
                    Step(
                        "timer", .inspectTimer, when: .done(label: "write", plusMilliseconds: 100)),
                ] + Script.hearing(horizonMilliseconds: horizon))
            script.sysctls["net.ipv4.ip_nonlocal_bind"] = "1"
            return script
        },
        outage: .step("remove"),
        variants: ProbeVariants.all(restampsOnFailure: true) { conditions, rules in
            ProbeTimer(conditions, rules, fates: Timeline(.unroutable))
                .prospects(unsent: conditions.mark("write"))
        } + [
            Variant(
                "sends-on", "What is sent leaves the host, as if the address were there.",
                eras: ["no kernel known"]
            ) { conditions, _ in
                RetransmitTimer(conditions, .mainline, fates: Timeline(.answeredInVain))
                    .prospects(written: conditions.mark("write"))
            }
        ],
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("write", .result(Script.messageBytes))
            ]
        },
        contract: Contract(
            ProbeVariants.contract.variants,
            because: ProbeVariants.contract.because
                + " ip-sysctl, ip_nonlocal_bind: allows processes to bind() to non-local "
                + "addresses.",
            exceeds: ProbeVariants.contract.exceeds),
        controls: [
            // On a silent wire only nearly known: which of the attempts it is.
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, or: [.extra]
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the socket is transparent as well", Parameters(userTimeoutMilliseconds: 3000),
                parts: .extra
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered source",
                            .setOption(.transparent, on: .connection, value: 1, lengthBytes: 4))
                    ], after: "quiet", of: .subject)
            },
        ])
}
