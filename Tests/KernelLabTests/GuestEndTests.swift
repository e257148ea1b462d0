import Subprocess
import XCTest

@testable import KernelLab

final class GuestEndTests: XCTestCase {
    func testAPanicIsToldFromAnOrdinaryEnd() {
        let console = """
            [    1.0] Run /init as init process
            [    2.0] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b
            [    2.1] Rebooting in 1 seconds..
            """

        let end = GuestEnd(
            stop: nil, status: .exited(0), message: GuestEnd.conductorGreeting,
            console: console)

        XCTAssertEqual(end.loss, .panic("Attempted to kill init! exitcode=0x0000000b"))
        XCTAssertEqual(end.tail(1), ["[    2.1] Rebooting in 1 seconds.."])
    }

    func testAGuestThatResetsItselfIsNotLost() {
        let console = "[    3.0] reboot: Restarting system\n"

        let end = GuestEnd(
            stop: nil, status: .exited(0), message: GuestEnd.conductorGreeting,
            console: console)

        XCTAssertNil(end.loss)
    }

    func testTheEmulatorsFailureIsItsOwnCause() {
        let end = GuestEnd(
            stop: nil, status: .exited(1), message: "qemu: could not load kernel\n", console: "")

        XCTAssertEqual(end.loss, .emulator("qemu: could not load kernel"))
    }

    func testAnEmulatorThatIsNotConductedIsNotTrusted() {
        let console = "[    3.0] reboot: Restarting system\n"

        let end = GuestEnd(stop: nil, status: .exited(0), message: "", console: console)

        guard case .emulator(let words) = end.loss else { return XCTFail("\(end)") }
        XCTAssertTrue(words.contains("libetimedout-conductor.so"), words)
    }

    func testWhatAKernelSaysOfItselfIsFound() {
        let console = "[ 1.0] WARNING: CPU: 0 PID: 1 at net/ipv4/tcp_timer.c:10\n[ 1.1] fine\n"

        let end = GuestEnd(
            stop: nil, status: .exited(0), message: GuestEnd.conductorGreeting,
            console: console)

        XCTAssertEqual(end.complaints.count, 1)
    }
}
