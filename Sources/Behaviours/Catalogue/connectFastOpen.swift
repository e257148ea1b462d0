import Evidence
import KernelTimers

extension Behaviour {
    /// The SYN takes data along, and nobody answers it.
    public static let connectFastOpen = Behaviour(
        id: "connect.fast-open",
        question: """
            When does a connection fail whose SYN took data along (TCP_FASTOPEN_CONNECT) and is \
            not answered?
            """,
        scenarios: [62],
        background: """
            connect(2) returns at once, write(2) puts its bytes into the SYN and says that it took \
            them: the application believes that it is connected, and that it has written. The SYN \
            is repeated without the data. T and tcp_syn_retries decide as for any other SYN, and \
            the next read hears of it. tcp_fastopen=5 here: a client that needs no cookie.
            """,
        cases: .matrix(
            userTimeouts: [1500, 3500, 0], settings: ["tcp_fastopen": 5, "tcp_syn_retries": 2])
            + .matrix(
                userTimeouts: [1500], families: [.ipv6],
                settings: ["tcp_fastopen": 5, "tcp_syn_retries": 2]),
        stimulus: { parameters, horizon in
            ConnectVariants.script(
                parameters,
                subject: [
                    Step(
                        "fast open",
                        .setOption(.fastOpenConnect, on: .connection, value: 1, lengthBytes: 4),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                    Step("deferred", .startConnect),
                    // Which opens the connection.
                    Step("connect", .send(bytes: Script.messageBytes)),
                ] + Script.hearing(horizonMilliseconds: horizon) + [
                    Step("write afterwards", .call(.write))
                ])
        },
        outage: .step("silence"),
        initialRTO: .seconds(1),
        variants: ConnectVariants.all,
        values: {
            ValueExpectation.userTimeoutReadBack($0) + [
                ValueExpectation("fast open", .result(0)),
                ValueExpectation("deferred", .result(0)),
                ValueExpectation("connect", .result(Script.messageBytes)),
                ValueExpectation("write afterwards", .fails(.epipe)),
            ]
        },
        contract: Contract(
            ConnectVariants.contract.variants,
            because: ConnectVariants.contract.because
                + " tcp(7), TCP_FASTOPEN_CONNECT: write() acts as if the three-way handshake were "
                + "complete, and the SYN goes out with the data.",
            exceeds: ConnectVariants.contract.exceeds),
        controls: [
            Control(
                "option set back to none",
                Parameters(
                    userTimeoutMilliseconds: 1500,
                    settings: ["tcp_fastopen": 5, "tcp_syn_retries": 2]),
                parts: .missing, at: 2
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "no data goes with the SYN",
                Parameters(
                    userTimeoutMilliseconds: 1500,
                    settings: ["tcp_fastopen": 5, "tcp_syn_retries": 2]),
                parts: .time, at: 0
            ) {
                $0.replacing(
                    "fast open",
                    with: .setOption(.fastOpenConnect, on: .connection, value: 0, lengthBytes: 4))
            },
        ])
}
