internal import Evidence
internal import KernelTimers
internal import LinuxNet
internal import SystemPackage

/// Connections made, bytes sent and received.
extension LaneRun {
    private var addressing: Addressing { trial.testbed.addressing }

    func listen(receiveBufferBytes: Int?) throws {
        let socket = try makeSocket()
        try socket.set(.reuseAddress, to: 1)
        if let receiveBufferBytes {
            try socket.set(.receiveBuffer, to: CInt(clamping: receiveBufferBytes))
        }
        try socket.bind(to: end(of: actor, port: Addressing.listeningPort))
        try socket.listen(backlog: 16)
        listener = socket
    }

    func connect() throws {
        let socket = try bound(to: Addressing.connectingPort)
        // connect(2) waits as long as SO_SNDTIMEO allows.
        try socket.setTimeout(.sendTimeout, nanoseconds: timeLeft)
        let target = target
        try record("connect") { () throws(LinuxError) in
            try socket.connect(to: target)
        }.get()
        try socket.clearTimeout(.sendTimeout)
        take(socket)
    }

    /// A connection beside the trial's, made and reset: what is captured of it proves the captures.
    func rehearse() throws {
        let socket = try bound(to: Addressing.rehearsingPort)
        try socket.setTimeout(.sendTimeout, nanoseconds: timeLeft)
        try socket.connect(to: target)
        try socket.setLinger(seconds: 0)
        try socket.close()
    }

    /// The socket that `startConnect`, or waiting in connect(2), will connect.
    func open() throws { take(try bound(to: Addressing.connectingPort)) }

    func startConnect() throws {
        let socket = try socket(.connection)
        let target = target
        try socket.setNonblocking(true)
        record("connect") { () throws(LinuxError) in try socket.connect(to: target) }
        try socket.setNonblocking(false)
    }

    /// Where the actor connects to.
    var target: SocketAddress {
        end(of: actor.other, port: Addressing.listeningPort)
    }

    /// What kind of socket this actor makes, where it is not plain TCP.
    private var kind: SocketKind? { actor == .subject ? trial.script.subjectSocket : nil }

    private func makeSocket() throws -> TCPSocket {
        let socket =
            switch kind {
            case nil: try TCPSocket(addressing.socketFamily)
            case .mapped: try TCPSocket(.ipv6)
            case .multipath: try makeMultipathSocket()
            }
        trial.register(socket)
        return socket
    }

    private func makeMultipathSocket() throws -> TCPSocket {
        let family = addressing.socketFamily
        switch Result(catching: { () throws(LinuxError) in try TCPSocket(multipath: family) }) {
        case .success(let socket): return socket
        case .failure(let error):
            let lacking: [Errno] = [.protocolNotSupported, .protocolNotAvailable]
            guard lacking.contains(error.errno) else { throw error }
            throw LaneError.notApplicable("the kernel makes no MPTCP sockets (\(error.errno))")
        }
    }

    /// An end of the connection as this actor's sockets name it.
    private func end(of actor: Actor, port: UInt16) -> SocketAddress {
        var address = addressing.address(of: actor)
        if kind == .mapped, case .v4(let number) = address {
            address = .v6(0, 0xffff_0000_0000 | UInt64(number))
        }
        return SocketAddress(address, port: port)
    }

    /// Has the kernel encrypt what the connection sends.
    func encrypt() throws {
        let socket = try socket(.connection)
        let outcome = record("setsockopt") { () throws(LinuxError) in try socket.encryptSending() }
        if case .failure(let error) = outcome, error.errno == .noSuchFileOrDirectory {
            throw LaneError.notApplicable("the kernel lacks TLS, or its cipher (ENOENT)")
        }
    }

    private func bound(to port: UInt16) throws -> TCPSocket {
        let socket = try makeSocket()
        try socket.set(.reuseAddress, to: 1)
        try socket.bind(to: end(of: actor, port: port))
        return socket
    }

    /// Gives the connection's descriptor up. From here on only the table of sockets tells of it.
    func close() throws {
        let socket = try socket(.connection)
        trial.disconnected(actor)
        record("close", isBlocking: true) { () throws(LinuxError) in try socket.close() }
        connection = nil
    }

    func shutdownWriting() throws {
        let socket = try socket(.connection)
        record("shutdown") { () throws(LinuxError) in try socket.shutdown(.writing) }
    }

    func accept(_ step: Step) throws {
        let listener = try socket(.listener)
        let ready = try Poll.wait(for: .input, on: listener.descriptor, until: deadline)
        if ready.isEmpty { throw LaneError.failed(late(step, "no connection to accept")) }
        let accepted = try record("accept") { () throws(LinuxError) in
            try listener.accept()
        }.get()
        trial.register(accepted.connection)
        take(accepted.connection)
    }

    private func take(_ socket: TCPSocket) {
        connection = socket
        trial.connected(actor, socket)
    }

    /// Until the step must be done, nanoseconds.
    var timeLeft: Int64 { max(0, deadline - MonotonicClock.nowNanoseconds()) }

    func send(_ count: Int, _ step: Step) throws {
        let socket = try socket(.connection)
        let bytes = [UInt8](repeating: UInt8(ascii: "e"), count: count)
        var sent = 0
        let outcome = record("write") { () throws(LinuxError) in
            while sent < count {
                do throws(LinuxError) {
                    sent += try socket.send(Array(bytes[sent...]), flags: .doNotWait)
                } catch let error where error.errno == .resourceTemporarilyUnavailable {
                    let room = try Poll.wait(
                        for: .output, on: socket.descriptor, until: self.deadline)
                    if room.isEmpty { throw error }
                }
            }
            return sent
        } complete: { sent, call in
            call.result = sent
        }
        try judge(outcome, step, "took \(sent) of \(count) bytes")
    }

    func receive(_ count: Int, _ step: Step) throws {
        let socket = try socket(.connection)
        var received = 0
        let outcome = record("read") { () throws(LinuxError) in
            while received < count {
                let ready = try Poll.wait(
                    for: .input, on: socket.descriptor, until: self.deadline)
                if ready.isEmpty {
                    throw LinuxError(
                        operation: "read", errno: .resourceTemporarilyUnavailable)
                }
                let bytes = try socket.receive(upTo: count - received, flags: .doNotWait)
                // The end of the stream, or of the watching (`Trial.laneEnded`).
                if bytes.isEmpty { break }
                received += bytes.count
            }
            return received
        } complete: { received, call in
            call.result = received
        }
        try judge(outcome, step, "gave \(received) of \(count) bytes")
    }

    /// Before the instrument is proved, an exchange that fails, or is not over at its deadline, is
    /// the testbed's fault. Afterwards it is what the application saw, and the judge's to weigh.
    private func judge(
        _ outcome: Result<Int, LinuxError>, _ step: Step, _ what: String
    ) throws(LaneError) {
        // A cancelled trial's sockets are shut down: that is no reason of its own.
        if trial.board.failure != nil { throw .cancelled }
        if trial.isProved { return }
        do throws(LinuxError) {
            _ = try outcome.get()
        } catch let error where error.errno == .resourceTemporarilyUnavailable {
            throw .failed(late(step, what))
        } catch {
            throw .testbed("step \(step.label) of the \(actor): \(error), after it \(what)")
        }
    }

    /// Sends until the kernel takes no more.
    func fill(_ count: Int) throws {
        let socket = try socket(.connection)
        let chunk = [UInt8](repeating: UInt8(ascii: "f"), count: 16_384)
        let outcome = record("write") { () throws(LinuxError) in
            var taken = 0
            while taken < count {
                do throws(LinuxError) {
                    let rest = Array(chunk.prefix(count - taken))
                    taken += try socket.send(rest, flags: .doNotWait)
                } catch let error where error.errno == .resourceTemporarilyUnavailable {
                    break
                }
            }
            return taken
        } complete: { taken, call in
            call.result = taken
        }
        _ = try outcome.get()
    }

    /// Waits until everything sent is acknowledged.
    ///
    /// The acknowledgement shows in a capture a moment before TCP has processed it, so that asking
    /// at once may be too early and nothing follows: hence the second look, 10 ms later.
    func awaitAcknowledged(_ step: Step) throws {
        let socket = try socket(.connection)
        while true {
            let seen = trial.board.packets
            if try socket.unacknowledgedBytes() == 0 { return }
            let now = MonotonicClock.nowNanoseconds()
            if now >= deadline { throw LaneError.failed(late(step, "not all was acknowledged")) }
            try trial.board.awaitPackets(beyond: seen, until: min(deadline, now + 10_000_000))
        }
    }

    func awaitReadable(_ name: SocketName, _ step: Step) throws {
        let socket = try socket(name)
        let ready = try Poll.wait(for: .input, on: socket.descriptor, until: deadline)
        if ready.isEmpty {
            throw LaneError.failed(late(step, "the \(name.rawValue) was not readable"))
        }
    }
}
