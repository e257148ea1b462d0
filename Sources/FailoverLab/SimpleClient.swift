internal import Evidence
internal import LinuxNet
internal import Synchronization
internal import SystemPackage

/// A client of the simple broker, on a thread of its own. It connects through the virtual address,
/// and again whenever it learns that its connection is over.
final class SimpleClient: Sendable {
    /// What it does.
    enum Role: String, Sendable, CaseIterable {
        /// Takes messages, acknowledges them, and says something now and then.
        case worker
        /// Waits for messages that never come, and says nothing.
        case idle
        /// Publishes.
        case producer
        /// Publishes too, beside the broker: a producer whom the event leaves alone.
        case inner
        /// Answers calls, and says something now and then.
        case server
        /// Makes calls, and waits for each answer for a while of its own.
        case caller

        /// The number of its first message.
        var firstNumber: Int {
            switch self {
            case .inner: 1_000_001
            case .caller: FailoverTraffic.firstCall
            case .worker, .idle, .producer, .server: 1
            }
        }
    }

    private let role: Role
    private let service: SocketAddress
    private let cell: FailoverCell
    private let journal: Journal
    private let stopping: EventDescriptor
    private let pauseUntil = Mutex<Int64?>(nil)
    private let pausing: EventDescriptor
    private let thread = Mutex<WorkerThread?>(nil)

    init(
        _ role: Role, of service: SocketAddress, in namespace: NetworkNamespace,
        cell: FailoverCell, journal: Journal
    ) throws {
        self.role = role
        self.service = service
        self.cell = cell
        self.journal = journal
        stopping = try EventDescriptor()
        pausing = try EventDescriptor()
        let worker = try WorkerThread(name: role.rawValue, in: namespace) { [self] in
            var session = 0
            var left = Unconfirmed(next: role.firstNumber)
            while true {
                session += 1
                guard run(Session(name: "\(role.rawValue)-\(session)"), &left) else { return }
            }
        }
        thread.withLock { $0 = worker }
    }

    /// Reads nothing for so long, as a consumer that is busy.
    func pause(milliseconds: Int) {
        pauseUntil.withLock { $0 = moment(inMilliseconds: milliseconds) }
        try? pausing.signal()
    }

    func stop() {
        try? stopping.signal()
        try? thread.withLock { $0 }?.join()
    }

    /// What the producer has published and nobody has confirmed, or the calls that wait for their
    /// answers; those are due by the clock, whether there is a connection or not.
    private struct Unconfirmed {
        var numbers: [Int] = []
        var next: Int
        var deadlines: [Int: Int64] = [:]
        var nextCall: Int64?
    }

    private struct Session {
        var name: String
        var parser = SimpleParser()
        var nextWord: Int64 = 0
        var lastHeard: Int64 = 0
    }

    private var publishes: Bool { role == .producer || role == .inner }

    private var pings: Bool {
        role == .worker || role == .server || cell.protection.heartbeatMilliseconds != nil
    }

    /// One connection from its beginning to its end; false once the client is to stop.
    private func run(_ session: Session, _ left: inout Unconfirmed) -> Bool {
        var session = session
        let socket: TCPSocket
        do throws(LinuxError) {
            guard let made = try connect() else { return false }
            socket = made
            let own = try socket.localAddress()
            journal.note(role.rawValue, .connected, "\(session.name) \(own)")
        } catch {
            journal.note(
                role.rawValue, .connectFailed, "\(session.name) \(error.errno.symbol)")
            return !waitForStop(milliseconds: 100)
        }
        session.lastHeard = MonotonicClock.nowNanoseconds()
        do throws(LinuxError) {
            switch role {
            case .worker: try socket.send(SimpleParser.bytes("SUB work \(session.name)"))
            case .idle: try socket.send(SimpleParser.bytes("SUB idle \(session.name)"))
            case .server: try socket.send(SimpleParser.bytes("SUB rpc \(session.name)"))
            case .producer, .inner:
                for number in left.numbers { try publish(number, on: socket) }
            case .caller:
                giveUp(&left, session.lastHeard)
                for number in left.numbers {
                    try socket.send(SimpleParser.bytes("CALL \(number)"))
                }
                session.nextWord = left.nextCall ?? session.lastHeard
            }
            return try serve(socket, &session, &left)
        } catch {
            let call = error.operation.prefix { $0 != " " }
            journal.note(
                role.rawValue, .disconnected, "\(session.name) \(call) \(error.errno.symbol)")
            try? socket.close()
            return true
        }
    }

    private func connect() throws(LinuxError) -> TCPSocket? {
        let socket = try TCPSocket(.ipv4, nonblocking: true)
        try socket.set(.noDelay, to: 1)
        if role == .worker, cell.event.steps.contains(where: \.action.isPause) {
            try socket.set(.receiveBuffer, to: 8192)
        }
        try cell.protection.keepalive?.apply(to: socket)
        do throws(LinuxError) {
            try socket.connect(to: service)
        } catch let error where error.errno == .nowInProgress {
            let ready = try Poll.wait(
                [(socket.descriptor, .output), (stopping.descriptor, .input)],
                until: moment(inMilliseconds: 1500))
            if !ready[1].isEmpty { return nil }
            guard !ready[0].isEmpty else {
                throw LinuxError(operation: "connect", errno: .timedOut)
            }
            if let errno = try socket.takeError() {
                throw LinuxError(operation: "connect", errno: errno)
            }
        }
        return socket
    }

    private func serve(
        _ socket: TCPSocket, _ session: inout Session, _ left: inout Unconfirmed
    ) throws(LinuxError) -> Bool {
        while true {
            let now = MonotonicClock.nowNanoseconds()
            giveUp(&left, now)
            if try speak(socket, &session, &left, now) { continue }
            var wake = session.nextWord
            if role == .idle, !pings { wake = .max }
            let pause = pauseUntil.withLock { $0 }.flatMap { $0 > now ? $0 : nil }
            if let pause { wake = min(wake, pause) }
            if let silence { wake = min(wake, session.lastHeard + silence) }
            if let deadline = left.deadlines.values.min() { wake = min(wake, deadline) }
            // A paused reader still hears of errors at its next write.
            var watched: [(descriptor: Descriptor, events: PollEvents)] = [
                (stopping.descriptor, .input), (pausing.descriptor, .input),
            ]
            if pause == nil { watched.append((socket.descriptor, .input)) }
            let ready = try Poll.wait(watched, until: wake == .max ? nil : wake)
            if !ready[0].isEmpty { return false }
            if !ready[1].isEmpty { _ = try pausing.take() }
            if ready.count > 2, !ready[2].isEmpty { try listen(socket, &session, &left) }
            if let silence, pause == nil,
                session.lastHeard + silence <= MonotonicClock.nowNanoseconds()
            {
                throw LinuxError(operation: "heartbeat", errno: .timedOut)
            }
        }
    }

    private var silence: Int64? {
        // A producer hears of each message that it is safe, and needs no heartbeats; whom a caller
        // does not hear is its server.
        publishes || role == .caller
            ? nil : cell.protection.heartbeatMilliseconds.map { Int64($0) * 1_000_000 }
    }

    /// Says what is due; whether it did.
    private func speak(
        _ socket: TCPSocket, _ session: inout Session, _ left: inout Unconfirmed, _ now: Int64
    ) throws(LinuxError) -> Bool {
        guard session.nextWord <= now, publishes || pings || role == .caller else { return false }
        let period: Int
        switch role {
        case .producer, .inner:
            period = cell.traffic.publishMilliseconds
            let number = left.next
            left.next += 1
            left.numbers.append(number)
            journal.note(role.rawValue, .published, message: number, session.name)
            try publish(number, on: socket)
        case .caller:
            // When it was due, so that none is left out while there is no connection.
            let due = session.nextWord
            period = cell.traffic.callMilliseconds ?? 500
            let number = left.next
            left.next += 1
            left.nextCall = due + Int64(period) * 1_000_000
            session.nextWord = due + Int64(period) * 1_000_000
            left.numbers.append(number)
            left.deadlines[number] =
                due + Int64(cell.traffic.callTimeoutMilliseconds ?? 2000) * 1_000_000
            journal.note(role.rawValue, .called, message: number, session.name, at: due)
            try socket.send(SimpleParser.bytes("CALL \(number)"))
            return true
        case .worker, .idle, .server:
            period = cell.traffic.pingMilliseconds
            journal.note(role.rawValue, .wrote, session.name)
            try socket.send(SimpleParser.bytes("PING"))
        }
        session.nextWord = max(session.nextWord, now) + Int64(period) * 1_000_000
        return true
    }

    /// Waits no longer for answers whose time is over.
    private func giveUp(_ left: inout Unconfirmed, _ now: Int64) {
        for (number, deadline) in left.deadlines where deadline <= now {
            journal.note(role.rawValue, .callTimedOut, message: number, at: deadline)
            left.deadlines[number] = nil
            left.numbers.removeAll { $0 == number }
        }
    }

    private func publish(_ number: Int, on socket: TCPSocket) throws(LinuxError) {
        let length = cell.traffic.messageBytes
        var rest = SimpleParser.bytes("PUB work \(number) \(length)", body: length)[...]
        while !rest.isEmpty {
            do throws(LinuxError) {
                rest = rest.dropFirst(try socket.send(Array(rest)))
            } catch let error where error.errno == .resourceTemporarilyUnavailable {
                let ready = try Poll.wait(
                    [(socket.descriptor, .output), (stopping.descriptor, .input)], until: nil)
                if !ready[1].isEmpty { return }
            }
        }
    }

    private func listen(
        _ socket: TCPSocket, _ session: inout Session, _ left: inout Unconfirmed
    ) throws(LinuxError) {
        let bytes = try socket.receive(upTo: 65536)
        guard !bytes.isEmpty else {
            throw LinuxError(operation: "recv", errno: Errno(rawValue: 0))
        }
        session.lastHeard = MonotonicClock.nowNanoseconds()
        session.parser.append(bytes)
        while let words = session.parser.next() {
            guard words.count > 1, let number = Int(words[1]) else { continue }
            switch words[0] {
            case "MSG" where role == .server:
                journal.note(role.rawValue, .served, message: number, session.name)
                try socket.send(SimpleParser.bytes("REPLY \(number)\nACK \(number)"))
            case "REPLY":
                giveUp(&left, session.lastHeard)
                let isAwaited = left.deadlines.removeValue(forKey: number) != nil
                left.numbers.removeAll { $0 == number }
                journal.note(
                    role.rawValue, isAwaited ? .answered : .answeredLate, message: number,
                    session.name)
            case "MSG":
                journal.note(role.rawValue, .received, message: number, session.name)
                try socket.send(SimpleParser.bytes("ACK \(number)"))
            case "OK":
                if left.numbers.contains(number) {
                    journal.note(role.rawValue, .confirmed, message: number)
                    left.numbers.removeAll { $0 == number }
                }
            default: break
            }
        }
    }

    /// Waits; whether the client is to stop.
    private func waitForStop(milliseconds: Int) -> Bool {
        let ready = try? Poll.wait(
            for: .input, on: stopping.descriptor, until: moment(inMilliseconds: milliseconds))
        return ready?.isEmpty == false
    }
}

extension FailoverEvent.Action {
    /// Whether it stops a consumer's reading.
    var isPause: Bool {
        switch self {
        case .pauseReading: true
        case .moveAddress, .takeAddress, .isolate, .rejoin, .dropResets: false
        }
    }
}
