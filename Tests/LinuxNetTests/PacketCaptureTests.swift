import SystemPackage
import XCTest

@testable import LinuxNet

final class PacketCaptureTests: NamespaceTestCase {
    func testAHandshakeIsSeenOnceAtEachEnd() throws {
        let pair = try Pair()
        let captures = [
            try pair.subject.run { try PacketCapture(interface: "subject0") },
            try pair.peer.run { try PacketCapture(interface: "peer0") },
        ]
        let before = RealtimeClock.nowNanoseconds()

        let connection = try pair.connect()

        for capture in captures {
            let packets = try segments(capture, atLeast: 3)
            XCTAssertEqual(packets.map { $0.bytes[47] & 0x3f }, [0x02, 0x12, 0x10])
            XCTAssertEqual(capture.linkType, 1)
            XCTAssert(capture.hasNanosecondStamps)
            for packet in packets {
                XCTAssertGreaterThan(packet.realtimeNanoseconds, before)
                XCTAssertLessThan(packet.realtimeNanoseconds, RealtimeClock.nowNanoseconds())
            }
            XCTAssertEqual(try capture.statistics().dropped, 0)
        }
        withExtendedLifetime(connection) {}
    }

    func testLargePacketsAreCutAndCounted() throws {
        let pair = try Pair()
        let capture = try pair.subject.run { try PacketCapture(interface: "subject0") }
        let (client, server) = try pair.connect()
        try client.send([UInt8](repeating: 9, count: 1000))
        _ = try server.receive(upTo: 1000, flags: .waitForAll)

        let large = try segments(capture, atLeast: 4).first { $0.originalLength > 1000 }

        XCTAssertEqual(large?.bytes.count, 256)
        XCTAssertEqual(large?.originalLength, 1000 + 32 + 20 + 14)
    }

    func testTheLoopbackShowsEachPacketOnce() throws {
        let namespace = try NetworkNamespace()
        let (capture, listener, client) = try namespace.run {
            try NetworkConfigurator().setUp("lo")
            return (
                try PacketCapture(interface: "lo"), try TCPSocket(.ipv4), try TCPSocket(.ipv4)
            )
        }
        try listener.bind(to: SocketAddress(.loopback(.ipv4), port: 0))
        try listener.listen()

        try client.connect(to: listener.localAddress())

        XCTAssertEqual(try segments(capture, atLeast: 3).count, 3)
    }

    func testWhatTheFilterDropsTheCaptureHasSeen() throws {
        let pair = try Pair()
        let capture = try pair.peer.run { try PacketCapture(interface: "peer0") }
        let (client, server) = try pair.connect()
        try server.dropIncoming()
        _ = try segments(capture, atLeast: 3)

        try client.send([1])

        XCTAssertFalse(try segments(capture, atLeast: 1).isEmpty)
        assertThrows(.resourceTemporarilyUnavailable) {
            try server.receive(upTo: 1, flags: .doNotWait)
        }
    }

    func testACaptureThatCannotBeSaysWhy() throws {
        let namespace = try NetworkNamespace()
        XCTAssertThrowsError(
            try namespace.run { try PacketCapture(interface: "nothing0") }
        ) { error in
            XCTAssertEqual((error as? CaptureError)?.code, -5, "\(error)")
        }
        XCTAssertThrowsError(try namespace.run { try PacketCapture(interface: "lo") }) { error in
            XCTAssertEqual((error as? CaptureError)?.code, -9, "\(error)")
        }
    }

    func testAFullRingIsCountedAsDropped() throws {
        let pair = try Pair()
        let options = PacketCapture.Options(bufferBytes: 8192)
        let capture = try pair.subject.run {
            try PacketCapture(interface: "subject0", options: options)
        }
        let (client, server) = try pair.connect()
        try client.set(.noDelay, to: 1)
        for _ in 0..<200 {
            try client.send([1])
            _ = try server.receive(upTo: 1)
        }

        XCTAssertGreaterThan(try capture.statistics().dropped, 0)
    }

    /// TCP segments over IPv4, as soon as there are so many.
    private func segments(
        _ capture: PacketCapture, atLeast count: Int
    ) throws -> [CapturedPacket] {
        let waitable = try capture.waitable()
        var found: [CapturedPacket] = []
        let deadline = soon
        while found.count < count {
            guard try !Poll.wait(for: .input, on: waitable, until: deadline).isEmpty else { break }
            found += try capture.drain().filter {
                $0.bytes.count >= 54 && $0.bytes[12...13] == [8, 0] && $0.bytes[23] == 6
            }
        }
        return found
    }
}
