import Evidence
import Foundation
import XCTest

@testable import KernelLab

/// The tiny guest that tells whether guests run at all: with an emulator that always can, with
/// programs that pretend, and with devices that are none.
final class KVMTests: XCTestCase {
    private var scratch = ""

    override func setUpWithError() throws {
        scratch = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout-test")
    }

    override func tearDown() { Files.remove(scratch) }

    private func pretender(_ script: String) throws -> String {
        let path = "\(scratch)/qemu"
        try Files.write(Array("#!/bin/sh\n\(script)\n".utf8), to: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    private func assertRefused(
        _ words: String, line: UInt = #line, _ work: () async throws -> Duration
    ) async {
        do {
            _ = try await work()
            XCTFail("it works", line: line)
        } catch {
            XCTAssertTrue("\(error)".contains(words), "\(error)", line: line)
            XCTAssertTrue("\(error)".hasPrefix("guests cannot run in real time"), line: line)
        }
    }

    func testTheTinyGuestRunsWhereGuestsCan() async throws {
        guard let program = try? Program.find("qemu-system-x86_64", package: "") else {
            throw XCTSkip("qemu-system-x86_64 is not installed")
        }

        let took = try await KVM.tryOut(program, accelerator: "tcg", deadline: .seconds(30))

        XCTAssertLessThan(took, .seconds(30))
    }

    func testAGuestThatDoesNothingIsGivenUpOnAtTheDeadline() async throws {
        let program = try pretender("exec sleep 60")
        let began = ContinuousClock.now

        await assertRefused("did nothing") {
            try await KVM.tryOut(program, accelerator: "kvm", deadline: .milliseconds(200))
        }

        XCTAssertLessThan(began.duration(to: .now), .seconds(20), "it was killed")
    }

    func testAnEmulatorThatFailsOrOnlyEndsIsNoGuestThatRan() async throws {
        for script in ["echo could not open the device >&2; exit 1", "exit 0", "kill -9 $$"] {
            let program = try pretender(script)
            await assertRefused("failed") {
                try await KVM.tryOut(program, accelerator: "kvm", deadline: .seconds(20))
            }
        }
        XCTAssertNoThrow(try pretender("exit 43"))
        _ = try await KVM.tryOut(
            "\(scratch)/qemu", accelerator: "kvm", deadline: .seconds(20))
    }

    func testADeviceThatIsNotThereIsNamed() async {
        await assertRefused("there is no \(scratch)/kvm") { [scratch] in
            try await KVM.tryOut(device: "\(scratch)/kvm")
        }
    }

    func testInRealTimeTheClockIsTheHostsAndInVirtualTimeItCountsInstructions() {
        var emulator = QEMU(path: "/qemu", version: "QEMU", conductor: "/lib.so")
        let files = GuestFiles(kernel: "/vmlinuz", folder: "/f")

        let virtual = emulator.call(files, memoryMegabytes: 256)
        emulator.time = .real
        let real = emulator.call(files, memoryMegabytes: 256)

        XCTAssertTrue(virtual.arguments.contains("-icount"))
        XCTAssertTrue(virtual.arguments.contains { $0.contains("nolapic") })
        XCTAssertEqual(virtual.environment, ["LD_PRELOAD": "/lib.so"])
        XCTAssertTrue(real.arguments.contains("kvm"))
        XCTAssertFalse(real.arguments.contains("-icount"))
        XCTAssertFalse(real.arguments.contains { $0.contains("nolapic") })
        XCTAssertEqual(real.environment, [:])
    }
}
