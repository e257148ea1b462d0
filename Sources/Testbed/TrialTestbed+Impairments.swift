internal import Evidence
internal import LinuxNet
internal import SystemPackage

/// What goes wrong with a path, done to the subject's namespace by netlink.
extension TrialTestbed {
    /// Brings an impairment about, or takes it away again.
    func set(_ impairment: Impairment, present: Bool) throws {
        switch impairment {
        case .routeDeleted:
            let route = Route(
                to: addressing.network, prefixLength: addressing.prefixLength,
                .onLink(interface: subjectInterface))
            try change(route, present: !present)
        case .routeProhibited: try change(peerRoute(.prohibit), present: present)
        case .routeUnreachable: try change(peerRoute(.unreachable), present: present)
        case .routeBlackholed: try change(peerRoute(.blackhole), present: present)
        case .linkDown: try setLink(of: .subject, isUp: !present)
        case .carrierLost: try setCarrier(present: !present)
        case .neighbourGone: try setNeighbour(present: !present)
        case .outputDropped:
            let family = addressing.socketFamily
            try namespace(of: .subject)?.run {
                try Netfilter.setOutput(dropped: present, family)
            }
        case .queueFull:
            try configurator(of: .subject).setFullQueue(subjectInterface, present: present)
        }
    }

    /// A route to the peer alone, with a least RTO of its own.
    func limitRTO(milliseconds: Int) throws(LinuxError) {
        try configurator(of: .subject).addRoute(
            Route(
                to: addressing.peer, prefixLength: addressing.family == .ipv4 ? 32 : 128,
                .onLink(interface: subjectInterface),
                metrics: [.minimumRTOMilliseconds: UInt32(clamping: milliseconds)]))
    }

    /// Takes both of the subject's addresses away and gives them back, the connection's first: of a
    /// network the first is the primary one.
    func makeAddressPrimary() throws(LinuxError) {
        let configurator = try configurator(of: .subject)
        for address in [addressing.virtual, addressing.base] {
            try configurator.removeAddress(
                address, prefixLength: addressing.prefixLength, from: subjectInterface)
        }
        for address in [addressing.virtual, addressing.base] {
            try configurator.addAddress(
                address, prefixLength: addressing.prefixLength, to: subjectInterface)
        }
    }

    private var subjectInterface: String { addressing.interface(of: .subject) }

    func configurator(of actor: Actor) throws(LinuxError) -> NetworkConfigurator {
        guard let found = configurators[actor] ?? configurators[.subject] else {
            throw LinuxError(operation: "change the network", errno: .badFileDescriptor)
        }
        return found
    }

    private func peerRoute(_ kind: Route.Kind) -> Route {
        Route(
            to: addressing.peer, prefixLength: addressing.family == .ipv4 ? 32 : 128, kind)
    }

    private func change(_ route: Route, present: Bool) throws(LinuxError) {
        let configurator = try configurator(of: .subject)
        if present {
            try configurator.addRoute(route)
        } else {
            try configurator.deleteRoute(route)
        }
    }

    private func setLink(of actor: Actor, isUp: Bool) throws(LinuxError) {
        let configurator = try configurator(of: actor)
        let interface = addressing.interface(of: actor)
        if isUp {
            try configurator.setUp(interface)
        } else {
            try configurator.setDown(interface)
        }
    }

    /// Takes the peer's link down or up, and waits until the subject's kernel has noticed: before,
    /// it still hands packets to the device.
    private func setCarrier(present: Bool) throws {
        try setLink(of: .peer, isUp: present)
        let deadline = MonotonicClock.nowNanoseconds() + 5_000_000_000
        let configurator = try configurator(of: .subject)
        try namespace(of: .subject)?.run { [subjectInterface] in
            if present {
                try configurator.awaitOperational(subjectInterface, until: deadline)
            } else {
                try configurator.awaitNotOperational(subjectInterface, until: deadline)
            }
        }
    }

    /// Forgets the peer's link-layer address. The peer is told not to answer for it; only IPv4's
    /// ARP can be told so.
    private func setNeighbour(present: Bool) throws {
        let configurator = try configurator(of: .subject)
        try namespace(of: .peer)?.run {
            try Sysctl.write("net.ipv4.conf.all.arp_ignore", present ? "0" : "8")
        }
        if present {
            try configurator.addPermanentNeighbour(
                addressing.peer, Addressing.peerHardware, on: subjectInterface)
        } else {
            try configurator.removeNeighbour(addressing.peer, from: subjectInterface)
        }
    }
}

extension Action {
    /// Whether it changes addresses, routes, links or what else is configured by netlink.
    var changesTheNetwork: Bool {
        switch self {
        case .removeAddress, .restoreAddress, .makeAddressPrimary, .limitRTO, .impair, .mend: true
        default: false
        }
    }
}

extension Action {
    /// Whether the scripted peer does it.
    var isByHand: Bool {
        switch self {
        case .respond, .inject: true
        default: false
        }
    }
}

extension Addressing {
    /// The network of all addresses.
    var network: InternetAddress {
        switch family {
        case .ipv4: .v4(0x0a09_0000)
        case .ipv6: .v6(0xfd00_0009_0000_0000, 0)
        }
    }
}
