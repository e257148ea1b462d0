import Evidence
import KernelTimers

/// What the behaviours have in common in which routers, or the peer's host, complain by ICMP.
///
/// The peer's kernel is silent; a scripted peer answers each segment with the message, which quotes
/// it. Which message, the values `type` and `code` say.
enum ICMPErrors {
    /// Values for one message.
    static func message(
        _ type: Int, _ code: Int, _ family: AddressFamily = .ipv4, userTimeout: Int = 0,
        retries2: Int? = nil, settings: [String: Int] = [:]
    ) -> Parameters {
        Parameters(
            userTimeoutMilliseconds: userTimeout, family: family, retries2: retries2,
            settings: settings.merging(["type": type, "code": code]) { $1 })
    }

    /// What the kernel makes of the message that the values name.
    static func complaint(_ parameters: Parameters, isTold: Bool = false) -> Complaint {
        let type = parameters.setting("type") ?? 0
        let code = parameters.setting("code") ?? 0
        let error = parameters.family == .ipv4 ? error4(type, code) : error6(type, code)
        let isNoRoute =
            parameters.family == .ipv4 ? type == 3 && code <= 1 : type == 1 && code == 0
        return Complaint(error: error, isNoRoute: isNoRoute, isTold: isTold)
    }

    /// `icmp_err_convert` and `tcp_v4_err` (net/ipv4/icmp.c, tcp_ipv4.c).
    private static func error4(_ type: Int, _ code: Int) -> SocketError {
        switch (type, code) {
        case (3, 0), (3, 6), (3, 9), (3, 11): .enetunreach
        case (3, 2): .enoprotoopt
        case (3, 3): .econnrefused
        case (3, 5): SocketError("EOPNOTSUPP")
        case (3, 7): SocketError("EHOSTDOWN")
        case (3, 8): SocketError("ENONET")
        case (12, _): SocketError("EPROTO")
        default: .ehostunreach
        }
    }

    /// `icmpv6_err_convert` (net/ipv6/icmp.c).
    private static func error6(_ type: Int, _ code: Int) -> SocketError {
        switch (type, code) {
        case (1, 0): .enetunreach
        case (1, 1), (1, 5), (1, 6): .eacces
        case (1, 4): .econnrefused
        case (4, _): SocketError("EPROTO")
        default: .ehostunreach
        }
    }

    /// How the scripted peer answers.
    static func response(_ parameters: Parameters, delayMilliseconds: Int = 0) -> Response {
        Response(
            .icmp(type: parameters.setting("type") ?? 3, code: parameters.setting("code") ?? 1),
            delayMilliseconds: delayMilliseconds)
    }

    /// A segment that is complained of, and all that follow it.
    static func script(
        _ parameters: Parameters, horizon: Int, response: Response? = nil
    ) -> Script {
        .connected(
            parameters,
            subject: [
                Step(
                    "write", .send(bytes: Script.messageBytes),
                    when: .done(label: "by hand", plusMilliseconds: 0))
            ] + Script.hearing(horizonMilliseconds: horizon),
            peer: Script.silence + [
                Step("by hand", .respond(response ?? Self.response(parameters)))
            ])
    }

    /// Segments are complained of, whatever the kernel makes of that.
    static func fates(_ parameters: Parameters) -> Timeline<RetransmitTimer.Fate> {
        Timeline(.complained(complaint(parameters)))
    }

    /// No kernel known does this; the check must be able to see it.
    static let endsAtOnce = Variant(
        "ends-at-once", "The first message ends the connection.", eras: ["no kernel known"]
    ) { conditions, parameters in
        let written = Expected(.sent(.data), conditions.mark("write"), "the write itself")
        return [
            Prospect(written) { sent in
                let soon = sent.after(.zero, .milliseconds(200))
                let message = Expected(.complaint, soon, "the ICMP error that quotes it")
                return [
                    Prospect(message) { heard in
                        let error = complaint(parameters).error ?? .ehostunreach
                        let end = Expected(
                            .aborted(error), heard.after(.zero, conditions.reach),
                            "the message itself")
                        return [Prospect(end)]
                    }
                ]
            }
        ]
    }

    static let values: @Sendable (Parameters) -> [ValueExpectation] = {
        ValueExpectation.userTimeoutReadBack($0) + [
            ValueExpectation("write", .result(Script.messageBytes))
        ]
    }

    /// What the application hears, and when, that hears anything only in the end.
    static let exceeds = """
        The application hears what the last message said in place of ETIMEDOUT, on every kernel; \
        timers round up by the granularity of the wheel.
        """

    /// A connection whose segments are complained of, by messages that leave its timer alone.
    static func patient(
        id: String, question: String, background: String, cases: [Parameters],
        mayEnd: Bool, because: String, controls: [Control]
    ) -> Behaviour {
        Behaviour(
            id: id, question: question, scenarios: [71], background: background, cases: cases,
            stimulus: { script($0, horizon: $1) },
            outage: .step("by hand"),
            variants: RetransmissionVariants.all { _, parameters in fates(parameters) }
                + [endsAtOnce],
            values: values,
            contract: Contract(
                RetransmissionVariants.contract.variants + (mayEnd ? ["ends-at-once"] : []),
                because: RetransmissionVariants.contract.because + " " + because,
                exceeds: exceeds),
            controls: controls)
    }
}
