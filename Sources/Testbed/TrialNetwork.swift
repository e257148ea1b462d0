internal import Evidence
internal import LinuxNet
internal import Synchronization

/// The namespaces of one trial, and the link between them: what depends on nothing of a script but
/// its address family and link, so that it can be made before the script is known.
final class TrialNetwork: Sendable {
    let addressing: Addressing
    /// On whose interfaces there is something to capture, the subject's first.
    let captured: [Actor]
    private let spaces: [Actor: NetworkNamespace]
    private let configurators: Mutex<[Actor: NetworkConfigurator]>
    /// Captures that were opened beforehand.
    private let captures = Mutex<[Actor: PacketCapture]>([:])

    /// Makes one.
    /// - Parameter settings: sysctls of the subject that count from when an interface is made.
    init(
        family: Evidence.AddressFamily, link: Evidence.Link, settings: [String: String] = [:]
    ) throws {
        addressing = Addressing(family: family, link: link)
        let subject = try NetworkEnd(.subject, addressing, settings)
        var ends = [subject]
        switch link {
        case .veth:
            let peer = try NetworkEnd(.peer, addressing)
            try subject.joined(to: peer)
            ends.append(peer)
        case .loopback:
            try subject.onLoopback()
        }
        captured = ends.map(\.actor)
        spaces = Dictionary(uniqueKeysWithValues: ends.map { ($0.actor, $0.space) })
        configurators = Mutex(
            Dictionary(uniqueKeysWithValues: ends.map { ($0.actor, $0.configurator) }))
    }

    /// The namespace of an actor; on loopback both have the same.
    func namespace(of actor: Actor) -> NetworkNamespace? { spaces[actor] ?? spaces[.subject] }

    /// Hands over those who change its addresses, routes and links.
    func takeConfigurators() -> [Actor: NetworkConfigurator] {
        configurators.withLock { configurators in
            defer { configurators = [:] }
            return configurators
        }
    }

    /// Opens an actor's capture; on a thread of its namespace.
    func openCapture(of actor: Actor) throws(CaptureError) {
        let capture = try PacketCapture(interface: addressing.interface(of: actor))
        captures.withLock { $0[actor] = capture }
    }

    /// Whether an actor's capture is open and nobody has it yet.
    func hasOpenCapture(of actor: Actor) -> Bool { captures.withLock { $0[actor] != nil } }

    /// The capture that was opened, if one was.
    func takeCapture(of actor: Actor) -> PacketCapture? {
        captures.withLock { $0.removeValue(forKey: actor) }
    }
}

/// An actor's namespace, and who configures it.
private struct NetworkEnd: Sendable {
    let actor: Actor
    let space: NetworkNamespace
    let configurator: NetworkConfigurator
    let addressing: Addressing
    let interface: String

    /// A namespace with the sysctls that all have, and nothing else yet.
    init(
        _ actor: Actor, _ addressing: Addressing, _ own: [String: String] = [:]
    ) throws {
        self.actor = actor
        self.addressing = addressing
        interface = addressing.interface(of: actor)
        space = try NetworkNamespace()
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
    func joined(to peer: NetworkEnd) throws {
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
