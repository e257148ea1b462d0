import SystemPackage
import XCTest

@testable import LinuxNet

final class TCPSocketTests: NamespaceTestCase {
    func testBytesGoBothWaysInBothFamilies() throws {
        let pair = try Pair()
        for family in AddressFamily.allCases {
            let (client, server) = try pair.connect(family)

            XCTAssertEqual(try client.send([1, 2, 3]), 3)
            XCTAssertEqual(try server.receive(upTo: 9), [1, 2, 3])
            XCTAssertEqual(try server.write([4]), 1)
            XCTAssertEqual(try client.read(upTo: 9), [4])

            XCTAssertEqual(try client.peerAddress().address, Pair.address(family, 2))
            XCTAssertEqual(try client.localAddress(), try server.peerAddress())
            try client.shutdown(.writing)
            XCTAssertEqual(try server.receive(upTo: 9), [])
        }
    }

    func testCallsThatWouldWaitSaySo() throws {
        let pair = try Pair()
        let (client, server) = try pair.connect()

        assertThrows(.resourceTemporarilyUnavailable) {
            try client.receive(upTo: 1, flags: .doNotWait)
        }
        try client.setNonblocking(true)
        assertThrows(.resourceTemporarilyUnavailable) { try client.receive(upTo: 1) }
        withExtendedLifetime(server) {}
    }

    func testOptionsReportLengthsAndErrorsAsTheyAre() throws {
        let socket = try NetworkNamespace().run { try TCPSocket(.ipv4) }

        try socket.set(.userTimeout, to: 5000)
        XCTAssertEqual(try socket.get(.userTimeout), 5000)
        XCTAssertEqual(try socket.option(.userTimeout, length: 2).count, 2)
        XCTAssertEqual(try socket.option(.userTimeout, length: 64).count, 4)
        XCTAssertEqual(try socket.option(.userTimeout, length: 0), [])
        assertThrows(.invalidArgument) {
            try socket.setOption(.userTimeout, bytes: [1, 2, 3, 4], length: 3)
        }
        try socket.setOption(.userTimeout, bytes: [1, 0, 0, 0, 9, 9, 9, 9])
        assertThrows(.invalidArgument) { try socket.set(.userTimeout, to: -1) }
        assertThrows(.protocolNotAvailable) {
            try socket.set(SocketOption(level: 6, number: 9999, name: "none"), to: 1)
        }
        XCTAssertNil(try socket.takeError())
    }

    func testEveryNamedOptionCanBeSetAndRead() throws {
        let socket = try NetworkNamespace().run { try TCPSocket(.ipv4) }
        let options: [(SocketOption, CInt)] = [
            (.noDelay, 1), (.cork, 1), (.maximumSegment, 1000), (.keepaliveIdle, 7),
            (.keepaliveInterval, 8), (.keepaliveCount, 9), (.synCount, 3), (.linger2, 5),
            (.windowClamp, 10000), (.keepalive, 1), (.reuseAddress, 1), (.receiveErrors, 1),
        ]

        for (option, value) in options {
            try socket.set(option, to: value)
            guard option != .maximumSegment else { continue }
            XCTAssertEqual(try socket.get(option), value, option.name)
        }
        try socket.set(.sendBuffer, to: 20000)
        XCTAssertEqual(try socket.get(.sendBuffer), 40000)
        try socket.setLinger(seconds: 0)
        try socket.setLinger(seconds: nil)
    }

    func testASilentPeerIsTimedOutAndEveryWitnessSaysSo() throws {
        let pair = try Pair()
        let (client, server) = try pair.connect()
        let counters = try pair.subject.run { try CounterReader() }
        let table = try pair.subject.run { try ProcTCPReader() }
        let before = try counters.read()
        try client.set(.userTimeout, to: 500)
        try server.dropIncoming()

        let start = MonotonicClock.nowNanoseconds()
        try client.send([1, 2, 3, 4])
        XCTAssertEqual(try client.unacknowledgedBytes(), 4)
        XCTAssertEqual(try client.unsentBytes(), 0)
        let armed = try table.read().first { $0.state == .established }
        assertThrows(.timedOut) { try client.receive(upTo: 1) }
        let took = MonotonicClock.nowNanoseconds() - start

        XCTAssertEqual(armed?.timer, .retransmission)
        XCTAssertEqual(armed?.transmitQueueBytes, 4)
        XCTAssertGreaterThan(took, 500_000_000)
        XCTAssertEqual(try client.info().state, .closed)
        let growth = try counters.read().growth(since: before)
        XCTAssertEqual(growth["TcpExt.TCPAbortOnTimeout"], 1)
        XCTAssertGreaterThan(growth["Tcp.RetransSegs"] ?? 0, 0)
        assertThrows(.brokenPipe) { try client.send([5]) }
        assertThrows(.resourceTemporarilyUnavailable) {
            try server.receive(upTo: 1, flags: .doNotWait)
        }
    }

    func testWhatIsNoLongerDroppedArrives() throws {
        let pair = try Pair()
        let (client, server) = try pair.connect()
        try server.dropIncoming()
        try client.send([7])
        try server.stopDroppingIncoming()

        XCTAssertEqual(try server.receive(upTo: 9), [7])
        assertThrows(.noSuchFileOrDirectory) { try server.stopDroppingIncoming() }
    }

    func testTCPInfoTellsOfALiveConnection() throws {
        let pair = try Pair()
        let (client, server) = try pair.connect()
        try client.send([UInt8](repeating: 0, count: 100))
        _ = try server.receive(upTo: 100, flags: .waitForAll)

        let info = try client.info()

        XCTAssertGreaterThanOrEqual(info.length, 104)
        XCTAssertEqual(info.state, .established)
        XCTAssertEqual(info.retransmits, 0)
        XCTAssertEqual(info.advertisedMSS, 1500 - 20 - 20 - 12)
        XCTAssertEqual(info.pathMTU, 1500)
        XCTAssertGreaterThanOrEqual(info.rtoMicroseconds, 200_000)
        XCTAssertEqual(info.newer.bytesSent ?? 100, 100)
    }

    func testAResetIsHeardOnce() throws {
        let pair = try Pair()
        let (client, server) = try pair.connect()
        try server.setLinger(seconds: 0)
        try server.close()

        let events = try Poll.wait(for: [.input, .readHangUp], on: client.descriptor, until: soon)

        XCTAssert(events.isSuperset(of: [.error, .hangUp]), "\(events)")
        XCTAssertEqual(try client.takeError(), .connectionReset)
        XCTAssertNil(try client.takeError())
    }
}
