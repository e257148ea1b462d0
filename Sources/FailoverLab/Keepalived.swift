internal import Evidence
internal import Glibc
internal import LinuxNet
internal import Synchronization

/// keepalived's configuration on a controller.
public struct KeepalivedConfiguration: Sendable {
    /// The interface on which it speaks VRRP and keeps the address.
    public var interface: String
    /// The address that moves.
    public var address: String
    /// 1 … 254; the highest has the address.
    public var priority: Int
    /// What is run when the address is lost, if anything.
    public var demotionScript: String?

    /// A configuration.
    public init(interface: String, address: String, priority: Int, demotionScript: String?) {
        self.interface = interface
        self.address = address
        self.priority = priority
        self.demotionScript = demotionScript
    }

    /// The file.
    public var text: String {
        let scripts =
            demotionScript.map {
                """
                    notify_backup "\($0)"
                    notify_fault "\($0)"
                    notify_stop "\($0)"

                """
            } ?? ""
        return """
            global_defs {
                script_user root
                enable_script_security
                vrrp_version 2
            }
            vrrp_instance lab {
                state BACKUP
                interface \(interface)
                virtual_router_id 77
                priority \(priority)
                advert_int 1
                virtual_ipaddress {
                    \(address)/32 dev \(interface)
                }
            \(scripts)}

            """
    }
}

/// keepalived moves the address, as in production.
///
/// What is in order is done by ending the one who has the address: it says so by an advertisement
/// of priority 0, and the other takes over at once. What is not in order it finds out by itself,
/// after three advertisements that did not come.
final class KeepalivedMover: AddressMover {
    private let context: CellContext
    private let programs = Mutex<[FailoverNode: LabProgram]>([:])
    private let files = Mutex<[String: String]>([:])
    private let owners = Mutex<Set<FailoverNode>>([])
    private let looked = Mutex<[FailoverNode: Int64]>([:])
    private let configurators = Mutex<[FailoverNode: NetworkConfigurator]>([:])

    init(_ context: CellContext) { self.context = context }

    var configurations: [String: String] { files.withLock { $0 } }

    func begin() throws {
        for node in context.cell.controllers {
            let configurator = try context.network.space(of: node).run {
                try NetworkConfigurator()
            }
            configurators.withLock { $0[node] = configurator }
            try start(node)
        }
    }

    /// The first controller has the address while it lives, then the second.
    static func priority(of node: FailoverNode) -> Int {
        150 - 50 * (FailoverNode.controllers.firstIndex(of: node) ?? 0)
    }

    private func start(_ node: FailoverNode) throws {
        guard let keepalived = LabProgram.find("keepalived") else {
            throw LabError("no keepalived")
        }
        let name = node.rawValue
        let kills = context.cell.protection.killsSocketsOnDemotion
        let file = KeepalivedConfiguration(
            interface: try context.network.interface(of: node),
            address: "\(context.network.service)", priority: Self.priority(of: node),
            demotionScript: kills
                ? LabProgram.find("ss").map { "\($0) -K -t -n src \(context.network.service)" }
                : nil)
        let path = "\(context.folder)/keepalived-\(name).conf"
        files.withLock { $0["keepalived-\(name).conf"] = file.text }
        try LabFiles.write(file.text, to: path)
        let program = try LabProgram(
            [
                keepalived, "--dont-fork", "--log-console", "--use-file", path, "--vrrp",
                "--pid", "\(context.folder)/keepalived-\(name).pid",
                "--vrrp_pid", "\(context.folder)/vrrp-\(name).pid",
            ], in: try context.network.space(of: node)
        ) { [journal = context.journal] line in
            journal.note("\(name).keepalived", .said, line)
        }
        programs.withLock { $0[node] = program }
    }

    func awaitReady(until deadline: Int64) throws {
        let never = try EventDescriptor()
        while true {
            look()
            if owners.withLock({ $0 }) == [.c1] { return }
            guard MonotonicClock.nowNanoseconds() < deadline else {
                let last = context.journal.entries.last { $0.who.hasSuffix("keepalived") }
                throw LabError(
                    "keepalived: c1 has no address: \(last?.detail ?? "it said nothing")")
            }
            _ = try Poll.wait(
                for: .input, on: never.descriptor, until: moment(inMilliseconds: 50))
        }
    }

    func move(from: FailoverNode, to: FailoverNode, announced: Bool) throws {
        if !announced {
            let text = LabFirewall.keepingSilent(
                of: "\(context.network.service)", at: try context.network.interface(of: to))
            files.withLock { $0["silence-\(to.rawValue).nft"] = text }
            try LabFirewall.load(
                text, at: to, context.network, "\(context.folder)/silence-\(to.rawValue).nft")
        }
        let (old, new) = programs.withLock { ($0[from], $0[to]) }
        // Who was ended before is started again; its priority decides whether it takes the address.
        if new?.end != nil || new == nil { try start(to) }
        if to == .c1 { return }
        old?.signal(SIGTERM)
    }

    func take(_ node: FailoverNode) throws {}

    func look() {
        for node in context.cell.controllers {
            let began = MonotonicClock.nowNanoseconds()
            let addresses = configurators.withLock { $0[node] }.flatMap { try? $0.addresses() }
            guard let addresses else { continue }
            let has = addresses.contains { $0.address == context.network.service }
            let before = looked.withLock { $0.updateValue(began, forKey: node) }
            let had = owners.withLock { owners in
                defer { if has { owners.insert(node) } else { owners.remove(node) } }
                return owners.contains(node)
            }
            guard has != had else { continue }
            context.journal.note(
                node.rawValue, has ? .addressAdded : .addressRemoved,
                "\(context.network.service)", notBefore: before)
        }
    }

    func end() {
        for program in programs.withLock({ $0 }).values { program.signal(SIGTERM) }
    }
}
