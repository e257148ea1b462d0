import Foundation
import XCTest

@testable import KernelLab

final class ArchiveTests: XCTestCase {
    private var scratch = ""

    override func setUpWithError() throws {
        scratch = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout-test")
    }

    override func tearDown() { Files.remove(scratch) }

    func testAnInitramfsDependsOnNothingButItsContent() throws {
        for name in ["one", "two"] {
            let archive = try CpioArchive(path: "\(scratch)/\(name)")
            try archive.addFolder("dev")
            try archive.addDevice("dev/console", major: 5, minor: 1)
            try archive.addFile("init", Array("the performer".utf8))
            try archive.finish()
        }

        let one = try Files.read("\(scratch)/one")
        XCTAssertEqual(one, try Files.read("\(scratch)/two"))
        XCTAssertTrue(one.starts(with: Array("070701".utf8)), "newc, as the kernel unpacks it")
    }

    func testFilesOfAnArchiveComeWithoutLeadingDots() throws {
        let path = "\(scratch)/archive"
        let archive = try CpioArchive(path: path)
        try archive.addFolder("./boot")
        try archive.addFile("./boot/vmlinuz-1", [1, 2, 3])
        try archive.finish()

        let reader = try ArchiveReader(path: path)
        XCTAssertEqual(try reader.nextFile(), "boot/vmlinuz-1")
        XCTAssertEqual(try reader.read(limit: 3), [1, 2, 3])
        XCTAssertNil(try reader.nextFile())
    }

    func testAPackageThatIsNoneIsRefusedInOneLine() throws {
        for name in ["none.deb", "none.rpm"] {
            let path = "\(scratch)/\(name)"
            try Files.write(Array("this is no package at all".utf8), to: path)
            let target = "\(scratch)/unpacked"

            XCTAssertThrowsError(try PackageUnpacking.unpack([path], into: target)) { error in
                XCTAssertTrue("\(error)".hasPrefix(path), "\(error)")
                XCTAssertFalse("\(error)".contains("\n"))
            }
        }
    }

    func testModulesAreNamedAsTheKernelNamesThem() {
        XCTAssertEqual(KernelModule.name(ofFile: "kernel/net/a-b_c.ko.xz"), "a_b_c")
        XCTAssertEqual(KernelModule.name(ofFile: "veth.ko.zst"), "veth")
        XCTAssertNil(KernelModule.name(ofFile: "modules.dep"))
    }
}
