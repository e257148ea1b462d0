import SystemPackage
import XCTest

@testable import LinuxNet

final class NetworkTests: NamespaceTestCase {
    func testAddressesComeUsableAndGo() throws {
        let pair = try Pair()
        let index = try pair.here.index(of: "subject0")
        func mine() throws -> Set<InternetAddress> {
            let all = try pair.here.addresses().filter { $0.interfaceIndex == index }
            let chosen = all.filter { !$0.address.description.hasPrefix("fe80") }
            XCTAssert(chosen.allSatisfy { !$0.isTentative }, "\(chosen)")
            return Set(chosen.map(\.address))
        }
        XCTAssertEqual(try mine(), [Pair.address(.ipv4, 1), Pair.address(.ipv6, 1)])

        for family in AddressFamily.allCases {
            try pair.here.removeAddress(
                Pair.address(family, 1), prefixLength: Pair.prefix(family), from: "subject0")
        }

        XCTAssertEqual(try mine(), [])
        assertThrows(.addressNotAvailable) {
            try pair.here.removeAddress(
                Pair.address(.ipv4, 1), prefixLength: 24, from: "subject0")
        }
    }

    func testErrorsCarryTheKernelsErrno() throws {
        let pair = try Pair()

        assertThrows(Errno(rawValue: 19)) { try pair.here.setUp("nothing0") }
        assertThrows(.fileExists) {
            try pair.here.addAddress(Pair.address(.ipv4, 1), prefixLength: 24, to: "subject0")
        }
        assertThrows(.fileExists) {
            try pair.here.addVethPair(
                LinkEnd(name: "subject0", hardwareAddress: HardwareAddress(local: 3)),
                peer: LinkEnd(name: "other0", hardwareAddress: HardwareAddress(local: 4)),
                in: pair.peer)
        }
        assertThrows(.noSuchProcess) {
            try pair.here.deleteRoute(Route(to: .v4(0xc633_6400), prefixLength: 24, .unreachable))
        }
        assertThrows(Errno(rawValue: 19)) { try pair.here.turnOffloadsOff("nothing0") }
    }

    func testOffloadsOfAVethAreOff() throws {
        let pair = try Pair()

        XCTAssertEqual(try pair.here.offloads("subject0"), [])
        XCTAssertEqual(try pair.there.offloads("peer0"), [])
        let loopback = try pair.here.turnOffloadsOff("lo")
        XCTAssert(loopback.isSubset(of: [.transmitChecksum, .receiveChecksum]), "\(loopback)")
    }

    func testRoutesDecideWhatConnectSays() throws {
        let pair = try Pair()
        let target = InternetAddress.v4(0xc633_6401)
        let network = InternetAddress.v4(0xc633_6400)
        func connect() throws {
            let socket = try pair.subject.run { try TCPSocket(.ipv4, nonblocking: true) }
            try socket.connect(to: SocketAddress(target, port: 9))
        }
        assertThrows(.networkUnreachable, connect)

        let kinds: [(Route.Kind, Errno)] = [
            (.via(Pair.address(.ipv4, 2), interface: "subject0"), .nowInProgress),
            (.onLink(interface: "subject0"), .nowInProgress),
            (.unreachable, .noRouteToHost),
            (.blackhole, .invalidArgument),
            (.prohibit, .permissionDenied),
        ]
        for (kind, expected) in kinds {
            let route = Route(to: network, prefixLength: 24, kind)
            try pair.here.addRoute(route)
            assertThrows(expected, connect)
            try pair.here.deleteRoute(route)
        }
        assertThrows(.networkUnreachable, connect)
    }

    func testIPv6RoutesCanBeUnreachableAndReplaced() throws {
        let pair = try Pair()
        let far = InternetAddress.v6(0x2001_0db8_0000_0001, 0)
        func connect() throws {
            let socket = try pair.subject.run { try TCPSocket(.ipv6, nonblocking: true) }
            try socket.connect(to: SocketAddress(.v6(0x2001_0db8_0000_0001, 1), port: 9))
        }
        let gateway = Route.Kind.via(Pair.address(.ipv6, 2), interface: "subject0")
        try pair.here.addRoute(Route(to: far, prefixLength: 64, gateway, priority: 5))
        assertThrows(.nowInProgress, connect)

        try pair.here.addRoute(Route(to: far, prefixLength: 64, .unreachable, priority: 4))

        assertThrows(.noRouteToHost, connect)
    }

    func testARouteSetsTheSmallestRTO() throws {
        let pair = try Pair()
        let metrics: [Route.Metric: UInt32] = [.minimumRTOMilliseconds: 700]
        try pair.here.addRoute(
            Route(
                to: .v4(0xc000_0200), prefixLength: 24, .onLink(interface: "subject0"),
                preferredSource: Pair.address(.ipv4, 1), metrics: metrics), replacing: true)

        let (client, server) = try pair.connect()

        XCTAssertEqual(try client.info().rtoMicroseconds / 100_000, 7)
        XCTAssertEqual(try server.info().rtoMicroseconds / 100_000, 2)
    }

    func testMTUAndLinkStateShowAtThePeer() throws {
        let pair = try Pair()
        try pair.here.setMTU("subject0", bytes: 1300)

        let (client, server) = try pair.connect()

        // 1300 less the headers of IP and TCP, and the time stamps that TCP takes off once agreed.
        XCTAssertEqual(try client.info().advertisedMSS, 1300 - 20 - 20 - 12)
        XCTAssertLessThanOrEqual(try server.info().sendMSS, 1260)
        try pair.here.setDown("subject0")
        try pair.there.deleteLink("peer0")
        assertThrows(Errno(rawValue: 19)) { try pair.here.setUp("subject0") }
    }

    func testMoreNamespacesCanBeConfiguredThanLibnlHasNumbers() throws {
        try ResourceLimits.raiseOpenFiles(to: 4096)
        let namespace = try NetworkNamespace()
        // 1000 in one namespace, and then some in another.
        let first = try namespace.run { try (0..<1000).map { _ in try NetworkConfigurator() } }
        let second = try NetworkNamespace().run {
            try (0..<100).map { _ in try NetworkConfigurator() }
        }

        XCTAssertEqual(try first.last?.index(of: "lo"), 1)
        XCTAssertEqual(try second.last?.index(of: "lo"), 1)
    }

    func testNothingStaysOpen() throws {
        func open() -> Int {
            (0..<4096).count { Descriptor.isOpen($0) }
        }
        let before = open()
        try {
            let pair = try Pair()
            let connection = try pair.connect(.ipv6)
            let capture = try pair.subject.run { try PacketCapture(interface: "subject0") }
            let counters = try pair.subject.run { try CounterReader() }
            let sockets = try pair.subject.run { try ProcTCPReader() }
            XCTAssertGreaterThan(open(), before + 10)
            withExtendedLifetime((connection, capture, counters, sockets)) {}
        }()

        XCTAssertEqual(open(), before)
    }

    func testWithoutNeighboursNothingIsResolved() throws {
        let pair = try Pair()
        try pair.here.removeNeighbour(Pair.address(.ipv4, 2), from: "subject0")
        assertThrows(.noSuchFileOrDirectory) {
            try pair.here.removeNeighbour(.v4(0xc000_0209), from: "subject0")
        }
    }
}
