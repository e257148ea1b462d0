import Evidence
import KernelTimers

extension Behaviour {
    /// Somebody who cannot see the connection complains of it.
    public static let icmpStray = Behaviour(
        id: "icmp.stray",
        question: """
            Does a connection take no notice of ICMP errors that quote what was never in flight?
            """,
        scenarios: [71],
        background: """
            Who can guess addresses and ports can forge ICMP errors, but hardly a sequence number \
            between SND.UNA and SND.NXT. Such a message must change neither the schedule nor the \
            error that the application hears in the end.
            """,
        cases: [
            ICMPErrors.message(3, 1, userTimeout: 1000),
            ICMPErrors.message(1, 0, .ipv6, userTimeout: 1000),
        ],
        stimulus: { parameters, horizon in
            let type = parameters.setting("type") ?? 3
            let code = parameters.setting("code") ?? 1
            return ICMPErrors.script(
                parameters, horizon: horizon,
                response: Response(.strayICMP(type: type, code: code)))
        },
        outage: .step("by hand"),
        variants: RetransmissionVariants.all { _, _ in
            Timeline(.complained(Complaint(error: nil, isNoRoute: false)))
        } + [
            Variant(
                "taken-in", "The message counts like one that quotes what is in flight.",
                eras: ["no kernel known"]
            ) { conditions, parameters in
                RetransmitTimer(
                    conditions, .mainline, fates: ICMPErrors.fates(parameters)
                ).prospects(written: conditions.mark("write"))
            }
        ],
        values: ICMPErrors.values,
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: RetransmissionVariants.contract.because
                + " RFC 5927, 4.1 (RFC 9293, 3.9.2.2): a message is to be taken in only if the "
                + "sequence number that it quotes is in flight.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "the message quotes what is in flight",
                ICMPErrors.message(3, 1, userTimeout: 1000), parts: .time, at: 6
            ) { $0.replacing("by hand", with: .respond(Response(.icmp(type: 3, code: 1)))) },
            Control(
                "option set back to none", ICMPErrors.message(1, 0, .ipv6, userTimeout: 1000),
                parts: .missing, at: 8
            ) { $0.changingUserTimeout(to: 0) },
        ])
}
