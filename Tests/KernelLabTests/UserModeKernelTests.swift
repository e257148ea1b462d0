import Foundation
import XCTest

@testable import KernelLab

final class UserModeKernelTests: XCTestCase {
    private var scratch = ""

    override func setUpWithError() throws {
        scratch = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout-test")
    }

    override func tearDown() { Files.remove(scratch) }

    private func kernel(of bytes: [UInt8]) async throws -> Kernel {
        let path = "\(scratch)/linux"
        try Files.write(bytes, to: path)
        return try await KernelStore(folder: scratch, sources: [])
            .kernel(try KernelSelector("uml:\(path)"))
    }

    func testWhatIsNoUserModeLinuxIsRefusedBeforeItIsRun() async throws {
        func elf(_ machine: UInt8, _ text: String) -> [UInt8] {
            var bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1] + [UInt8](repeating: 0, count: 80)
            bytes[18] = machine
            return bytes + Array(text.utf8)
        }
        let cases: [([UInt8], String)] = [
            (Array("#!/bin/sh\n".utf8), "no program for x86-64"),
            (elf(183, "umid=<name>"), "no program for x86-64"),
            (elf(62, "some other program"), "no User-Mode Linux"),
            (elf(62, "umid=<name>"), "no virtual time"),
            (elf(62, "umid=<name> time-travel=inf-cpu"), "may not be executed"),
        ]
        for (bytes, reason) in cases {
            do {
                _ = try await kernel(of: bytes)
                XCTFail("taken: \(reason)")
            } catch {
                XCTAssertTrue("\(error)".contains(reason), "\(error)")
                XCTAssertFalse("\(error)".contains("\n"), "\(error)")
            }
        }
    }

    func testAKernelThatIsAProgramIsToldItsFilesAndEndsWithUs() throws {
        let kernel = Kernel(
            selector: "uml:linux", kind: .program, image: "/tmp/linux", release: "6.1.192",
            modules: [:])
        let call = UserModeLinux(kernel).call(
            GuestFiles(kernel: kernel.image, folder: "/tmp/f"), memoryMegabytes: 256)

        XCTAssertTrue(call.arguments.contains("ETIMEDOUT_RESULTS=/tmp/f"))
        XCTAssertTrue(call.arguments.contains("initrd=/tmp/f/initramfs"))
        XCTAssertTrue(call.arguments.contains("time-travel=inf-cpu"))
        XCTAssertTrue(call.arguments.contains("uml_dir=/tmp/f/"), "nothing in the user's home")
        let line = UserModeLinux(kernel).commandLine(.boot, memoryMegabytes: 256)
        XCTAssertFalse(line.contains { $0.contains("/tmp") }, "the same on every machine")
    }
}
