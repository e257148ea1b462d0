/// What the failover laboratory is to perform: cells, all at once.
public struct FailoverPlan: Codable, Sendable, Hashable {
    /// The cells.
    public var cells: [FailoverCell]
    /// How often sockets and addresses are looked at, milliseconds.
    public var samplePeriodMilliseconds: Int

    /// A plan.
    public init(cells: [FailoverCell], samplePeriodMilliseconds: Int = 100) {
        self.cells = cells
        self.samplePeriodMilliseconds = samplePeriodMilliseconds
    }
}

/// One cell of the table: a protection, and an event that it meets.
public struct FailoverCell: Codable, Sendable, Hashable {
    /// What is set against dead connections.
    public var protection: Protection
    /// What happens.
    public var event: FailoverEvent
    /// Who keeps the messages.
    public var backend: Backend
    /// Who moves the virtual address.
    public var mover: Mover
    /// What the clients do.
    public var traffic: FailoverTraffic
    /// How many controllers there are; two unless said.
    public var controllerCount: Int?

    /// A cell.
    public init(
        protection: Protection, event: FailoverEvent, backend: Backend, mover: Mover,
        traffic: FailoverTraffic = FailoverTraffic(), controllerCount: Int? = nil
    ) {
        self.controllerCount = controllerCount
        self.protection = protection
        self.event = event
        self.backend = backend
        self.mover = mover
        self.traffic = traffic
    }

    /// The controllers, the one that has the address first before all.
    public var controllers: [FailoverNode] {
        Array(FailoverNode.controllers.prefix(controllerCount ?? 2))
    }

    /// All nodes.
    public var nodes: [FailoverNode] { controllers + [.broker, .clients] }

    /// What names the cell among all: `move.tcp-ut.simple`.
    public var id: String { "\(event.id).\(protection.id).\(backend.rawValue)" }

    /// Who keeps the messages.
    public enum Backend: String, Codable, Sendable, Hashable, CaseIterable {
        /// A small broker of ours.
        case simple
        /// RabbitMQ, with pika at the clients.
        case rabbitmq
    }

    /// Who moves the virtual address.
    public enum Mover: String, Codable, Sendable, Hashable, CaseIterable {
        /// The laboratory itself.
        case lab
        /// keepalived, by VRRP.
        case keepalived
    }

    /// The programs without which the cell cannot be performed.
    public var needs: [String] {
        var names = ["haproxy"]
        if backend == .rabbitmq { names += ["rabbitmq-server", "python3-pika"] }
        if mover == .keepalived { names.append("keepalived") }
        if protection.killsSocketsOnDemotion { names.append("ss") }
        if event.steps.contains(where: { $0.action.needsFirewall(mover) }) { names.append("nft") }
        return names
    }
}

/// One way to notice that a connection is dead: values for each place where something can be set.
public struct Protection: Codable, Sendable, Hashable {
    /// A short name.
    public var id: String
    /// What it is, in a few words.
    public var title: String
    /// What HAProxy's `bind` line gets: its clients' side.
    public var bindOptions: [String] = []
    /// What HAProxy's `server` line gets: the broker's side.
    public var serverOptions: [String] = []
    /// Lines of HAProxy's `defaults` section.
    public var defaults: [String] = []
    /// net.ipv4.tcp_retries2 of controllers and broker.
    public var retries2: Int
    /// TCP_USER_TIMEOUT of the broker's connections, milliseconds.
    public var brokerUserTimeoutMilliseconds: Int?
    /// SO_KEEPALIVE of the broker's connections and of the clients'.
    public var keepalive: Keepalive?
    /// Silence after which broker and clients give a connection up, by the application's own
    /// heartbeats; milliseconds.
    public var heartbeatMilliseconds: Int?
    /// Whether a controller that loses the address ends its connections (`ss -K`).
    public var killsSocketsOnDemotion = false

    /// SO_KEEPALIVE's numbers.
    public struct Keepalive: Codable, Sendable, Hashable {
        /// Idle seconds before the first probe.
        public var idleSeconds: Int
        /// Seconds between probes.
        public var intervalSeconds: Int
        /// Probes without an answer before the end.
        public var count: Int

        /// Numbers.
        public init(idleSeconds: Int, intervalSeconds: Int, count: Int) {
            self.idleSeconds = idleSeconds
            self.intervalSeconds = intervalSeconds
            self.count = count
        }
    }

    /// A protection of which nothing is set yet but the retries.
    public init(id: String, title: String, retries2: Int) {
        self.id = id
        self.title = title
        self.retries2 = retries2
    }

    /// TCP_USER_TIMEOUT of HAProxy's clients' side, milliseconds, where `bindOptions` sets it.
    public var userTimeoutMilliseconds: Int? {
        guard let index = bindOptions.firstIndex(of: "tcp-ut"), index + 1 < bindOptions.count else {
            return nil
        }
        let word = bindOptions[index + 1]
        if word.hasSuffix("ms") { return Int(word.dropLast(2)) }
        if word.hasSuffix("s") { return Int(word.dropLast()).map { $0 * 1000 } }
        return Int(word)
    }
}

/// What happens in a cell: steps, at moments counted from its first.
public struct FailoverEvent: Codable, Sendable, Hashable {
    /// A short name.
    public var id: String
    /// What it is, in a few words.
    public var title: String
    /// Whether the first consumer lives on, so that whoever gives it up errs.
    public var consumerLives: Bool
    /// The steps, in order.
    public var steps: [Step]
    /// How long to go on watching after the first step, milliseconds.
    public var watchMilliseconds: Int
    /// Sysctls of the clients that shorten what would take too long to watch.
    public var clientSysctls: [String: String] = [:]

    /// One step.
    public struct Step: Codable, Sendable, Hashable {
        /// When, milliseconds after the event began.
        public var atMilliseconds: Int
        /// What.
        public var action: Action

        /// A step.
        public init(_ atMilliseconds: Int, _ action: Action) {
            self.atMilliseconds = atMilliseconds
            self.action = action
        }
    }

    /// What the laboratory can do to a cell.
    public enum Action: Codable, Sendable, Hashable, CustomStringConvertible {
        /// The address leaves one controller and comes to another, who tells the neighbours so,
        /// or does not.
        case moveAddress(from: FailoverNode, to: FailoverNode, announced: Bool)
        /// The address comes to a controller whom nobody gave way to.
        case takeAddress(by: FailoverNode)
        /// Nothing that a node sends arrives, and nothing reaches it, though its link stays up.
        case isolate(FailoverNode)
        /// The node is back.
        case rejoin(FailoverNode)
        /// A node's firewall drops the resets that it would send.
        case dropResets(FailoverNode)
        /// The first consumer stops reading, and reads on after so many milliseconds.
        case pauseReading(milliseconds: Int)

        /// The step in a few words.
        public var description: String {
            switch self {
            case .moveAddress(let from, let to, let announced):
                "the address moves from \(from.rawValue) to \(to.rawValue)"
                    + (announced ? "" : ", unannounced")
            case .takeAddress(let node): "\(node.rawValue) takes the address"
            case .isolate(let node): "\(node.rawValue) is cut off"
            case .rejoin(let node): "\(node.rawValue) is back"
            case .dropResets(let node): "\(node.rawValue)'s firewall drops resets"
            case .pauseReading(let milliseconds):
                "the consumer stops reading for \(milliseconds) ms"
            }
        }

        /// Whether it takes a packet filter: keepalived announces what it takes, come what may.
        func needsFirewall(_ mover: FailoverCell.Mover) -> Bool {
            switch self {
            case .dropResets: true
            case .moveAddress(_, _, let announced): mover == .keepalived && !announced
            case .takeAddress, .isolate, .rejoin, .pauseReading: false
            }
        }
    }

    /// How many controllers it needs.
    public var controllerCount: Int {
        let third = steps.contains {
            if case .moveAddress(_, .c3, _) = $0.action { true } else { false }
        }
        return third ? 3 : 2
    }

    /// An event.
    public init(
        id: String, title: String, consumerLives: Bool = false, steps: [Step],
        watchMilliseconds: Int, clientSysctls: [String: String] = [:]
    ) {
        self.clientSysctls = clientSysctls
        self.id = id
        self.title = title
        self.consumerLives = consumerLives
        self.steps = steps
        self.watchMilliseconds = watchMilliseconds
    }
}

/// A node of a cell.
public enum FailoverNode: String, Codable, Sendable, Hashable, CaseIterable {
    /// The controller that has the address first.
    case c1
    /// The controller that gets it.
    case c2
    /// A further controller, where there are three.
    case c3
    /// Where the messages are kept.
    case broker
    /// Where consumers and producer are.
    case clients

    /// Those that may have the address, in the order of their priorities.
    public static let controllers: [FailoverNode] = [.c1, .c2, .c3]
}

/// What the clients of a cell do.
public struct FailoverTraffic: Codable, Sendable, Hashable {
    /// A message of each producer every so many milliseconds.
    public var publishMilliseconds = 400
    /// How long a message is, bytes.
    public var messageBytes = 64
    /// The working consumer says something every so many milliseconds.
    public var pingMilliseconds = 1000
    /// How long everything runs before the event.
    public var warmUpMilliseconds = 2500
    /// The caller asks the server something every so many milliseconds; nil: there is neither.
    public var callMilliseconds: Int? = 500
    /// How long the caller waits for an answer.
    public var callTimeoutMilliseconds: Int? = 2000

    /// The number of the first call; those of messages are smaller.
    public static let firstCall = 2_000_001

    /// The usual traffic.
    public init() {}
}
