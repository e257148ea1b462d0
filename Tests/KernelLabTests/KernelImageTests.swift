import XCTest

@testable import KernelLab

final class KernelImageTests: XCTestCase {
    func testAnImageTellsItsRelease() throws {
        XCTAssertEqual(try KernelImage(Self.image(), path: "vmlinuz").release, "6.1.0-test")
    }

    func testWhatIsNoKernelIsRefusedWithTheReason() {
        let elf: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1] + [UInt8](repeating: 0, count: 600)
        var arm = [UInt8](repeating: 0, count: 600)
        arm.replaceSubrange(56..<60, with: "ARMd".utf8)
        var small = Self.image()
        small[0x236] = 0
        let cases: [([UInt8], String)] = [
            ([], "no boot header"), (Array("#!/bin/sh\n".utf8), "no boot header"),
            (elf, "another machine"), (arm, "arm64"), (small, "32-bit"),
            (Array(Self.image().dropLast(4096)), "truncated"),
        ]
        for (bytes, reason) in cases {
            XCTAssertThrowsError(try KernelImage(bytes, path: "x")) { error in
                XCTAssertTrue("\(error)".contains(reason), "\(error)")
            }
        }
    }

    /// A boot header (Documentation/arch/x86/boot.rst), a version and 8 KiB of nothing.
    private static func image() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1024 + 8192)
        bytes[0x1f1] = 1
        (bytes[0x1fe], bytes[0x1ff]) = (0x55, 0xaa)
        bytes.replaceSubrange(0x202..<0x206, with: "HdrS".utf8)
        // syssize, in 16 bytes.
        (bytes[0x1f4], bytes[0x1f5]) = (0x00, 0x02)
        (bytes[0x20e], bytes[0x20f]) = (0x80, 0x00)
        bytes[0x236] = 1
        bytes.replaceSubrange(0x280..<0x28b, with: "6.1.0-test ".utf8)
        return bytes
    }
}
