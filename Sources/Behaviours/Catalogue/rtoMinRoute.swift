import Evidence
import KernelTimers

extension Behaviour {
    /// The least RTO of a route is 50 ms.
    public static let rtoMinRoute = Behaviour(
        id: "rto.min.route",
        question: "Does rto_min of the route shorten the RTO and the loss probe?",
        scenarios: [83],
        background: """
            A route may say what the least RTO is towards its network, as data centres do. RTO and \
            loss probe follow it; T still counts from the first RTO, and the time that \
            tcp_retries2 stands for is worked out of 200 ms all the same.
            """,
        cases: .matrix(
            userTimeouts: [1000], families: AddressFamily.allCases, settings: ["rtomin": 50_000])
            + .matrix(retries2: [3], settings: ["rtomin": 50_000]),
        stimulus: { parameters, horizon in
            Script.connected(
                parameters,
                subject: [
                    Step(
                        "write", .send(bytes: Script.messageBytes),
                        when: .done(label: "silence", plusMilliseconds: 0))
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence
            ).overRoute(parameters)
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(fates: { _ in Timeline(.lost) }) + [
            Variant(
                "200-ms", "The route's least RTO has no effect.", eras: ["no kernel known"]
            ) { conditions, _ in
                var usual = conditions
                usual.rtoMin = .milliseconds(200)
                usual.rtoJiffies = usual.rtoAtRest
                return RetransmitTimer(usual, .mainline, fates: Timeline(.lost))
                    .prospects(written: conditions.mark("write"))
            }
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: "ip-route(8), rto_min: the minimum TCP retransmission timeout to use when "
                + "communicating with this destination. " + RetransmissionVariants.contract.because,
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "the route says another",
                Parameters(userTimeoutMilliseconds: 1000, settings: ["rtomin": 50_000]),
                parts: .state
            ) { $0.replacing("route", with: .limitRTO(milliseconds: 100)) }
        ])
}
