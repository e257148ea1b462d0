internal import Evidence
internal import LinuxNet
internal import SystemPackage

/// One trial's network, made ready for its script, and the witnesses' open files.
///
/// Nothing is undone: the namespaces vanish with the process. A kernel that takes one down holds
/// locks that other trials' setting up and address changes wait for.
final class TrialTestbed: Sendable {
    private let network: TrialNetwork
    let configurators: [Actor: NetworkConfigurator]
    /// The subject's counters.
    let counters: CounterReader
    /// The subject's table of connections, where the script asks for it.
    let sockets: SocketDiagnosis?
    /// Sysctls of the subject as read back.
    let sysctls: [String: String]

    /// Makes a script's network ready: a new one, or one of the pool.
    init(_ script: Script, _ pool: TestbedPool? = nil) throws {
        // Such a setting is taken over by an interface when it is made.
        let early = script.sysctls.filter { $0.key.contains(".conf.default.") }
        let ready = early.isEmpty ? pool?.take(script.family, script.link) : nil
        let network =
            try ready
            ?? TrialNetwork(family: script.family, link: script.link, settings: early)
        self.network = network
        let wantsTable = script.contains { action in
            if case .awaitVanishing = action { return true }
            return action == .inspectTimer || action == .close
        }
        guard let subject = network.namespace(of: .subject) else {
            throw LinuxError(operation: "find the subject's namespace", errno: .badFileDescriptor)
        }
        (counters, sockets, sysctls) = try subject.run {
            for (key, value) in script.sysctls.sorted(by: { $0.key < $1.key }) {
                try Sysctl.write(key, value)
            }
            let settings = try Sysctl.read(Settings.reported)
            return (try CounterReader(), wantsTable ? try SocketDiagnosis() : nil, settings)
        }
        // Two descriptors and a port of libnl each: kept only where the script changes addresses.
        let configurators = network.takeConfigurators()
        self.configurators = script.contains(\.changesTheNetwork) ? configurators : [:]
    }

    var addressing: Addressing { network.addressing }

    /// On whose interfaces there is something to capture, the subject's first.
    var captured: [Actor] { network.captured }

    /// The namespace of an actor; on loopback both have the same.
    func namespace(of actor: Actor) -> NetworkNamespace? { network.namespace(of: actor) }

    /// Whether an actor's capture is open already.
    func hasOpenCapture(of actor: Actor) -> Bool { network.hasOpenCapture(of: actor) }

    /// An actor's capture, opened now or before; on a thread of its namespace.
    func capture(of actor: Actor) throws(CaptureError) -> PacketCapture {
        if let ready = network.takeCapture(of: actor) { return ready }
        return try PacketCapture(interface: addressing.interface(of: actor))
    }

    /// Removes or restores the address at which an actor's connection ends.
    func setAddress(of actor: Actor, present: Bool) throws(LinuxError) {
        let configurator = try configurator(of: actor)
        let address = addressing.address(of: actor)
        let interface = addressing.interface(of: actor)
        if present {
            do throws(LinuxError) {
                try configurator.addAddress(
                    address, prefixLength: addressing.prefixLength, to: interface)
            } catch let error where error.errno == .fileExists {
                // It was never away: so it is in a control that does not remove it.
            }
        } else {
            try configurator.removeAddress(
                address, prefixLength: addressing.prefixLength, from: interface)
        }
    }

    /// Lets go of the files.
    func close() {
        try? counters.close()
        try? sockets?.close()
    }
}
