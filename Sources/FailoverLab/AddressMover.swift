internal import Evidence
internal import Glibc
internal import LinuxNet
internal import Synchronization

/// Who moves the virtual address of a cell.
protocol AddressMover: Sendable {
    /// Files that it used.
    var configurations: [String: String] { get }
    /// Gives the address to the first controller, or begins to.
    func begin() throws
    /// Returns when the first controller has the address.
    func awaitReady(until deadline: Int64) throws
    /// The address goes in order.
    func move(from: FailoverNode, to: FailoverNode, announced: Bool) throws
    /// A controller takes the address, since the other is silent.
    func take(_ node: FailoverNode) throws
    /// Looks who has it.
    func look()
    /// All is over.
    func end()
}

/// The laboratory moves the address itself, at known moments.
struct LabMover: AddressMover {
    let context: CellContext

    init(_ context: CellContext) { self.context = context }

    var configurations: [String: String] { [:] }

    func begin() throws { try add(.c1, announced: false) }

    func awaitReady(until deadline: Int64) throws {}

    func move(from: FailoverNode, to: FailoverNode, announced: Bool) throws {
        let network = context.network
        try network.remove(network.service, from: from)
        context.journal.note(from.rawValue, .addressRemoved, "\(network.service)")
        if context.cell.protection.killsSocketsOnDemotion {
            try DeadSockets.end(of: from, context)
        }
        try add(to, announced: announced)
    }

    func take(_ node: FailoverNode) throws { try add(node, announced: true) }

    private func add(_ node: FailoverNode, announced: Bool) throws {
        let network = context.network
        try network.add(network.service, to: node)
        context.journal.note(
            node.rawValue, .addressAdded,
            "\(network.service)" + (announced ? "" : ", not announced"))
        guard announced else { return }
        try network.announce(network.service, by: node)
        context.journal.note(node.rawValue, .announced, "\(network.service)")
    }

    func look() {}

    func end() {}
}

/// Ends the connections of an address that a node has lost.
enum DeadSockets {
    static func end(of node: FailoverNode, _ context: CellContext) throws {
        guard let ss = LabProgram.find("ss") else { throw LabError("no ss") }
        let result = try LabProgram.run(
            [ss, "-K", "-t", "-n", "-H", "src", "\(context.network.service)"],
            in: try context.network.space(of: node))
        let killed = result.output.filter { $0.contains("ESTAB") }.count
        context.journal.note(node.rawValue, .said, "ss -K ended \(killed) connections")
    }
}
