import Evidence
import KernelTimers

extension Behaviour {
    /// Messages that RFC 1122 calls hard, or that an administrator sends.
    public static let icmpHard = ICMPErrors.patient(
        id: "icmp.hard",
        question: """
            What do ICMP errors that once were hard (protocol or port unreachable, \
            administratively prohibited) do to an established connection, and what does the \
            application hear?
            """,
        background: """
            A firewall's REJECT answers each segment with such a message. Linux takes every ICMP \
            error for a soft one once a connection is established: anybody can forge them. The \
            schedule stays, and in the end, at T, the application hears ECONNREFUSED or what else \
            the last message said: not at once, as many expect.
            """,
        cases: [
            ICMPErrors.message(3, 2, userTimeout: 1000),
            ICMPErrors.message(3, 3, userTimeout: 3000), ICMPErrors.message(3, 3, retries2: 3),
            ICMPErrors.message(3, 10, userTimeout: 1000),
            ICMPErrors.message(3, 13, userTimeout: 1000),
            ICMPErrors.message(1, 1, .ipv6, userTimeout: 1000),
            ICMPErrors.message(1, 4, .ipv6, userTimeout: 1000),
        ],
        mayEnd: true,
        because: """
            RFC 1122, 4.2.3.9 (RFC 9293, 3.9.2.2): destination unreachable 2 to 4 should end the \
            connection; RFC 5927, 4.2.4 and RFC 9293 allow to take them for soft errors in \
            synchronized states.
            """,
        controls: [
            Control(
                "option set back to none", ICMPErrors.message(3, 2, userTimeout: 1000),
                parts: .missing, at: 8
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "nobody complains", ICMPErrors.message(3, 3, userTimeout: 3000),
                parts: .missing, at: 1
            ) { $0.replacing("by hand", with: .respond(nil)) },
            Control(
                "another message", ICMPErrors.message(3, 13, userTimeout: 1000),
                parts: .errno, at: 8
            ) { $0.replacing("by hand", with: .respond(Response(.icmp(type: 3, code: 3)))) },
        ])
}
