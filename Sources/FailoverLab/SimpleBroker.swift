internal import Evidence
internal import LinuxNet
internal import Synchronization
internal import SystemPackage

/// A broker as small as can be that still does what matters here: it gives messages to consumers in
/// turn, takes back what a consumer that is gone did not acknowledge, and gives it to the next.
///
/// It has no limit of unacknowledged messages, like RabbitMQ without `basic.qos`; it only leaves a
/// consumer out whose connection takes no more.
final class SimpleBroker: Sendable {
    private struct Connection {
        var socket: TCPSocket
        var peer: String
        var parser = SimpleParser()
        var output: [UInt8] = []
        var session: String?
        var queue: String?
        var unacknowledged: [Int] = []
        var lastHeard: Int64
    }

    private struct State {
        var connections: [UInt64: Connection] = [:]
        var order: [UInt64] = []
        var next: UInt64 = 2
        var pending: [String: [Int]] = [:]
        var lengths: [Int: Int] = [:]
        var callers: [Int: UInt64] = [:]
        var answered: Set<Int> = []
    }

    private static let listenerToken: UInt64 = 0
    private static let stopToken: UInt64 = 1
    /// What a connection may owe to its peer before messages go to others.
    private static let mostQueuedBytes = 64 * 1024

    private let listener: TCPSocket
    private let poll: EventPoll
    private let stopping: EventDescriptor
    private let journal: Journal
    private let heartbeat: Int64?
    private let thread = Mutex<WorkerThread?>(nil)

    /// Listens at an address of the namespace.
    init(
        at address: SocketAddress, in namespace: NetworkNamespace, protection: Protection,
        journal: Journal
    ) throws {
        self.journal = journal
        heartbeat = protection.heartbeatMilliseconds.map { Int64($0) * 1_000_000 }
        poll = try EventPoll()
        stopping = try EventDescriptor()
        listener = try namespace.run {
            let socket = try TCPSocket(.ipv4, nonblocking: true)
            try socket.set(.reuseAddress, to: 1)
            try socket.bind(to: address)
            if let milliseconds = protection.brokerUserTimeoutMilliseconds {
                try socket.set(.userTimeout, to: CInt(milliseconds))
            }
            if let keepalive = protection.keepalive { try keepalive.apply(to: socket) }
            try socket.listen()
            return socket
        }
        try poll.add(listener.descriptor, for: .input, token: Self.listenerToken)
        try poll.add(stopping.descriptor, for: .input, token: Self.stopToken)
        let worker = try WorkerThread(name: "broker") { [self] in run() }
        thread.withLock { $0 = worker }
    }

    func stop() {
        try? stopping.signal()
        try? thread.withLock { $0 }?.join()
    }

    private func run() {
        var state = State()
        while let events = try? poll.wait(timeoutMilliseconds: patience(state)) {
            for event in events {
                switch event.token {
                case Self.stopToken: return
                case Self.listenerToken: accept(&state)
                default: serve(event.token, event.events, &state)
                }
            }
            dropSilent(&state)
        }
    }

    private func patience(_ state: State) -> Int? {
        guard let heartbeat, let oldest = state.connections.values.map(\.lastHeard).min() else {
            return nil
        }
        return max(0, Int((oldest + heartbeat - MonotonicClock.nowNanoseconds()) / 1_000_000)) + 1
    }

    private func dropSilent(_ state: inout State) {
        guard let heartbeat else { return }
        let limit = MonotonicClock.nowNanoseconds() - heartbeat
        for (token, connection) in state.connections where connection.lastHeard < limit {
            end(token, "missed heartbeats", &state)
        }
    }

    private func accept(_ state: inout State) {
        while let (socket, peer) = try? listener.accept(nonblocking: true) {
            let token = state.next
            state.next += 1
            try? socket.set(.noDelay, to: 1)
            state.connections[token] = Connection(
                socket: socket, peer: "\(peer)", lastHeard: MonotonicClock.nowNanoseconds())
            state.order.append(token)
            journal.note("broker", .accepted, "\(peer)")
            try? poll.add(socket.descriptor, for: .input, token: token)
        }
    }

    private func serve(_ token: UInt64, _ events: PollEvents, _ state: inout State) {
        guard state.connections[token] != nil else { return }
        if events.contains(.output) { flush(token, &state) }
        guard !events.intersection([.input, .error, .hangUp]).isEmpty else { return }
        while let connection = state.connections[token] {
            do throws(LinuxError) {
                let bytes = try connection.socket.receive(upTo: 65536)
                guard !bytes.isEmpty else { return end(token, "end of file", &state) }
                state.connections[token]?.parser.append(bytes)
                state.connections[token]?.lastHeard = MonotonicClock.nowNanoseconds()
            } catch {
                if error.errno == .resourceTemporarilyUnavailable { return }
                return end(token, error.errno.symbol, &state)
            }
            while let words = state.connections[token]?.parser.next() {
                obey(words, token, &state)
            }
        }
    }

    private func obey(_ words: [String], _ token: UInt64, _ state: inout State) {
        switch words.first {
        case "SUB" where words.count == 3:
            state.connections[token]?.queue = words[1]
            state.connections[token]?.session = words[2]
            journal.note(
                "broker", .subscribed, "\(words[2]) \(state.connections[token]?.peer ?? "")")
            dispatch(words[1], &state)
        case "PUB" where words.count == 4:
            guard let number = Int(words[2]), let length = Int(words[3]) else { return }
            // A message that was not confirmed comes again, and is one message all the same.
            if state.lengths[number] == nil {
                state.lengths[number] = length
                state.pending[words[1], default: []].append(number)
            }
            send(SimpleParser.bytes("OK \(number)"), to: token, &state)
            dispatch(words[1], &state)
        case "ACK" where words.count == 2:
            guard let number = Int(words[1]) else { return }
            state.connections[token]?.unacknowledged.removeAll { $0 == number }
        case "CALL" where words.count == 2:
            guard let number = Int(words[1]) else { return }
            call(number, by: token, &state)
        case "REPLY" where words.count == 2:
            guard let number = Int(words[1]) else { return }
            state.answered.insert(number)
            guard let caller = state.callers[number] else { return }
            send(SimpleParser.bytes("REPLY \(number)"), to: caller, &state)
        case "PING":
            send(SimpleParser.bytes("PONG"), to: token, &state)
        default:
            end(token, "nonsense", &state)
        }
    }

    /// A call that comes again, over another connection, is one call all the same, and its answer
    /// goes where it came from last.
    private func call(_ number: Int, by token: UInt64, _ state: inout State) {
        state.callers[number] = token
        if state.answered.contains(number) {
            return send(SimpleParser.bytes("REPLY \(number)"), to: token, &state)
        }
        guard state.lengths[number] == nil else { return }
        state.lengths[number] = 64
        state.pending["rpc", default: []].append(number)
        dispatch("rpc", &state)
    }

    private func dispatch(_ queue: String, _ state: inout State) {
        while let number = state.pending[queue]?.first {
            let place = state.order.firstIndex { token in
                guard let connection = state.connections[token] else { return false }
                return connection.queue == queue
                    && connection.output.count < Self.mostQueuedBytes
            }
            guard let place else { return }
            let token = state.order.remove(at: place)
            state.order.append(token)
            state.pending[queue]?.removeFirst()
            state.connections[token]?.unacknowledged.append(number)
            journal.note(
                "broker", .delivered, message: number, state.connections[token]?.session ?? "?")
            let length = state.lengths[number] ?? 0
            send(SimpleParser.bytes("MSG \(number) \(length)", body: length), to: token, &state)
        }
    }

    private func send(_ bytes: [UInt8], to token: UInt64, _ state: inout State) {
        state.connections[token]?.output += bytes
        flush(token, &state)
    }

    private func flush(_ token: UInt64, _ state: inout State) {
        guard let connection = state.connections[token] else { return }
        var rest = connection.output[...]
        do throws(LinuxError) {
            while !rest.isEmpty {
                rest = rest.dropFirst(try connection.socket.send(Array(rest.prefix(65536))))
            }
        } catch {
            // A connection that is over shows as such where it is read.
        }
        state.connections[token]?.output = Array(rest)
        try? poll.modify(
            connection.socket.descriptor, for: rest.isEmpty ? .input : [.input, .output],
            token: token)
        // It takes messages again as soon as it owes less than that.
        if connection.output.count >= Self.mostQueuedBytes, rest.count < Self.mostQueuedBytes,
            let queue = connection.queue
        {
            dispatch(queue, &state)
        }
    }

    private func end(_ token: UInt64, _ reason: String, _ state: inout State) {
        guard let connection = state.connections.removeValue(forKey: token) else { return }
        state.order.removeAll { $0 == token }
        try? poll.remove(connection.socket.descriptor)
        // A connection whose peer may still read has to be told: the rest is discarded.
        try? connection.socket.close()
        guard let session = connection.session, let queue = connection.queue else { return }
        journal.note("broker", .unsubscribed, "\(session) \(reason)")
        for number in connection.unacknowledged {
            journal.note("broker", .requeued, message: number, session)
        }
        state.pending[queue] = connection.unacknowledged + (state.pending[queue] ?? [])
        dispatch(queue, &state)
    }
}

extension Protection.Keepalive {
    /// Sets SO_KEEPALIVE and its numbers.
    func apply(to socket: TCPSocket) throws(LinuxError) {
        try socket.set(.keepalive, to: 1)
        try socket.set(.keepaliveIdle, to: CInt(idleSeconds))
        try socket.set(.keepaliveInterval, to: CInt(intervalSeconds))
        try socket.set(.keepaliveCount, to: CInt(count))
    }
}
