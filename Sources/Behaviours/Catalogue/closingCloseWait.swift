import Evidence
import KernelTimers

extension Behaviour {
    /// The peer has ended its direction, and is gone.
    public static let closingCloseWait = Behaviour(
        id: "closing.close-wait",
        question: """
            When does a connection end whose peer has ended its direction and is gone: if the \
            application writes, and if it does not?
            """,
        scenarios: [67],
        background: """
            The peer has sent its FIN, and the application has read the end of the stream; it may \
            write for as long as it likes. What it writes is repeated like any data, and T ends \
            the connection. If it writes nothing no timer runs, and CLOSE-WAIT lasts until the \
            application closes: that is how a program that forgets to close loses descriptors.
            """,
        cases: .matrix(
            userTimeouts: [1000, 3000], families: AddressFamily.allCases, settings: ["writes": 1])
            + .matrix(retries2: [3], settings: ["writes": 1])
            + .matrix(userTimeouts: [1000], settings: ["writes": 0]),
        stimulus: { parameters, horizon in
            let write = Step(
                "write", .send(bytes: Script.messageBytes),
                when: .done(label: "silence", plusMilliseconds: 0))
            return .connected(
                parameters,
                subject: [
                    Step(
                        "end of stream", .receive(bytes: 1),
                        when: .done(label: "finish", plusMilliseconds: 0))
                ] + (parameters.setting("writes") == 1 ? [write] : [])
                    + Script.hearing(
                        .hangUp, horizonMilliseconds: max(horizon, 5000))
                    + [Step("error", .call(.takeError))],
                peer: [
                    Step(
                        "finish", .shutdownWriting,
                        when: .done(label: "quiet", plusMilliseconds: 0)),
                    Step("finished", .awaitAcknowledged),
                    Step(
                        "silence", .dropReceived,
                        when: .done(label: "end of stream", plusMilliseconds: 0)),
                ])
        },
        outage: .step("silence"),
        variants: RetransmissionVariants.all(fates: { _ in Timeline(.lost) }).map { variant in
            Variant(
                variant.name, variant.summary, eras: variant.eras,
                applies: { $0.setting("writes") == 1 && variant.applies($0) },
                prospects: variant.prospects)
        } + [
            Variant(
                "idle-lives", "Nothing is sent, and nothing ends the connection.",
                eras: ["every kernel known"], applies: { $0.setting("writes") == 0 }
            ) { _, _ in [] },
            Variant(
                "idle-ends", "The connection ends at T although nothing waits for an answer.",
                eras: ["no kernel known"], applies: { $0.setting("writes") == 0 }
            ) { conditions, parameters in
                let timeout = Duration.milliseconds(parameters.userTimeoutMilliseconds)
                let end = conditions.mark("silence").after(timeout, timeout * 2)
                return [Prospect(Expected(.aborted(.etimedout), end, "T since the silence"))]
            },
        ],
        values: { parameters in
            let writes = parameters.setting("writes") == 1
            return ValueExpectation.userTimeoutReadBack(parameters)
                + [ValueExpectation("end of stream", .result(0))]
                + (writes
                    ? [ValueExpectation("write", .result(Script.messageBytes))]
                    : [ValueExpectation("error", .tookNoError)])
        },
        contract: Contract(
            RetransmissionVariants.contract.variants + ["idle-lives"],
            because: RetransmissionVariants.contract.because
                + " It is effective in the synchronized states, CLOSE-WAIT among them. RFC 9293, "
                + "3.6: the connection waits for the local user's close.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "option set back to none",
                Parameters(userTimeoutMilliseconds: 1000, settings: ["writes": 1]),
                parts: .missing, at: 4
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "the peer hears",
                Parameters(userTimeoutMilliseconds: 3000, settings: ["writes": 1]),
                parts: .extra, at: 1
            ) { $0.replacing("silence", with: .watch(milliseconds: 0)) },
            Control(
                "the application writes after all",
                Parameters(userTimeoutMilliseconds: 1000, settings: ["writes": 0]),
                parts: .extra, at: 0
            ) {
                $0.inserting(
                    [
                        Step(
                            "altered write", .send(bytes: Script.messageBytes),
                            when: .done(label: "silence", plusMilliseconds: 0))
                    ], after: "end of stream", of: .subject)
            },
        ])
}
