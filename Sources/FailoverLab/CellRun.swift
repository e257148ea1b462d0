internal import Evidence
internal import Glibc
internal import KernelTimers
internal import LinuxNet
internal import Synchronization

/// Who keeps the messages of a cell, and its clients.
protocol CellBackend: Sendable {
    /// Where the proxies find the broker.
    var port: UInt16 { get }
    /// Starts the broker, unless it runs already.
    func startBroker() throws
    /// Starts the clients, and returns when consumers and producer are connected.
    func startClients() throws
    /// The first consumer reads nothing for so long.
    func pauseReading(milliseconds: Int)
    /// Ends the clients and what belongs to the cell alone.
    func stop()
}

/// One cell: its network, its programs, its clients, and what happens to them.
final class CellRun: Sendable {
    static let servicePort: UInt16 = 5672

    let index: Int
    let cell: FailoverCell
    let network: LabNetwork
    let journal = Journal()
    private let backend: any CellBackend
    private let mover: any AddressMover
    private let recorders: [LabCaptures.Recorder]
    private let watches: [SocketWatch]
    private let proxies = Mutex<[LabProgram]>([])
    private let configurations = Mutex<[String: String]>([:])
    private let zeroRealtime = Mutex<Int64>(0)
    private let failure = Mutex<String?>(nil)
    private let folder: String

    init(
        index: Int, cell: FailoverCell, captures: LabCaptures, brokers: SharedBrokers
    ) throws {
        self.index = index
        self.cell = cell
        folder = "/run/lab-\(index)"
        try LabFiles.makeFolder("/run")
        try LabFiles.makeFolder(folder)
        let broker = try brokers.broker(for: cell)
        let network = try LabNetwork(
            cell: index, nodes: cell.nodes, protection: cell.protection, broker: broker?.space)
        let settings = cell.event.clientSysctls.sorted { $0.key < $1.key }
        try network.space(of: .clients).run {
            for (key, value) in settings { try Sysctl.write(key, value) }
        }
        self.network = network
        recorders = try ([.clients] + cell.controllers + [.broker]).map { node in
            try captures.add(
                node, try network.interface(of: node), in: try network.space(of: node),
                bufferBytes: cell.traffic.messageBytes > 4096 ? 4 << 20 : 256 << 10)
        }
        let journal = journal
        watches = try (cell.controllers + [.broker]).map { node in
            let shared = node == .broker ? broker?.sockets : nil
            return SocketWatch(
                node.rawValue, try shared ?? SocketTable(in: try network.space(of: node)),
                prefix: "10.77.\(index).", journal: journal)
        }
        let context = CellContext(
            index: index, cell: cell, network: network, journal: journal, folder: folder)
        backend =
            if let broker {
                RabbitBackend(context, broker)
            } else {
                try SimpleBackend(context)
            }
        mover =
            switch cell.mover {
            case .lab: LabMover(context)
            case .keepalived: KeepalivedMover(context)
            }
    }

    // MARK: - Setting up

    /// Starts the programs.
    func start() throws {
        try mover.begin()
        try backend.startBroker()
        let broker = "\(network.address(of: .broker)):\(backend.port)"
        let file = HAProxyConfiguration(
            service: "\(network.service):\(Self.servicePort)", broker: broker,
            protection: cell.protection)
        configurations.withLock { $0["haproxy.cfg"] = file.text }
        let path = "\(folder)/haproxy.cfg"
        try LabFiles.write(file.text, to: path)
        guard let haproxy = LabProgram.find("haproxy") else { throw LabError("no haproxy") }
        for node in cell.controllers {
            let who = "\(node.rawValue).haproxy"
            let program = try LabProgram(
                [haproxy, "-db", "-f", path], in: try network.space(of: node)
            ) { [journal] line in
                journal.note(who, line.hasPrefix("end ") ? .proxyEnded : .said, line)
            }
            proxies.withLock { $0.append(program) }
        }
    }

    /// Returns when everything runs: proxies listen, consumers are known, messages flow.
    func awaitReady(until deadline: Int64) throws {
        for (watch, proxy) in zip(watches, proxies.withLock { $0 }) {
            while !(try watch.listens(at: Self.servicePort)) {
                let last = journal.entries.last { $0.what == .said }?.detail ?? "it said nothing"
                if try proxy.awaitEnd(until: moment(inMilliseconds: 20)) {
                    throw LabError("haproxy ended: \(last)")
                }
                guard MonotonicClock.nowNanoseconds() < deadline else {
                    throw LabError("haproxy does not listen: \(last)")
                }
            }
        }
        try mover.awaitReady(until: deadline)
        try backend.startClients()
    }

    // MARK: - The event

    /// Does what the event asks for, and watches, until all is over or `stop` is signalled.
    /// `report` hears once a minute how far it is, since a guest that says nothing counts as lost.
    func perform(
        from start: Int64, stop: EventDescriptor, report: (String) -> Void
    ) throws {
        let clocks = ClockPair.now()
        zeroRealtime.withLock { $0 = start + clocks.offsetNanoseconds }
        journal.setZero(start)
        for step in cell.event.steps {
            let due = start + Int64(step.atMilliseconds) * 1_000_000
            guard try wait(until: due, stop) else { return }
            // Noted before it is done: what follows from it comes after it.
            journal.note("lab", .step, step.action.description)
            try perform(step.action)
            journal.note("lab", .stepped, step.action.description)
        }
        let end = start + Int64(cell.event.watchMilliseconds) * 1_000_000
        while true {
            let now = MonotonicClock.nowNanoseconds()
            guard now < end, try wait(until: min(end, now + 60_000_000_000), stop) else { return }
            report("watched for \((MonotonicClock.nowNanoseconds() - start) / 1_000_000_000) s")
        }
    }

    private func wait(until moment: Int64, _ stop: EventDescriptor) throws -> Bool {
        try Poll.wait(for: .input, on: stop.descriptor, until: moment).isEmpty
    }

    private func perform(_ action: FailoverEvent.Action) throws {
        switch action {
        case .moveAddress(let from, let to, let announced):
            try mover.move(from: from, to: to, announced: announced)
        case .takeAddress(let node): try mover.take(node)
        case .isolate(let node): try network.isolate(node)
        case .rejoin(let node): try network.rejoin(node)
        case .dropResets(let node): try dropResets(node)
        case .pauseReading(let milliseconds): backend.pauseReading(milliseconds: milliseconds)
        }
    }

    private func dropResets(_ node: FailoverNode) throws {
        let text = LabFirewall.droppingResets
        configurations.withLock { $0["firewall.nft"] = text }
        try LabFirewall.load(text, at: node, network, "\(folder)/firewall.nft")
    }

    /// Looks at the sockets of controllers and broker.
    func lookAtSockets(since round: Int64) { for watch in watches { watch.look(since: round) } }

    /// Looks who has the address.
    func lookAtAddresses() { mover.look() }

    /// The cell is no evidence.
    func fail(_ error: any Error) {
        failure.withLock { if $0 == nil { $0 = "\(error)" } }
    }

    // MARK: - The end

    /// Ends the cell, and tells what was witnessed.
    func finish(_ blank: FailoverObservation) -> FailoverObservation {
        var observation = blank
        observation.entries = journal.entries
        observation.end = observation.entries.last?.at ?? .zero
        observation.service = "\(network.service):\(Self.servicePort)"
        observation.clientAddress = "\(network.address(of: .clients))"
        observation.configurations = configurations.withLock { $0 }
        observation.configurations.merge(mover.configurations) { $1 }
        observation.zeroRealtimeNanoseconds = zeroRealtime.withLock { $0 }
        observation.failure = failure.withLock { $0 }
        observation.captures = recorders.map { $0.finish() }
        backend.stop()
        for proxy in proxies.withLock({ $0 }) { proxy.signal(SIGKILL) }
        mover.end()
        return observation
    }
}

/// What the parts of a cell have in common.
struct CellContext: Sendable {
    var index: Int
    var cell: FailoverCell
    var network: LabNetwork
    var journal: Journal
    var folder: String

    var service: SocketAddress { SocketAddress(network.service, port: CellRun.servicePort) }

    /// Waits until all consumers are known, the first message has come, and the first answer.
    func awaitTraffic(milliseconds: Int) throws {
        let calls = cell.traffic.callMilliseconds != nil
        try awaitEntries("the first message", milliseconds: milliseconds) { entries in
            entries.count { $0.what == .subscribed } >= (calls ? 3 : 2)
                && entries.contains { $0.what == .received }
                && (!calls || entries.contains { $0.what == .answered })
        }
    }

    /// Waits until the journal has entries that satisfy a condition.
    func awaitEntries(
        _ what: String, milliseconds: Int, _ condition: ([FailoverEntry]) -> Bool
    ) throws {
        let deadline = moment(inMilliseconds: milliseconds)
        let never = try EventDescriptor()
        while !condition(journal.entries) {
            guard MonotonicClock.nowNanoseconds() < deadline else {
                let last = journal.entries.last.map { "\($0.who) \($0.what) \($0.detail)" }
                throw LabError("\(what) did not happen; last: \(last ?? "nothing")")
            }
            _ = try Poll.wait(
                for: .input, on: never.descriptor, until: moment(inMilliseconds: 20))
        }
    }
}

/// The simple broker and its clients.
final class SimpleBackend: CellBackend {
    let port: UInt16 = 5673
    private let context: CellContext
    private let broker = Mutex<SimpleBroker?>(nil)
    private let clients = Mutex<[SimpleClient]>([])

    init(_ context: CellContext) throws { self.context = context }

    func startBroker() throws {
        let address = SocketAddress(context.network.address(of: .broker), port: port)
        let made = try SimpleBroker(
            at: address, in: try context.network.space(of: .broker),
            protection: context.cell.protection, journal: context.journal)
        broker.withLock { $0 = made }
    }

    func startClients() throws {
        let inside = SocketAddress(context.network.address(of: .broker), port: port)
        let calls = context.cell.traffic.callMilliseconds != nil
        for role in SimpleClient.Role.allCases {
            if !calls, role == .server || role == .caller { continue }
            let isInside = role == .inner
            let client = try SimpleClient(
                role, of: isInside ? inside : context.service,
                in: try context.network.space(of: isInside ? .broker : .clients),
                cell: context.cell, journal: context.journal)
            clients.withLock { $0.append(client) }
        }
        try context.awaitTraffic(milliseconds: 10_000)
    }

    func pauseReading(milliseconds: Int) {
        clients.withLock { $0.first }?.pause(milliseconds: milliseconds)
    }

    func stop() {
        for client in clients.withLock({ $0 }) { client.stop() }
        broker.withLock { $0 }?.stop()
    }
}
