import Evidence
import KernelTimers

/// What the behaviours have in common in which the path goes and the address stays.
public enum PathFailure {
    /// The failure meets an idle connection, which then writes: the data is never sent, and the
    /// probe timer runs.
    ///
    /// `fate` is what becomes of attempts over IPv4; over IPv6 the kernel keeps the error of the
    /// route (`ipv6Error`), and counts nothing of IPv4's.
    static func idle(
        _ impairment: Impairment, id: String, question: String, scenarios: [Int] = [71, 88],
        background: String, cases: [Parameters], fate: ProbeTimer.Fate,
        ipv6Error: SocketError? = nil,
        more: [Variant] = [], since change: String? = nil,
        withoutOption aspect: Parting.Aspect = .missing
    ) -> Behaviour {
        let variants = ProbeVariants.all(restampsOnFailure: true) { conditions, rules, parameters in
            let isFour = parameters.family == .ipv4
            return ProbeTimer(
                conditions, rules,
                fates: Timeline(isFour || fate != .unroutable ? fate : .refused),
                abortError: isFour ? .etimedout : ipv6Error ?? .etimedout
            ).prospects(unsent: conditions.mark("write"))
        }
        return Behaviour(
            id: id, question: question, scenarios: scenarios, background: background, cases: cases,
            stimulus: { parameters, horizon in
                .connected(
                    parameters,
                    subject: [
                        Step("impair", .impair(impairment)),
                        Step("write", .send(bytes: Script.messageBytes)),
                        Step(
                            "timer", .inspectTimer,
                            when: .done(label: "write", plusMilliseconds: 100)),
                    ] + Script.hearing(horizonMilliseconds: horizon))
            },
            outage: .step("impair"),
            variants: variants.map { $0.with(since: change) } + more,
            values: {
                ValueExpectation.userTimeoutReadBack($0) + [
                    ValueExpectation("write", .result(Script.messageBytes)),
                    ValueExpectation("timer", .events(with: ["probe"], without: ["retransmit"])),
                ]
            },
            contract: ProbeVariants.contract,
            controls: [
                // On a silent wire only nearly known: which of the attempts it is, and whether the
                // end is missed first or an attempt after it is seen.
                Control(
                    "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                    parts: aspect, or: [.missing, .extra]
                ) { $0.changingUserTimeout(to: 0) },
                Control(
                    "nothing goes wrong", Parameters(userTimeoutMilliseconds: 3000),
                    parts: .extra
                ) { $0.replacing("impair", with: .watch(milliseconds: 0)) },
            ])
    }

    /// The failure meets data in flight: the retransmission timer runs, and each attempt fails.
    static func inFlight(
        _ impairment: Impairment, id: String, question: String, scenarios: [Int] = [71],
        background: String, cases: [Parameters], fate: RetransmitTimer.Fate, error: SocketError,
        more: [Variant] = [], exceeds: String? = nil
    ) -> Behaviour {
        let fates = lostThen(fate)
        return Behaviour(
            id: id, question: question, scenarios: scenarios, background: background, cases: cases,
            stimulus: { parameters, horizon in
                .connected(
                    parameters,
                    subject: [
                        Step(
                            "write", .send(bytes: Script.messageBytes),
                            when: .done(label: "silence", plusMilliseconds: 0)),
                        Step("impair", .impair(impairment)),
                    ] + Script.hearing(horizonMilliseconds: horizon),
                    peer: Script.silence)
            },
            outage: .step("silence"),
            variants: RetransmissionVariants.all(
                fates: fates, mainline: .mainline.with { $0.lostSourceError = error }) + more,
            values: {
                ValueExpectation.userTimeoutReadBack($0) + [
                    ValueExpectation("write", .result(Script.messageBytes))
                ]
            },
            contract: Contract(
                RetransmissionVariants.contract.variants,
                because: RetransmissionVariants.contract.because
                    + " RFC 1122, 4.2.3.9: an unreachable destination is a soft error, which must "
                    + "not end the connection and should be made known to the application.",
                exceeds: exceeds ?? RetransmissionVariants.contract.exceeds),
            controls: [
                Control(
                    "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                    parts: .missing
                ) { $0.changingUserTimeout(to: 0) },
                Control(
                    "nothing goes wrong", Parameters(userTimeoutMilliseconds: 3000), parts: .extra
                ) { $0.replacing("impair", with: .watch(milliseconds: 0)) },
            ])
    }

    /// TCP takes for sent what never reaches the wire: the retransmission timer runs, whether data
    /// was in flight or the connection was idle and writes.
    static func unseen(
        _ impairment: Impairment, meetsDataInFlight: Bool, id: String, question: String,
        background: String, fate: RetransmitTimer.Fate, exceeds: String?
    ) -> Behaviour {
        let write = Step("write", .send(bytes: Script.messageBytes))
        let impair = Step("impair", .impair(impairment))
        let steps = meetsDataInFlight ? [write, impair] : [impair, write]
        let lost = lostThen(fate)
        let fates: @Sendable (Conditions) -> Timeline<RetransmitTimer.Fate> = {
            meetsDataInFlight ? lost($0) : Timeline(fate)
        }
        return Behaviour(
            id: id, question: question, scenarios: [71], background: background,
            cases: .matrix(userTimeouts: [1000, 2000]) + .matrix(retries2: [2]),
            stimulus: { (parameters: Parameters, horizon: Int) -> Script in
                var first = steps[0]
                first.trigger = .done(label: "silence", plusMilliseconds: 0)
                return .connected(
                    parameters,
                    subject: [first, steps[1]] + Script.hearing(horizonMilliseconds: horizon),
                    peer: Script.silence)
            },
            outage: .step("silence"),
            variants: RetransmissionVariants.all(fates: fates),
            values: {
                ValueExpectation.userTimeoutReadBack($0) + [
                    ValueExpectation("write", .result(Script.messageBytes))
                ]
            },
            contract: Contract(
                RetransmissionVariants.contract.variants,
                because: RetransmissionVariants.contract.because, exceeds: exceeds),
            controls: [
                // On a silent wire only nearly known: which of the attempts it is.
                Control(
                    "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                    parts: .missing, or: [.extra]
                ) { $0.changingUserTimeout(to: 0) },
                Control(
                    "nothing goes wrong", Parameters(userTimeoutMilliseconds: 2000), parts: .extra
                ) { $0.replacing("impair", with: .watch(milliseconds: 0)) },
            ])
    }

    /// Segments are lost, and from the impairment on fare otherwise.
    static func lostThen(
        _ fate: RetransmitTimer.Fate
    ) -> @Sendable (Conditions) -> Timeline<RetransmitTimer.Fate> {
        { Timeline(.lost, changes: [.init(when: $0.mark("impair"), value: fate)]) }
    }

    /// The application hears the error of the route in place of ETIMEDOUT.
    static let softError = """
        The application hears the soft error that is pending in place of ETIMEDOUT, on every \
        kernel; timers round up by the granularity of the wheel.
        """

    /// What most of these behaviours are asked with: T, and tcp_retries2 alone.
    static let cases =
        [Parameters].matrix(userTimeouts: [1000, 3000]) + .matrix(retries2: [3])

    /// The same with IPv6.
    static let casesOfBothFamilies =
        [Parameters].matrix(userTimeouts: [1000, 3000], families: AddressFamily.allCases)
        + .matrix(families: AddressFamily.allCases, retries2: [3])
}

extension Variant {
    /// The variant as kernels show it that have one more change.
    func with(since change: String?) -> Variant {
        Variant(
            name, summary, eras: eras.map { $0.with(since: change) }, applies: applies,
            prospects: prospects)
    }
}
