import Evidence
import KernelTimers

extension Behaviour {
    /// Messages that may be over in a moment: the source route failed, the hop limit was exceeded.
    public static let icmpSoft = ICMPErrors.patient(
        id: "icmp.soft",
        question: """
            Does a connection outlive ICMP errors that are soft by any standard, end at T, and \
            tell the application what they said?
            """,
        background: """
            Each segment is answered by the message, which quotes it: source route failed, time \
            exceeded, parameter problem, and over IPv6 address unreachable. None of them changes \
            the schedule. In the end the application hears what the last one said.
            """,
        cases: [
            ICMPErrors.message(3, 5, userTimeout: 1000),
            ICMPErrors.message(11, 0, userTimeout: 3000), ICMPErrors.message(12, 0, retries2: 3),
            ICMPErrors.message(1, 3, .ipv6, userTimeout: 1000),
            ICMPErrors.message(3, 0, .ipv6, userTimeout: 1000),
            ICMPErrors.message(4, 0, .ipv6, retries2: 3),
        ],
        mayEnd: false,
        because: """
            RFC 1122, 4.2.3.9 (RFC 9293, 3.9.2.2): destination unreachable 0, 1 and 5, time \
            exceeded and parameter problem are soft: they must not end the connection, and should \
            be made known to the application.
            """,
        controls: [
            Control(
                "option set back to none", ICMPErrors.message(3, 5, userTimeout: 1000),
                parts: .missing, at: 8
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "nobody complains", ICMPErrors.message(11, 0, userTimeout: 3000),
                parts: .missing, at: 1
            ) { $0.replacing("by hand", with: .respond(nil)) },
            Control(
                "another message", ICMPErrors.message(1, 3, .ipv6, userTimeout: 1000),
                parts: .errno, at: 8
            ) { $0.replacing("by hand", with: .respond(Response(.icmp(type: 1, code: 4)))) },
        ])
}
