import Evidence
import KernelTimers

extension Behaviour {
    /// A window shuts on a connection whose RTO is 50 ms.
    public static let zeroWindowShortRTO = Behaviour(
        id: "zero-window.short-rto",
        question: "Are zero-window probes sent at the pace of an RTO that is shorter than 200 ms?",
        scenarios: [83],
        background: """
            The route says that the least RTO is 50 ms. A peer that does not read is no reason to \
            hurry: since 4.2 the probe timer begins with 200 ms whatever the RTO is; before, it \
            began with the RTO. The clock of T begins with the first probe, and is later by that.
            """,
        cases: .matrix(
            userTimeouts: [1000, 3000], families: AddressFamily.allCases,
            settings: ["rtomin": 50_000]),
        stimulus: { parameters, horizon in
            ZeroWindow.script(parameters, subject: Script.hearing(horizonMilliseconds: horizon))
                .overRoute(parameters)
        },
        outage: .windowShut(since: "fill"),
        variants: ProbeVariants.all(answered: true, probing).filter {
            ["at-deadline", "at-next-probe", "from-unanswered-count"].contains($0.name)
        }.map { $0.with(since: "4.2 21c8fe991527") } + [
            Variant(
                "at-next-probe.strict",
                "T is compared when a probe is due; exactly T is not yet too late.",
                eras: ["4.2 21c8fe991527 … 5.1 9721e709fa68"], applies: \.hasUserTimeout
            ) { conditions, _ in
                probing(conditions, .mainline.with { $0.probing = .fromFirstProbeStrict })
            },
            Variant(
                "at-the-rto", "The first probe is sent after the RTO.",
                eras: ["3.18 b248230c3497 … 4.2 21c8fe991527"], applies: \.hasUserTimeout
            ) { conditions, _ in
                probing(
                    conditions,
                    .mainline.with {
                        $0.probing = .fromFirstProbeStrict
                        $0.probeFloor = false
                    })
            },
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            ["at-deadline"],
            because: ProbeVariants.contract.because
                + " RFC 9293, 3.8.6.1: the first probe when the window has been shut for the "
                + "retransmission timeout, and then at growing intervals.",
            exceeds: ProbeVariants.contract.exceeds),
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000, settings: ["rtomin": 50_000]),
                parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the route says another",
                Parameters(userTimeoutMilliseconds: 3000, settings: ["rtomin": 50_000]),
                parts: .state
            ) { $0.replacing("route", with: .limitRTO(milliseconds: 100)) },
        ])

    private static let probing: @Sendable (Conditions, KernelRules) -> [Prospect] = {
        ProbeTimer($0, $1, fates: Timeline(.answered)).prospects(armed: $0.mark("shut"))
    }
}
