public import Evidence
import KernelTimers

/// What the behaviours have in common that ask how an application hears of the end.
public enum Delivery {
    /// What is promised of the delivery.
    public static let promise = """
        tcp(7), Error handling: a timed-out connection is reported as ETIMEDOUT. socket(7), \
        SO_ERROR: get and clear the pending error. poll(2), epoll(7): POLLHUP stays for as long as \
        the connection is closed in both directions. write(2): EPIPE on a closed connection.
        """

    /// After the error was heard *and taken* by the call that heard it: nothing is left of it.
    public static let stepsOnceTaken = [
        Step("error afterwards", .call(.takeError)),
        Step("write afterwards", .call(.write)),
        Step("error after write", .call(.takeError)),
        Step("read afterwards", .call(.read)),
        Step("poll afterwards", .call(.poll)),
    ]

    /// What those steps must give.
    public static let valuesOnceTaken = [
        ValueExpectation("heard", .fails(.etimedout)),
        ValueExpectation("error afterwards", .tookNoError),
        ValueExpectation("write afterwards", .fails(.epipe)),
        ValueExpectation("error after write", .tookNoError),
        ValueExpectation("read afterwards", .result(0)),
        ValueExpectation(
            "poll afterwards", .events(with: ["POLLHUP", "POLLIN"], without: ["POLLERR"])),
    ]

    /// After the error was heard by a call that only reports it: SO_ERROR takes it, once.
    public static let stepsTakingIt = [
        Step("error", .call(.takeError)),
        Step("error again", .call(.takeError)),
        Step("write afterwards", .call(.write)),
        Step("error after write", .call(.takeError)),
        Step("read afterwards", .call(.read)),
        Step("poll afterwards", .call(.poll)),
    ]

    /// What those steps must give.
    public static let valuesTakingIt = [
        ValueExpectation("error", .tookError(.etimedout)),
        ValueExpectation("error again", .tookNoError),
        ValueExpectation("write afterwards", .fails(.epipe)),
        ValueExpectation("error after write", .tookNoError),
        ValueExpectation("read afterwards", .result(0)),
        ValueExpectation(
            "poll afterwards", .events(with: ["POLLHUP", "POLLIN"], without: ["POLLERR"])),
    ]

    /// The values with which delivery is asked.
    public static let cases: [Parameters] = .matrix(
        userTimeouts: [1000, 3000], families: AddressFamily.allCases)

    /// A behaviour in which a waiter hears of the end of a blackholed connection.
    static func behaviour(
        _ waiter: Waiter, id: String, question: String, scenarios: [Int] = [], background: String,
        between: [Step] = [], steps: [Step], values: [ValueExpectation],
        more: @escaping @Sendable (Parameters) -> [ValueExpectation] = { _ in [] },
        controls: [Control]
    ) -> Behaviour {
        Behaviour(
            id: id, question: question, scenarios: scenarios, background: background, cases: cases,
            stimulus: { parameters, horizon in
                .connected(
                    parameters,
                    subject: [
                        Step(
                            "write", .send(bytes: Script.messageBytes),
                            when: .done(label: "silence", plusMilliseconds: 0))
                    ] + Script.hearing(waiter, horizonMilliseconds: horizon) + between + steps,
                    peer: Script.silence)
            },
            outage: .step("silence"),
            variants: RetransmissionVariants.all(fates: { _ in Timeline(.lost) }),
            values: { ValueExpectation.userTimeoutReadBack($0) + values + more($0) },
            contract: Contract(
                RetransmissionVariants.contract.variants, because: promise,
                exceeds: RetransmissionVariants.contract.exceeds),
            controls: controls)
    }

    /// The control that takes the error away before the waiter's own look at it.
    static func stolenError(parts aspect: Parting.Aspect = .value) -> Control {
        Control(
            "another thread takes the error first",
            Parameters(userTimeoutMilliseconds: 1000), parts: aspect
        ) { $0.inserting([Step("altered error", .call(.takeError))], after: "after", of: .subject) }
    }

    /// The control in which the option is not in force, and so nothing is heard in time.
    static let optionTakenBack = Control(
        "option set back to none", Parameters(userTimeoutMilliseconds: 1000), parts: .missing, at: 4
    ) { $0.changingUserTimeout(to: 0) }
}
