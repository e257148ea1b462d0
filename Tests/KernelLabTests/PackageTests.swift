import Foundation
import XCTest

@testable import KernelLab

/// Packages of every layout, whole and broken.
final class PackageTests: XCTestCase {
    private var scratch = ""

    override func setUpWithError() throws {
        scratch = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout-test")
    }

    override func tearDown() { Files.remove(scratch) }

    private func kernel(_ path: String) async throws -> Kernel {
        try await KernelStore(folder: "\(scratch)/store", sources: []).kernel(.path(path))
    }

    private func write(_ files: [(String, [UInt8])], below folder: String) throws {
        for (name, content) in files {
            let path = "\(scratch)/\(folder)/\(name.dropFirst(2))"
            try Files.makeFolders(KernelFiles.parent(path))
            try Files.write(content, to: path)
        }
    }

    private func assertRefused(
        _ path: String, _ words: String, line: UInt = #line
    ) async {
        do {
            _ = try await kernel(path)
            XCTFail("taken", line: line)
        } catch {
            XCTAssertTrue("\(error)".contains(words), "\(error)", line: line)
            XCTAssertFalse("\(error)".contains("\n"), "\(error)", line: line)
        }
        XCTAssertEqual(Files.names(in: "\(scratch)/store/kernels"), [], line: line)
    }

    func testAnRPMIsReadWhateverCompressesIt() async throws {
        for compression in TestPackages.Compression.allCases {
            let path = "\(scratch)/kernel-core\(compression.rawValue).rpm"
            try Files.write(
                try TestPackages.rpm(TestPackages.coreFiles(), compression), to: path)

            let kernel = try await kernel(path)

            XCTAssertEqual(kernel.release, TestPackages.release)
            XCTAssertEqual(kernel.configuredHZ, 1000)
            XCTAssertEqual(kernel.modules, [:])
            Files.remove("\(scratch)/store")
        }
    }

    func testAFolderOfPackagesMakesOneKernelWithItsModulesAndWhatTheyNeed() async throws {
        for compression in TestPackages.Compression.allCases {
            let folder = "\(scratch)/packages\(compression.rawValue)"
            try Files.makeFolders(folder)
            try Files.write(
                try TestPackages.rpm(TestPackages.coreFiles()), to: "\(folder)/core.rpm")
            let modules = try TestPackages.moduleFiles(compression)
            try Files.write(try TestPackages.rpm(modules), to: "\(folder)/modules.rpm")

            let loaded = try await kernel(folder).load(["absent", "veth"])

            XCTAssertEqual(loaded.map(\.name), ["libcrc32c", "ptr_ring", "veth"])
            XCTAssertEqual(loaded[0].content, TestPackages.module(needing: ""))
        }
    }

    func testAnImageFindsItsModulesWhereDistributionsPutThem() async throws {
        let release = TestPackages.release
        let modules = try TestPackages.moduleFiles(.xz)
        try write(TestPackages.kernelFiles() + modules, below: "debian")
        try write(TestPackages.coreFiles() + modules, below: "rhel")
        for path in ["debian/boot/vmlinuz-\(release)", "rhel/lib/modules/\(release)/vmlinuz"] {
            let kernel = try await kernel("\(scratch)/\(path)")

            XCTAssertEqual(try kernel.load(["veth"]).count, 3, path)
            XCTAssertNotNil(kernel.configuredHZ, path)
        }
        for folder in ["debian", "rhel"] {
            let kernel = try await kernel("\(scratch)/\(folder)")
            XCTAssertEqual(kernel.release, release)
        }
    }

    func testATreeThatWasBuiltIsAKernel() async throws {
        let release = TestPackages.release
        try write(
            [
                ("./.config", Array("CONFIG_HZ=300\n".utf8)),
                ("./arch/x86/boot/bzImage", TestPackages.image()),
                ("./drivers/net/veth.ko", TestPackages.module(needing: "")),
                ("./include/config/kernel.release", Array("\(release)\n".utf8)),
            ], below: "tree")
        try Files.makeFolders("\(scratch)/tree/arch/x86_64/boot")
        try FileManager.default.createSymbolicLink(
            atPath: "\(scratch)/tree/arch/x86_64/boot/bzImage",
            withDestinationPath: "../../x86/boot/bzImage")
        for path in ["tree", "tree/arch/x86/boot/bzImage", "tree/arch/x86_64/boot/bzImage"] {
            let kernel = try await kernel("\(scratch)/\(path)")

            XCTAssertEqual(try kernel.load(["veth"]).map(\.name), ["veth"], path)
            XCTAssertEqual(kernel.configuredHZ, 300, path)
        }
    }

    func testAPackageThatIsCutAnywhereIsRefusedAndLeavesNothing() async throws {
        let files = TestPackages.kernelFiles() + (try TestPackages.moduleFiles(.xz))
        let whole = [("deb", TestPackages.deb(files)), ("rpm", try TestPackages.rpm(files))]
        for (kind, bytes) in whole {
            for part in [0, 4, 100, bytes.count / 2, bytes.count * 9 / 10] {
                let path = "\(scratch)/cut-\(part).\(kind)"
                try Files.write(Array(bytes.prefix(part)), to: path)
                await assertRefused(path, path)
            }
        }
    }

    func testWhatIsNotOneKernelForThisMachineIsRefused() async throws {
        let path = "\(scratch)/package.deb"
        var arm = [UInt8](repeating: 0, count: 4096)
        arm.replaceSubrange(56..<60, with: "ARMd".utf8)
        let cases: [([(String, [UInt8])], String)] = [
            ([("./usr/share/doc/x", [1])], "holds no kernel image"),
            ([("./boot/vmlinuz-6.1-arm64", arm)], "arm64"),
            (
                TestPackages.kernelFiles() + TestPackages.kernelFiles(release: "6.1.0-55"),
                "several kernels"
            ),
            (
                TestPackages.kernelFiles()
                    + (try TestPackages.moduleFiles(.none, release: "6.1.0-55")),
                "modules of 6.1.0-55, and the image is \(TestPackages.release)"
            ),
        ]
        for (files, words) in cases {
            try Files.write(TestPackages.deb(files), to: path)
            await assertRefused(path, words)
        }
        try Files.makeFolders("\(scratch)/empty")
        await assertRefused("\(scratch)/empty", "holds no kernel image")
    }

    func testAModuleThatIsDamagedIsNamed() async throws {
        let package = "\(scratch)/package.deb"
        try Files.write(
            TestPackages.deb(
                TestPackages.kernelFiles() + (try TestPackages.moduleFiles(.xz))), to: package)
        let kernel = try await kernel(package)
        let module = try XCTUnwrap(kernel.modules["veth"])
        try Files.write(Array(try Files.read(module).prefix(40)), to: module)

        XCTAssertThrowsError(try kernel.load(["veth"])) { error in
            XCTAssertTrue("\(error)".contains(module), "\(error)")
        }
    }
}
