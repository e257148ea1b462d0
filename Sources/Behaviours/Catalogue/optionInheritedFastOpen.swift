import Evidence
import KernelTimers

extension Behaviour {
    /// A listener's T is inherited by a connection that is there before its handshake is over.
    public static let optionInheritedFastOpen = Behaviour(
        id: "option.inherited-fast-open",
        question: """
            Does a connection inherit the TCP_USER_TIMEOUT of its listener when its SYN brought \
            data (TCP Fast Open)?
            """,
        scenarios: [55],
        background: """
            A server that is opened fast hands the connection to the application as soon as the \
            SYN is there, data and all: the socket is made earlier, and by other code, than after \
            a handshake. It must report T, and end by it when its peer goes silent. \
            tcp_fastopen=1543 here: both ends on one host, without cookies, for every listener.
            """,
        cases: .matrix(
            userTimeouts: [1000, 3000], links: [.loopback], settings: ["tcp_fastopen": 1543]),
        stimulus: { parameters, horizon in
            let script = Script.inheriting(parameters, horizonMilliseconds: horizon, peer: [])
            let peer = Lane(
                .peer,
                [
                    Step("socket", .open, when: .done(label: "option", plusMilliseconds: 0)),
                    Step(
                        "fast open",
                        .setOption(.fastOpenConnect, on: .connection, value: 1, lengthBytes: 4)),
                    Step("connect", .startConnect),
                    // Which opens the connection.
                    Step("reply", .send(bytes: Script.messageBytes)),
                    Step("hear", .receive(bytes: Script.messageBytes)),
                    Step("settled", .awaitAcknowledged),
                ] + Script.silence)
            var fast = script
            fast.lanes = script.lanes.filter { $0.actor == .subject } + [peer]
            return fast
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(fates: { _ in Timeline(.lost) }),
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                // Else connect(2) says EINPROGRESS.
                ValueExpectation("connect", .result(0))
            ]
        },
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: RetransmissionVariants.contract.because
                + " accept(2), tcp(7): options set on a listening socket are inherited. RFC 7413, "
                + "4.2: the server may hand the SYN's data over before the handshake ends.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "the listener has no value",
                Parameters(
                    userTimeoutMilliseconds: 1000, link: .loopback,
                    settings: ["tcp_fastopen": 1543]),
                parts: .value
            ) {
                $0.replacing(
                    "option",
                    with: .setOption(.userTimeout, on: .listener, value: 0, lengthBytes: 4))
            },
            Control(
                "no data goes with the SYN",
                Parameters(
                    userTimeoutMilliseconds: 1000, link: .loopback,
                    settings: ["tcp_fastopen": 1543]),
                parts: .value
            ) {
                $0.replacing(
                    "fast open",
                    with: .setOption(.fastOpenConnect, on: .connection, value: 0, lengthBytes: 4))
            },
        ])
}
