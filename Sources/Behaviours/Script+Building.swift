public import Evidence

extension Script {
    /// How many bytes each side sends to prove the connection, and in most scripts the write that
    /// meets the outage: less than any segment size.
    public static let messageBytes = 100

    /// A connection made by the subject, proved by an exchange, all of it acknowledged.
    ///
    /// The subject's last common step is `quiet`, the peer's is `settled`. What the outage is, and
    /// what follows, the behaviour adds.
    public static func connected(
        _ parameters: Parameters, receiveBufferBytes: Int? = nil, setsUserTimeout: Bool = true,
        subject: [Step], peer: [Step] = []
    ) -> Script {
        var opening = [Step("connect", .connect, when: .done(label: "listen", plusMilliseconds: 0))]
        if parameters.userTimeoutMilliseconds > 0, setsUserTimeout {
            opening += userTimeoutSteps(parameters.userTimeoutMilliseconds)
        }
        opening += [
            Step("greet", .send(bytes: messageBytes)),
            Step("greeted", .receive(bytes: messageBytes)),
            Step("quiet", .awaitAcknowledged, when: .done(label: "settled", plusMilliseconds: 0)),
        ]
        let answering = [
            Step("listen", .listen(receiveBufferBytes: receiveBufferBytes)),
            Step("accept", .accept),
            Step("hear", .receive(bytes: messageBytes)),
            Step("reply", .send(bytes: messageBytes)),
            Step("settled", .awaitAcknowledged),
        ]
        return Script(
            family: parameters.family, link: parameters.link, sysctls: sysctls(parameters),
            proof: "quiet",
            lanes: [Lane(.subject, opening + subject), Lane(.peer, answering + peer)])
    }

    /// A connection made by the peer to the subject's listener, proved as above.
    ///
    /// `listening` goes between the subject's listening and its accepting.
    public static func accepted(
        _ parameters: Parameters, listening: [Step] = [], subject: [Step], peer: [Step] = []
    ) -> Script {
        let opening = [
            Step("greet", .send(bytes: messageBytes)),
            Step("greeted", .receive(bytes: messageBytes)),
            Step("quiet", .awaitAcknowledged, when: .done(label: "settled", plusMilliseconds: 0)),
        ]
        let answering = [
            Step(
                "connect", .connect,
                when: .done(
                    label: listening.last?.label ?? "listen",
                    plusMilliseconds: 0)),
            Step("hear", .receive(bytes: messageBytes)),
            Step("reply", .send(bytes: messageBytes)),
            Step("settled", .awaitAcknowledged),
        ]
        return Script(
            family: parameters.family, link: parameters.link, sysctls: sysctls(parameters),
            proof: "quiet",
            lanes: [
                Lane(
                    .subject,
                    [Step("listen", .listen(receiveBufferBytes: nil))] + listening
                        + [Step("accept", .accept)] + opening + subject),
                Lane(.peer, answering + peer),
            ])
    }

    /// An accepted connection that inherits T, where there is one, from its listener, and whose
    /// application writes into the silence.
    static func inheriting(
        _ parameters: Parameters, horizonMilliseconds: Int, peer: [Step] = silence
    ) -> Script {
        let hasTimeout = parameters.hasUserTimeout
        let script = accepted(
            parameters,
            listening: hasTimeout
                ? [
                    Step(
                        "option",
                        .setOption(
                            .userTimeout, on: .listener,
                            value: parameters.userTimeoutMilliseconds, lengthBytes: 4))
                ] : [],
            subject: [
                Step(
                    "write", .send(bytes: messageBytes),
                    when: .done(label: "silence", plusMilliseconds: 0))
            ] + hearing(horizonMilliseconds: horizonMilliseconds),
            peer: peer)
        guard hasTimeout else { return script }
        return script.inserting(
            [Step("option read back", .getOption(.userTimeout, on: .connection))],
            after: "accept", of: .subject)
    }

    /// Sets T on the connection, or on another socket, and reads it back.
    public static func userTimeoutSteps(
        _ milliseconds: Int, on socket: SocketName = .connection
    ) -> [Step] {
        [
            Step(
                "option",
                .setOption(.userTimeout, on: socket, value: milliseconds, lengthBytes: 4)),
            Step("option read back", .getOption(.userTimeout, on: socket)),
        ]
    }

    /// The steps in which the peer goes silent once both sides are quiet.
    public static let silence = [
        Step("silence", .dropReceived, when: .done(label: "quiet", plusMilliseconds: 0))
    ]

    /// Waiting for the error, and a little longer: RTO and more, so that a late reset is seen.
    ///
    /// A call that gives up at SO_RCVTIMEO is late by the timer wheel's slack itself, an eighth.
    public static func hearing(
        _ waiter: Waiter = .read, horizonMilliseconds: Int
    ) -> [Step] {
        [
            Step(
                "heard", .awaitError(waiter, milliseconds: horizonMilliseconds),
                deadlineMilliseconds: horizonMilliseconds * 8 / 7 + 5000),
            Step("after", .watch(milliseconds: 300)),
        ]
    }

    static func sysctls(_ parameters: Parameters) -> [String: String] {
        var sysctls: [String: String] = [:]
        if let retries2 = parameters.retries2 {
            sysctls["net.ipv4.tcp_retries2"] = String(retries2)
        }
        for (name, value) in parameters.sortedSettings where name.hasPrefix("tcp_") {
            sysctls["net.ipv4.\(name)"] = String(value)
        }
        return sysctls
    }

    /// The script in which the subject connects over a route with a least RTO, the setting `rtomin`
    /// in microseconds: the first round trip is measured with the handshake.
    func overRoute(_ parameters: Parameters) -> Script {
        changing(.subject) { steps in
            let milliseconds = (parameters.setting("rtomin") ?? 200_000) / 1000
            var connecting = steps[0]
            connecting.trigger = .previous
            return [
                Step("route", .limitRTO(milliseconds: milliseconds), when: steps[0].trigger),
                connecting,
            ] + steps.dropFirst()
        }
    }

    /// The script with a lane's steps changed.
    public func changing(_ actor: Actor, _ change: ([Step]) -> [Step]) -> Script {
        var copy = self
        for index in copy.lanes.indices where copy.lanes[index].actor == actor {
            copy.lanes[index].steps = change(copy.lanes[index].steps)
        }
        return copy
    }

    /// The script with steps put in behind the one with that label.
    public func inserting(_ steps: [Step], after label: String, of actor: Actor) -> Script {
        changing(actor) { lane in
            lane.flatMap { $0.label == label ? [$0] + steps : [$0] }
        }
    }

    /// The script with the action of one step replaced.
    public func replacing(_ label: String, with action: Action) -> Script {
        var copy = self
        for lane in copy.lanes.indices {
            for step in copy.lanes[lane].steps.indices
            where copy.lanes[lane].steps[step].label == label {
                copy.lanes[lane].steps[step].action = action
            }
        }
        return copy
    }

    /// The script in which the subject waits for its error in another way.
    public func waiting(in waiter: Waiter) -> Script {
        changing(.subject) { steps in
            steps.map { step in
                guard case .awaitError(_, let milliseconds) = step.action else { return step }
                var copy = step
                copy.action = .awaitError(waiter, milliseconds: milliseconds)
                return copy
            }
        }
    }

    /// The script in which T is changed to another value once it was read back: the alteration by
    /// which most controls show that the time of the abort is checked.
    public func changingUserTimeout(to milliseconds: Int) -> Script {
        inserting(
            [
                Step(
                    "altered option",
                    .setOption(
                        .userTimeout, on: .connection, value: milliseconds, lengthBytes: 4))
            ], after: "quiet", of: .subject)
    }
}

extension [Parameters] {
    /// All combinations, in a stable order.
    public static func matrix(
        userTimeouts: [Int] = [0], families: [AddressFamily] = [.ipv4], links: [Link] = [.veth],
        retries2: [Int?] = [nil], settings: [String: Int]? = nil
    ) -> [Parameters] {
        families.flatMap { family in
            links.flatMap { link in
                retries2.flatMap { retries in
                    userTimeouts.map {
                        Parameters(
                            userTimeoutMilliseconds: $0, family: family, link: link,
                            retries2: retries, settings: settings)
                    }
                }
            }
        }
    }
}

extension Parameters {
    /// Whether a user timeout is set.
    public var hasUserTimeout: Bool { userTimeoutMilliseconds > 0 }
}
