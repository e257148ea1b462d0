import Evidence
import KernelTimers
import LinuxNet
import SystemPackage
import Wire
import XCTest

@testable import Testbed

/// How the kernel's words become those of the evidence.
final class TranslationTests: XCTestCase {
    func testErrorsGoByTheirSymbols() {
        XCTAssertEqual(SocketError(Errno.timedOut), .etimedout)
        XCTAssertEqual(SocketError(Errno.networkUnreachable), .enetunreach)
        XCTAssertEqual(SocketError(Errno.resourceTemporarilyUnavailable).name, "EAGAIN")
    }

    func testAnErrorWithoutASymbolGoesByItsNumber() {
        XCTAssertEqual(SocketError(Errno(rawValue: 4000)).name, "E4000")
    }

    func testExactlySoManyBytesOfAnOptionAreHandedOver() {
        XCTAssertEqual(optionBytes(value: 5000, lengthBytes: 4), [0x88, 0x13, 0, 0])
        XCTAssertEqual(optionBytes(value: 5000, lengthBytes: 2), [0x88, 0x13])
        XCTAssertEqual(optionBytes(value: -1, lengthBytes: 4), [255, 255, 255, 255])
        XCTAssertEqual(optionBytes(value: 1, lengthBytes: 8), [1, 0, 0, 0, 0, 0, 0, 0])
        // SO_LINGER of two seconds: on, and how long.
        XCTAssertEqual(optionBytes(value: 2 << 32 | 1, lengthBytes: 8), [1, 0, 0, 0, 2, 0, 0, 0])
        XCTAssertEqual(optionBytes(value: 1, lengthBytes: 0), [])
    }

    func testEventsAreNamedAsInCAndSorted() {
        let events: PollEvents = [.input, .hangUp, .error, .readHangUp]

        XCTAssertEqual(
            events.names(prefix: "POLL"), ["POLLERR", "POLLHUP", "POLLIN", "POLLRDHUP"])
        XCTAssertEqual(events.names(prefix: "EPOLL").first, "EPOLLERR")
        XCTAssertEqual(PollEvents().names(prefix: "POLL"), [])
    }

    func testStatesAreNamedAsInTheKernel() {
        XCTAssertEqual(TCPState(number: 1).kernelName, "ESTABLISHED")
        XCTAssertEqual(TCPState(number: 7).kernelName, "CLOSE")
        XCTAssertEqual(TCPState(number: 99).kernelName, "STATE_99")
    }

    func testTimersAreNamedAsInTheEvidence() {
        XCTAssertEqual(KernelSample.Timer(ProcTCP.Timer.probe)?.rawValue, "probe")
        XCTAssertEqual(KernelSample.Timer(ProcTCP.Timer.retransmission)?.rawValue, "retransmit")
        XCTAssertNil(KernelSample.Timer(ProcTCP.Timer.unknown(9)))
    }

    func testModelledCountersStayAtZeroAndOthersDoNot() {
        let counters = Counters(values: [
            "Ip.OutNoRoutes": 0, "Tcp.InSegs": 0, "Tcp.OutSegs": 3,
        ])

        XCTAssertEqual(counters.forJudge, ["Ip.OutNoRoutes": 0, "Tcp.OutSegs": 3])
    }

    func testWhatAKernelLacksIsNotTheTestbedsFault() {
        let missing = SysctlError.missing(key: "net.ipv4.tcp_x")
        let noFamily = LinuxError(operation: "socket", errno: .addressFamilyNotSupported)
        let other = LinuxError(operation: "bind", errno: .addressInUse)

        XCTAssertEqual(Observation.Failure(missing, during: "setting up").kind, .notApplicable)
        XCTAssertEqual(Observation.Failure(noFamily, during: "setting up").kind, .notApplicable)
        XCTAssertEqual(Observation.Failure(other, during: "step listen").kind, .testbed)
    }

    func testTheFlowGoesByWhoConnects() {
        let addressing = Addressing(family: .ipv4, link: .veth)

        XCTAssertEqual(
            addressing.flow(connecting: .subject).description,
            "10.9.0.254:40000 <> 10.9.0.2:5000")
        XCTAssertEqual(
            addressing.flow(connecting: .peer).description,
            "10.9.0.254:5000 <> 10.9.0.2:40000")
    }
}
