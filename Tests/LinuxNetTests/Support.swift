import Glibc
import SystemPackage
import XCTest

@testable import LinuxNet

/// Two namespaces joined by a veth pair, ready for connections.
struct Pair: Sendable {
    let subject: NetworkNamespace
    let peer: NetworkNamespace
    let here: NetworkConfigurator
    let there: NetworkConfigurator

    static let subjectMAC = HardwareAddress(local: 1)
    static let peerMAC = HardwareAddress(local: 2)

    static func address(_ family: AddressFamily, _ host: UInt8) -> InternetAddress {
        switch family {
        case .ipv4: .v4(0xc000_0200 | UInt32(host))
        case .ipv6: .v6(0x2001_0db8_0000_0000, UInt64(host))
        }
    }

    static func prefix(_ family: AddressFamily) -> Int { family == .ipv4 ? 24 : 64 }

    init() throws {
        let subject = try NetworkNamespace()
        let peer = try NetworkNamespace()
        here = try subject.run { try NetworkConfigurator() }
        there = try peer.run { try NetworkConfigurator() }
        self.subject = subject
        self.peer = peer
        try here.addVethPair(
            LinkEnd(name: "subject0", hardwareAddress: Self.subjectMAC),
            peer: LinkEnd(name: "peer0", hardwareAddress: Self.peerMAC), in: peer)
        try Self.configure(here, "subject0", host: 1, other: 2, Self.peerMAC)
        try Self.configure(there, "peer0", host: 2, other: 1, Self.subjectMAC)
    }

    private static func configure(
        _ configurator: NetworkConfigurator, _ interface: String, host: UInt8, other: UInt8,
        _ otherMAC: HardwareAddress
    ) throws {
        try configurator.setUp("lo")
        try configurator.turnOffloadsOff(interface)
        try configurator.setUp(interface)
        for family in AddressFamily.allCases {
            try configurator.addAddress(
                address(family, host), prefixLength: prefix(family), to: interface)
            try configurator.addPermanentNeighbour(address(family, other), otherMAC, on: interface)
        }
    }

    /// A connection from the subject to the peer.
    func connect(
        _ family: AddressFamily = .ipv4
    ) throws -> (subject: TCPSocket, peer: TCPSocket) {
        let listener = try peer.run { try TCPSocket(family) }
        try listener.bind(to: SocketAddress(.any(family), port: 7))
        try listener.listen()
        let client = try subject.run { try TCPSocket(family) }
        try client.connect(to: SocketAddress(Self.address(family, 2), port: 7))
        return (client, try listener.accept().connection)
    }
}

extension Descriptor {
    static func isOpen(_ number: Int) -> Bool {
        return fcntl(CInt(number), F_GETFD) >= 0
    }
}

class NamespaceTestCase: XCTestCase {
    /// Skips where namespaces can't be made by a process with threads.
    override func setUpWithError() throws {
        do {
            _ = try NetworkNamespace()
        } catch {
            guard error.errno == .notPermitted else { throw error }
            throw XCTSkip("making a network namespace takes root here: \(error)")
        }
    }

    func assertThrows<Value>(
        _ expected: Errno, _ body: () throws -> Value, line: UInt = #line
    ) {
        XCTAssertThrowsError(try body(), line: line) { error in
            XCTAssertEqual((error as? LinuxError)?.errno, expected, "\(error)", line: line)
        }
    }

    var soon: Int64 { MonotonicClock.nowNanoseconds() + 5_000_000_000 }
}
