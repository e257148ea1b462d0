internal import Evidence
internal import LinuxNet
internal import SystemPackage

/// The namespaces of one trial, the link between them, and the witnesses' open files.
///
/// Nothing is undone: the namespaces vanish with the process. A kernel that takes one down holds
/// locks that other trials' setting up and address changes wait for.
final class TrialTestbed: Sendable {
    let addressing: Addressing
    let spaces: [Actor: NetworkNamespace]
    let configurators: [Actor: NetworkConfigurator]
    /// On whose interfaces there is something to capture, the subject's first.
    let captured: [Actor]
    /// The subject's counters.
    let counters: CounterReader
    /// The subject's table of connections, where the script asks for it.
    let sockets: SocketDiagnosis?
    /// Sysctls of the subject as read back.
    let sysctls: [String: String]

    /// The namespace of an actor; on loopback both have the same.
    func namespace(of actor: Actor) -> NetworkNamespace? { spaces[actor] ?? spaces[.subject] }

    /// Makes the testbed of a script.
    init(_ script: Script) throws {
        addressing = Addressing(family: script.family, link: script.link)
        let subject = try Setup(script, .subject)
        var setups = [subject]
        switch script.link {
        case .veth:
            let peer = try Setup(script, .peer)
            try subject.joined(to: peer)
            setups.append(peer)
        case .loopback:
            try subject.onLoopback()
        }
        captured = setups.map(\.actor)
        let wantsTimer = script.contains { action in
            if case .awaitVanishing = action { return true }
            return action == .inspectTimer || action == .close
        }
        (counters, sockets, sysctls) = try subject.space.run {
            var settings: [String: String] = [:]
            for key in Settings.reported { settings[key] = try Sysctl.read(key) }
            return (try CounterReader(), wantsTimer ? try SocketDiagnosis() : nil, settings)
        }
        spaces = Dictionary(uniqueKeysWithValues: setups.map { ($0.actor, $0.space) })
        // Two descriptors and a port of libnl each: kept only where the script changes addresses.
        let changesAddresses = script.contains(\.changesTheNetwork)
        configurators =
            changesAddresses
            ? Dictionary(uniqueKeysWithValues: setups.map { ($0.actor, $0.configurator) }) : [:]
    }

    /// Removes or restores the address at which an actor's connection ends.
    func setAddress(of actor: Actor, present: Bool) throws(LinuxError) {
        guard let configurator = configurators[actor] ?? configurators[.subject] else {
            throw LinuxError(operation: "change addresses", errno: .badFileDescriptor)
        }
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

/// One namespace in the making.
private struct Setup: Sendable {
    let actor: Actor
    let space: NetworkNamespace
    let configurator: NetworkConfigurator
    let addressing: Addressing
    let interface: String

    /// A namespace with its sysctls set, and nothing else yet.
    init(_ script: Script, _ actor: Actor) throws {
        self.actor = actor
        let addressing = Addressing(family: script.family, link: script.link)
        self.addressing = addressing
        interface = addressing.interface(of: actor)
        space = try NetworkNamespace()
        let own = actor == .subject ? script.sysctls : [:]
        configurator = try space.run {
            for (key, value) in Settings.always { Self.setIfPresent(key, value) }
            if addressing.family == .ipv4 {
                for (key, value) in Settings.withoutIPv6 { Self.setIfPresent(key, value) }
            }
            for (key, value) in own.sorted(by: { $0.key < $1.key }) {
                try Sysctl.write(key, value)
            }
            return try NetworkConfigurator()
        }
    }

    /// What an old kernel lacks in a namespace it does not need there; what matters of it shows in
    /// the sysctls read back and in the capture.
    private static func setIfPresent(_ key: String, _ value: String) {
        try? Sysctl.write(key, value)
    }

    /// Joins the subject's namespace and the peer's by a veth pair.
    func joined(to peer: Setup) throws {
        try configurator.addVethPair(
            LinkEnd(name: interface, hardwareAddress: Addressing.subjectHardware),
            peer: LinkEnd(name: peer.interface, hardwareAddress: Addressing.peerHardware),
            in: peer.space)
        for end in [self, peer] {
            try end.configurator.turnOffloadsOff(end.interface)
            try end.configurator.setUp(end.interface)
        }
        let deadline = MonotonicClock.nowNanoseconds() + 5_000_000_000
        for end in [self, peer] {
            try end.space.run {
                try end.configurator.awaitOperational(end.interface, until: deadline)
            }
        }
        try addAddresses([addressing.base, addressing.virtual])
        try peer.addAddresses([addressing.peer])
        try configurator.addPermanentNeighbour(
            addressing.peer, Addressing.peerHardware, on: interface)
        for address in [addressing.base, addressing.virtual] {
            try peer.configurator.addPermanentNeighbour(
                address, Addressing.subjectHardware, on: peer.interface)
        }
        try peer.answerAtOnce(.onLink(interface: peer.interface))
    }

    /// Gives the namespace's loopback interface all addresses, and the MTU of an Ethernet.
    func onLoopback() throws {
        try configurator.turnOffloadsOff(interface)
        try configurator.setMTU(interface, bytes: 1500)
        try configurator.setUp(interface)
        try addAddresses([addressing.base, addressing.virtual, addressing.peer])
        // IPv6 keeps the route that came with the address beside any other.
        if addressing.virtual.family == .ipv4 { try answerAtOnce(.local(interface: interface)) }
    }

    /// Has the peer acknowledge at once what it gets: a delayed acknowledgement would lengthen the
    /// subject's round-trip time, and with it the RTO, by what is nobody's business.
    private func answerAtOnce(_ kind: Route.Kind) throws {
        let length = addressing.virtual.family == .ipv4 ? 32 : 128
        let isLocal = kind == .local(interface: interface)
        try configurator.addRoute(
            Route(
                to: addressing.virtual, prefixLength: length, kind,
                preferredSource: isLocal ? addressing.virtual : nil,
                metrics: [.quickAcknowledgement: 1]),
            replacing: isLocal)
    }

    private func addAddresses(_ addresses: [InternetAddress]) throws {
        for address in addresses {
            try configurator.addAddress(
                address, prefixLength: addressing.prefixLength, to: interface)
        }
    }
}
