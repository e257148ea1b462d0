internal import Evidence
internal import LinuxNet
internal import Wire

/// The names and addresses of a trial's testbed, the same in every trial: each has namespaces of
/// its own.
struct Addressing: Sendable {
    /// The family of the connection.
    let family: Evidence.AddressFamily
    /// On what it runs.
    let link: Evidence.Link

    /// The address that the subject keeps when its virtual one is removed, so that the route to
    /// the peer stays: what is lost is the source.
    var base: InternetAddress { address(0x01) }

    /// The subject's virtual address, at which all connections of the trial end.
    var virtual: InternetAddress { address(0xfe) }

    /// The peer's address.
    var peer: InternetAddress { address(0x02) }

    /// The length of the network's prefix; on loopback each address stands for itself.
    var prefixLength: Int {
        switch (family, link) {
        case (.ipv4, .veth): 24
        case (.ipv4, .loopback): 32
        case (.ipv6, .veth): 64
        case (.ipv6, .loopback): 128
        }
    }

    /// The family, in the words of the module below.
    var socketFamily: LinuxNet.AddressFamily {
        switch family {
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        }
    }

    /// The port of whoever listens.
    static let listeningPort: UInt16 = 5000

    /// The port of whoever connects.
    static let connectingPort: UInt16 = 40_000

    /// The port from which somebody connects for practice.
    static let rehearsingPort: UInt16 = 40_001

    static let subjectHardware = HardwareAddress(local: 0x0901)
    static let peerHardware = HardwareAddress(local: 0x0902)

    /// The name of an actor's interface.
    func interface(of actor: Actor) -> String {
        switch (link, actor) {
        case (.veth, .subject): "subject0"
        case (.veth, .peer): "peer0"
        case (.loopback, _): "lo"
        }
    }

    /// The address at which an actor's connection ends.
    func address(of actor: Actor) -> InternetAddress {
        switch actor {
        case .subject: virtual
        case .peer: peer
        }
    }

    /// The two ends of the connection, the given actor being the one that connects.
    func flow(connecting: Actor) -> Flow {
        func endpoint(_ actor: Actor) -> Endpoint {
            let end = end(of: actor, connecting: connecting)
            return Endpoint(address: wireAddress(end.address), port: end.port)
        }
        return Flow(subject: endpoint(.subject), peer: endpoint(.peer))
    }

    /// An actor's end of the connection, for sockets.
    func end(of actor: Actor, connecting: Actor) -> SocketAddress {
        SocketAddress(
            address(of: actor),
            port: actor == connecting ? Self.connectingPort : Self.listeningPort)
    }

    /// 10.9.0.N or fd00:9::N.
    private func address(_ number: UInt8) -> InternetAddress {
        switch family {
        case .ipv4: .v4(0x0a09_0000 | UInt32(number))
        case .ipv6: .v6(0xfd00_0009_0000_0000, UInt64(number))
        }
    }

    private func wireAddress(_ address: InternetAddress) -> IPAddress {
        switch address {
        case .v4(let value): .v4(value)
        case .v6(let high, let low): .v6(high: high, low: low)
        }
    }
}

extension Actor {
    /// The one at the other end.
    var other: Actor {
        switch self {
        case .subject: .peer
        case .peer: .subject
        }
    }
}

extension Script {
    /// Who connects: the actor whose lane says so, else the subject.
    var connectingActor: Actor {
        lanes.first { $0.steps.contains { $0.action == .connect || $0.action == .open } }?.actor
            ?? .subject
    }

    /// Whether any step does something that `isWanted` names.
    func contains(_ isWanted: (Action) -> Bool) -> Bool {
        lanes.contains { $0.steps.contains { isWanted($0.action) } }
    }
}
