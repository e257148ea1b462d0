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

        XCTAssertEqual(end.loss, .unconducted)
        XCTAssertNil(
            GuestEnd(
                stop: nil, status: .exited(0), message: "", console: console, needsConductor: false
            ).loss)
    }

    func testWhatAKernelSaysOfItselfIsFound() {
        let console = "[ 1.0] WARNING: CPU: 0 PID: 1 at net/ipv4/tcp_timer.c:10\n[ 1.1] fine\n"

        let end = GuestEnd(
            stop: nil, status: .exited(0), message: GuestEnd.conductorGreeting,
            console: console)

        XCTAssertEqual(end.complaints.count, 1)
    }

    /// Consoles as kernels leave them, with what each is to be told by.
    func testSplatsAreToldFromOrdinaryWarnings() {
        let consoles: [(text: String, complaints: Int, oops: String?)] = [
            ("[    0.1] ACPI: setting ELCR to 0200 (from 0c00)\n[    1.0] random: crng\n", 0, nil),
            (
                """
                [   12.5] ------------[ cut here ]------------
                [   12.5] WARNING: CPU: 0 PID: 0 at net/ipv4/tcp_timer.c:512 tcp_retransmit_timer
                [   12.5] Modules linked in: veth
                """, 1, nil
            ),
            (
                """
                [    3.1] BUG: kernel NULL pointer dereference, address: 0000000000000018
                [    3.1] #PF: supervisor read access in kernel mode
                [    3.1] Oops: 0000 [#1] PREEMPT SMP NOPTI
                """, 2, "BUG: kernel NULL pointer dereference, address: 0000000000000018"
            ),
            (
                "[    3.1] general protection fault, probably for non-canonical address: 0000 [#1]",
                1, "general protection fault, probably for non-canonical address: 0000 [#1]"
            ),
            (
                "[    9.9] kernel BUG at net/core/skbuff.c:100!", 1,
                "kernel BUG at net/core/skbuff.c:100!"
            ),
            ("[    5.0] BUG: KASAN: slab-out-of-bounds in tcp_sendmsg+0x10/0x20", 1, nil),
            ("[   28.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [swapper/0:0]", 1, nil),
            ("[   60.0] INFO: rcu_sched self-detected stall on CPU", 1, nil),
            ("[  121.0] INFO: task kworker/0:1:12 blocked for more than 120 seconds.", 1, nil),
        ]
        for (text, complaints, oops) in consoles {
            let end = GuestEnd(
                stop: nil, status: .exited(0), message: GuestEnd.conductorGreeting, console: text)

            XCTAssertEqual(end.complaints.count, complaints, text)
            XCTAssertEqual(end.oops, oops, text)
        }
    }
}
