internal import Evidence
internal import LinuxNet

/// The local network of a cell: a bridge, and nodes on it, each in a namespace of its own.
///
///     clients .10   c1 .11   c2 .12   (c3 .13)   broker .20     10.77.CELL.0/24, service .100
///        └────────────┴────────┴────────┴───────────┘ bridge
final class LabNetwork: Sendable {
    static let interface = "eth0"
    static let prefixLength = 24

    private let cell: Int
    private let bridge: NetworkNamespace
    private let bridgeConfigurator: NetworkConfigurator
    private let nodes: [FailoverNode: Node]

    private struct Node: Sendable {
        var space: NetworkNamespace
        var configurator: NetworkConfigurator
        var interface: String
        var hardware: HardwareAddress
    }

    /// The address that moves.
    let service: InternetAddress

    /// Makes the network of a cell. `broker` is the namespace of a broker that serves many cells;
    /// without it the cell gets one of its own.
    init(
        cell: Int, nodes list: [FailoverNode], protection: Protection,
        broker shared: NetworkNamespace? = nil
    ) throws {
        self.cell = cell
        service = Self.address(cell, host: 100)
        bridge = try NetworkNamespace()
        bridgeConfigurator = try bridge.run {
            try Self.quieten()
            let configurator = try NetworkConfigurator()
            try configurator.addBridge("br0")
            try configurator.setUp("br0")
            return configurator
        }
        var nodes: [FailoverNode: Node] = [:]
        for (place, node) in list.enumerated() {
            let other = node == .broker ? shared : nil
            let isShared = other != nil
            let space = try other ?? NetworkNamespace()
            let configurator = try space.run {
                if !isShared { try Self.prepare(node, protection) }
                return try NetworkConfigurator()
            }
            nodes[node] = Node(
                space: space, configurator: configurator,
                interface: isShared ? "cell\(cell)" : Self.interface,
                hardware: HardwareAddress(local: UInt16(cell * 16 + place + 1)))
        }
        self.nodes = nodes
        for (place, node) in list.enumerated() {
            try attach(node, place, isShared: node == .broker && shared != nil)
        }
        let deadline = moment(inMilliseconds: 10_000)
        for node in nodes.values {
            try node.space.run {
                try node.configurator.awaitOperational(node.interface, until: deadline)
            }
        }
    }

    private func attach(_ node: FailoverNode, _ place: Int, isShared: Bool) throws {
        guard let entry = nodes[node] else { return }
        let port = Self.port(of: node)
        try entry.configurator.addVethPair(
            LinkEnd(name: entry.interface, hardwareAddress: entry.hardware),
            peer: LinkEnd(
                name: port, hardwareAddress: HardwareAddress(local: UInt16(cell * 16 + place + 9))),
            in: bridge,
            indices: (isShared ? Int32(1000 + cell) : 10, Int32(20 + place)))
        try bridgeConfigurator.setUp(port)
        try bridgeConfigurator.enslave(port, to: "br0")
        try entry.configurator.turnOffloadsOff(entry.interface)
        try entry.configurator.setUp(entry.interface)
        try entry.configurator.addAddress(
            address(of: node), prefixLength: Self.prefixLength, to: entry.interface)
    }

    private static func port(of node: FailoverNode) -> String { "p-\(node.rawValue)" }

    private static func address(_ cell: Int, host: UInt32) -> InternetAddress {
        .v4(10 << 24 | 77 << 16 | UInt32(cell & 0xff) << 8 | host)
    }

    /// A node's own address.
    func address(of node: FailoverNode) -> InternetAddress {
        let host: UInt32 =
            switch node {
            case .clients: 10
            case .c1: 11
            case .c2: 12
            case .c3: 13
            case .broker: 20
            }
        return Self.address(cell, host: host)
    }

    /// A node's namespace.
    func space(of node: FailoverNode) throws -> NetworkNamespace { try entry(node).space }

    /// A node's interface.
    func interface(of node: FailoverNode) throws -> String { try entry(node).interface }

    private func entry(_ node: FailoverNode) throws -> Node {
        guard let entry = nodes[node] else { throw LabError("no node \(node.rawValue)") }
        return entry
    }

    // MARK: - What happens to it

    func add(_ address: InternetAddress, to node: FailoverNode) throws {
        let entry = try entry(node)
        try entry.configurator.addAddress(address, prefixLength: 32, to: entry.interface)
    }

    func remove(_ address: InternetAddress, from node: FailoverNode) throws {
        let entry = try entry(node)
        try entry.configurator.removeAddress(address, prefixLength: 32, from: entry.interface)
    }

    /// Has a node tell its neighbours that the service is at it.
    func announce(_ address: InternetAddress, by node: FailoverNode) throws {
        let entry = try entry(node)
        try entry.space.run {
            try entry.configurator.announce(address, at: entry.hardware, on: entry.interface)
        }
    }

    /// Cuts a node off while its link stays up.
    func isolate(_ node: FailoverNode) throws {
        try bridgeConfigurator.release(Self.port(of: node))
    }

    /// Undoes ``isolate(_:)``.
    func rejoin(_ node: FailoverNode) throws {
        try bridgeConfigurator.enslave(Self.port(of: node), to: "br0")
    }

    // MARK: - Settings

    /// No IPv6, so that captures hold nothing that nobody asked for.
    static func quieten() throws {
        try? Sysctl.write("net.ipv6.conf.all.disable_ipv6", "1")
        try? Sysctl.write("net.ipv6.conf.default.disable_ipv6", "1")
    }

    /// A node's settings: no metrics of earlier connections, Reno as on every kernel, the retries
    /// that the cell asks for, and HAProxy's leave to bind an address that is elsewhere.
    static func prepare(_ node: FailoverNode, _ protection: Protection) throws {
        try quieten()
        try? Sysctl.write("net.ipv4.tcp_no_metrics_save", "1")
        try Sysctl.write("net.ipv4.tcp_congestion_control", "reno")
        try NetworkConfigurator().setUp("lo")
        switch node {
        case .c1, .c2, .c3:
            try Sysctl.write("net.ipv4.ip_nonlocal_bind", "1")
            try Sysctl.write("net.ipv4.tcp_retries2", String(protection.retries2))
        case .broker:
            try Sysctl.write("net.ipv4.tcp_retries2", String(protection.retries2))
        case .clients:
            break
        }
    }
}
