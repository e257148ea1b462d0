import XCTest

@testable import KernelLab

final class KernelImageTests: XCTestCase {
    func testAnImageTellsItsRelease() throws {
        let image = try KernelImage(TestPackages.image(), path: "vmlinuz")

        XCTAssertEqual(image.release, TestPackages.release)
    }

    func testWhatIsNoKernelIsRefusedWithTheReason() {
        let elf: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1] + [UInt8](repeating: 0, count: 600)
        var arm = [UInt8](repeating: 0, count: 600)
        arm.replaceSubrange(56..<60, with: "ARMd".utf8)
        var small = TestPackages.image()
        small[0x236] = 0
        let cases: [([UInt8], String)] = [
            ([], "empty"), (Array("#!/bin/sh\n".utf8), "no boot header"),
            (elf, "another machine"), (arm, "arm64"), (small, "32-bit"),
            ([0x1f, 0x8b] + elf, "Image.gz"), (Array("MZ..zimg".utf8) + elf, "EFI"),
            (Array(TestPackages.image().dropLast(4096)), "truncated"),
        ]
        for (bytes, reason) in cases {
            XCTAssertThrowsError(try KernelImage(bytes, path: "x")) { error in
                XCTAssertTrue("\(error)".contains(reason), "\(error)")
            }
        }
    }
}
