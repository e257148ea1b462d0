import LinuxNet
import SystemPackage
import XCTest

/// The table of connections, asked for one.
final class SocketDiagnosisTests: XCTestCase {
    func testAConnectionIsFoundWithAndWithoutADescriptor() throws {
        for family in AddressFamily.allCases {
            let pair = try Pair()
            let (client, server) = try pair.connect(family)
            let table = try pair.subject.run { try SocketDiagnosis() }
            let (local, remote) = (try client.localAddress(), try server.localAddress())

            let alive = try XCTUnwrap(try table.find(local: local, remote: remote))
            XCTAssertEqual(alive.state, .established)
            XCTAssertEqual(alive.timer, .none)
            XCTAssertEqual(alive.rtoMicroseconds, Int(try client.info().rtoMicroseconds))

            try server.dropIncoming()
            try client.send([1])
            try client.close()
            let orphan = try XCTUnwrap(try table.find(local: local, remote: remote))
            XCTAssertEqual(orphan.state, .finWait1)
            XCTAssertEqual(orphan.timer, .retransmission)
        }
    }

    func testWhatIsNotThereIsNotFound() throws {
        let pair = try Pair()
        let (client, server) = try pair.connect()
        let table = try pair.subject.run { try SocketDiagnosis() }
        let (local, remote) = (try client.localAddress(), try server.localAddress())

        // The other way round it is the listener's, which the kernel offers instead.
        let other = try pair.peer.run { try SocketDiagnosis() }
        XCTAssertNil(
            try other.find(
                local: remote, remote: SocketAddress(local.address, port: local.port &+ 1)))
        XCTAssertNil(try table.find(local: remote, remote: local))
    }

    func testTheFilesOfOldKernelsSayTheSame() throws {
        let pair = try Pair()
        let (client, server) = try pair.connect()
        let table = try pair.subject.run { try SocketDiagnosis() }
        let (local, remote) = (try client.localAddress(), try server.localAddress())
        let lines = try pair.subject.run { try ProcTCPReader() }.read()
        let line = try XCTUnwrap(lines.first { $0.local == local && $0.remote == remote })
        let entry = try XCTUnwrap(try table.find(local: local, remote: remote))

        XCTAssertEqual(line.state, entry.state)
        XCTAssertEqual(line.timer, entry.timer)
        XCTAssertEqual(Int(line.retransmits), entry.retransmits)
    }
}
