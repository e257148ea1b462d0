internal import Evidence
internal import Glibc
internal import LinuxNet
internal import Synchronization

/// The brokers that serve many cells: a RabbitMQ for each combination of what is set at a broker,
/// since its listening sockets have their options in common.
final class SharedBrokers: Sendable {
    private let brokers = Mutex<[RabbitBroker.Settings: RabbitBroker]>([:])

    /// The broker for a cell, which is started at first use; nil for cells that have their own.
    func broker(for cell: FailoverCell) throws -> RabbitBroker? {
        switch cell.backend {
        case .simple: return nil
        case .rabbitmq: break
        }
        let settings = RabbitBroker.Settings(cell.protection)
        if let broker = brokers.withLock({ $0[settings] }) { return broker }
        let number = brokers.withLock(\.count)
        let broker = try RabbitBroker(number: number, settings, cell.protection)
        brokers.withLock { $0[settings] = broker }
        return broker
    }
}

/// RabbitMQ's configuration, as far as the laboratory cares.
public struct RabbitConfiguration: Sendable {
    /// TCP_USER_TIMEOUT of its connections, milliseconds.
    public var userTimeoutMilliseconds: Int?
    /// Whether they have SO_KEEPALIVE; its numbers are sysctls, since RabbitMQ has no settings.
    public var keepalive: Bool

    /// A configuration.
    public init(userTimeoutMilliseconds: Int?, keepalive: Bool) {
        self.userTimeoutMilliseconds = userTimeoutMilliseconds
        self.keepalive = keepalive
    }

    /// `rabbitmq.conf`: one listener, no log file, and news of each connection.
    public var main: String {
        """
        listeners.tcp.1 = 0.0.0.0:5672
        loopback_users = none
        log.file = false
        log.console = true
        log.console.level = info

        """
    }

    /// `advanced.config`: options that only Erlang's terms can say. Option 18 of level 6 is
    /// TCP_USER_TIMEOUT, whose value is an `int` as the machine has it.
    public var advanced: String {
        var options = ["{backlog, 128}", "{nodelay, true}", "{exit_on_close, false}"]
        if keepalive { options.append("{keepalive, true}") }
        if let userTimeoutMilliseconds {
            options.append("{raw, 6, 18, <<\(userTimeoutMilliseconds):32/native>>}")
        }
        return "[{rabbit, [{tcp_listen_options, [\(options.joined(separator: ", "))]}]}].\n"
    }
}

/// RabbitMQ in a namespace of its own, which has an interface in the network of each of its cells.
final class RabbitBroker: Sendable {
    /// What differs between brokers.
    struct Settings: Hashable, Sendable {
        var userTimeoutMilliseconds: Int?
        var keepalive: Protection.Keepalive?
        var retries2: Int

        init(_ protection: Protection) {
            userTimeoutMilliseconds = protection.brokerUserTimeoutMilliseconds
            keepalive = protection.keepalive
            retries2 = protection.retries2
        }
    }

    static let port: UInt16 = 5672

    let space: NetworkNamespace
    /// Its connections, of all cells.
    let sockets: SocketTable
    let configuration: RabbitConfiguration
    private let program: LabProgram
    private let log: RabbitLog

    init(number: Int, _ settings: Settings, _ protection: Protection) throws {
        let folder = "/run/rabbit-\(number)"
        for path in [folder, "\(folder)/mnesia", "\(folder)/log"] {
            try LabFiles.makeFolder(path)
        }
        configuration = RabbitConfiguration(
            userTimeoutMilliseconds: settings.userTimeoutMilliseconds,
            keepalive: settings.keepalive != nil)
        try LabFiles.write(configuration.main, to: "\(folder)/rabbitmq.conf")
        try LabFiles.write(configuration.advanced, to: "\(folder)/advanced.config")
        try LabFiles.write("[].\n", to: "\(folder)/enabled_plugins")
        let space = try NetworkNamespace()
        self.space = space
        sockets = try SocketTable(in: space)
        try space.run {
            try LabNetwork.prepare(.broker, protection)
            if let keepalive = settings.keepalive {
                try Sysctl.write("net.ipv4.tcp_keepalive_time", "\(keepalive.idleSeconds)")
                try Sysctl.write("net.ipv4.tcp_keepalive_intvl", "\(keepalive.intervalSeconds)")
                try Sysctl.write("net.ipv4.tcp_keepalive_probes", "\(keepalive.count)")
            }
        }
        let log = RabbitLog()
        self.log = log
        // Not Debian's wrapper in /usr/sbin, which changes to a user of the host.
        program = try LabProgram(
            ["/usr/lib/rabbitmq/bin/rabbitmq-server"],
            environment: Self.environment(folder, number), in: space
        ) { log.read($0) }
    }

    /// One scheduler that does not spin: a broker of a laboratory has little to do.
    private static func environment(_ folder: String, _ number: Int) -> [String: String] {
        [
            "HOME": folder, "RABBITMQ_NODENAME": "lab\(number)@localhost",
            "RABBITMQ_MNESIA_BASE": "\(folder)/mnesia", "RABBITMQ_LOG_BASE": "\(folder)/log",
            "RABBITMQ_CONFIG_FILE": "\(folder)/rabbitmq",
            "RABBITMQ_ADVANCED_CONFIG_FILE": "\(folder)/advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": "\(folder)/enabled_plugins",
            "RABBITMQ_PID_FILE": "\(folder)/pid", "RABBITMQ_LOGS": "-",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none "
                + "-kernel inet_dist_use_interface {127,0,0,1}",
        ]
    }

    /// Hands what RabbitMQ says of a cell's connections to its journal.
    func serve(cell: Int, _ journal: Journal) { log.add(cell, journal) }

    /// Returns when it listens.
    func awaitReady(until deadline: Int64) throws {
        let reader = try space.run { try ProcTCPReader() }
        while !(try reader.read().contains { $0.state == .listen && $0.local.port == Self.port }) {
            if try program.awaitEnd(until: moment(inMilliseconds: 200)) {
                throw LabError("RabbitMQ ended: \(log.last)")
            }
            guard MonotonicClock.nowNanoseconds() < deadline else {
                throw LabError("RabbitMQ does not listen: \(log.last)")
            }
        }
    }
}

/// RabbitMQ's log, which tells of connections: to the cell in whose network they are.
///
///     … connection <0.7.0> (10.77.3.11:5000 -> 10.77.3.20:5672) has a client-provided name: worker
///     … closing AMQP connection <0.7.0> (10.77.3.11:5000 -> 10.77.3.20:5672 - worker, vhost: …):
///     missed heartbeats from client, timeout: 6s
final class RabbitLog: Sendable {
    private struct State {
        var journals: [Int: Journal] = [:]
        var pending: (cell: Int, name: String, at: Int64)?
        var last = "it said nothing"
    }

    private let state = Mutex(State())

    func add(_ cell: Int, _ journal: Journal) { state.withLock { $0.journals[cell] = journal } }

    var last: String { state.withLock(\.last) }

    func read(_ line: String) {
        let now = MonotonicClock.nowNanoseconds()
        state.withLock { state in
            if !line.isEmpty { state.last = line }
            if let closed = state.pending {
                let reason = Self.reason(line)
                state.journals[closed.cell]?.note(
                    "broker", .unsubscribed, "\(closed.name) \(reason)", at: closed.at)
                state.pending = nil
            }
            guard let news = Self.news(line), let journal = state.journals[news.cell] else {
                return
            }
            if news.isClosing {
                state.pending = (news.cell, news.name, now)
            } else if ["worker", "idle", "server"].contains(where: news.name.hasPrefix) {
                journal.note("broker", .subscribed, "\(news.name) \(news.peer)", at: now)
            }
        }
    }

    struct News: Hashable {
        var cell: Int
        var name: String
        var peer: String
        var isClosing: Bool
    }

    /// What a line says of a connection that has a name; nil if nothing.
    static func news(_ line: String) -> News? {
        guard let open = line.firstRange(of: "> (10.77.") else { return nil }
        let rest = line[open.upperBound...]
        guard let dot = rest.firstIndex(of: "."), let cell = Int(rest[..<dot]),
            let space = rest.firstIndex(of: " ")
        else { return nil }
        let peer = "10.77." + rest[..<space]
        if let named = line.firstRange(of: "has a client-provided name: ") {
            let name = line[named.upperBound...].prefix { $0 != " " }
            return News(cell: cell, name: String(name), peer: peer, isClosing: false)
        }
        guard line.contains("closing AMQP connection"), let dash = rest.firstRange(of: " - ") else {
            return nil
        }
        let name = rest[dash.upperBound...].prefix { $0 != "," && $0 != ")" && $0 != " " }
        return News(cell: cell, name: String(name), peer: peer, isClosing: true)
    }

    /// The reason on the line after: in some versions with a date and a process before it.
    static func reason(_ line: String) -> String {
        let marker = line.firstRange(of: "> ")
        let text = marker.map { String(line[$0.upperBound...]) } ?? line
        return text.isEmpty ? "closed" : text
    }
}

/// RabbitMQ and pika.
final class RabbitBackend: CellBackend {
    let port = RabbitBroker.port
    private let context: CellContext
    private let broker: RabbitBroker
    private let clients = Mutex<[LabProgram]>([])

    init(_ context: CellContext, _ broker: RabbitBroker) {
        self.context = context
        self.broker = broker
        broker.serve(cell: context.index, context.journal)
    }

    func startBroker() throws {}

    func startClients() throws {
        try broker.awaitReady(until: moment(inMilliseconds: 120_000))
        let path = "\(context.folder)/clients.py"
        try LabFiles.write(PikaClients.script, to: path)
        let outside = "\(context.service.address)"
        let inside = "\(context.network.address(of: .broker))"
        let traffic = context.cell.traffic
        let calls = traffic.callMilliseconds == nil ? "" : ",server,caller"
        for (node, address, roles) in [
            (FailoverNode.clients, outside, "worker,idle,producer" + calls),
            (.broker, inside, "inner"),
        ] {
            // RabbitMQ gives up after two whole intervals without a byte, so up to three after the
            // last: measured, 6 s took more than 13.
            let heartbeat = (context.cell.protection.heartbeatMilliseconds ?? 0) / 3000
            let keepalive = context.cell.protection.keepalive.map {
                "\($0.idleSeconds),\($0.intervalSeconds),\($0.count)"
            }
            let program = try LabProgram(
                [
                    PikaClients.python, path, roles, address, "\(CellRun.servicePort)",
                    "\(context.index)", "\(heartbeat)", keepalive ?? "-",
                    "\(traffic.publishMilliseconds)", "\(traffic.messageBytes)",
                    "\(traffic.pingMilliseconds)", "\(pauseMilliseconds)",
                    "\(traffic.callMilliseconds ?? 500)",
                    "\(traffic.callTimeoutMilliseconds ?? 2000)",
                ], in: try context.network.space(of: node)
            ) { [journal = context.journal] in PikaClients.read($0, journal) }
            clients.withLock { $0.append(program) }
        }
        try context.awaitTraffic(milliseconds: 60_000)
    }

    private var pauseMilliseconds: Int {
        for step in context.cell.event.steps {
            if case .pauseReading(let milliseconds) = step.action { return milliseconds }
        }
        return 0
    }

    func pauseReading(milliseconds: Int) { clients.withLock { $0.first }?.signal(SIGUSR1) }

    func stop() {
        for client in clients.withLock({ $0 }) { client.signal(SIGKILL) }
    }
}
