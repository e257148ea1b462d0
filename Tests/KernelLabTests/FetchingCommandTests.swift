import Foundation
import Subprocess
import SystemPackage
import XCTest

@testable import KernelLab

/// The built command with package tools that pretend: what is killed, refused or missing.
final class FetchingCommandTests: XCTestCase {
    private var scratch = ""
    private let package = "linux-image-6.1.0-56-cloud-amd64"

    override func setUp() async throws {
        scratch = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout-test")
        try Files.makeFolders("\(scratch)/bin")
        // As large as what is no mere package of dependencies.
        let ballast = ("./usr/share/doc/ballast", [UInt8](repeating: 0, count: 120_000))
        let content = TestPackages.deb(TestPackages.kernelFiles() + [ballast])
        try Files.write(content, to: "\(scratch)/package")
        let sum = try await Program.sha256(["\(scratch)/package"])[0]
        let offer = """
            Package: \(package)
            Version: 6.1.192-2
            Size: \(content.count)
            SHA256: \(sum)

            Package: linux-image-6.1.0-55-cloud-amd64
            Version: 6.1.190-1
            Size: 26713492
            SHA256: \(sum)
            """
        try Files.write(Array(offer.utf8), to: "\(scratch)/offer")
        // As apt does, but for what it has: the signature of a list, and a network.
        try script("apt-config", "echo 'Acquire::Retries \"1\";'")
        try script("apt-cache", "cat \(scratch)/offer")
        try script(
            "apt-get",
            """
            file=\(package)_6.1.192-2_amd64.deb
            case "$*" in
            *indextargets*) echo "http://mirror.invalid/debian/ Debian Debian" ;;
            *update*) ;;
            *download*)
                echo one >>\(scratch)/downloads
                [ ! -e \(scratch)/hang ] && exec cp \(scratch)/package "$file"
                head -c 700 \(scratch)/package >"$file"
                echo $$ >\(scratch)/pid.new; mv \(scratch)/pid.new \(scratch)/pid
                exec sleep 100
                ;;
            esac
            """)
    }

    override func tearDown() { Files.remove(scratch) }

    private func script(_ name: String, _ text: String) throws {
        let path = "\(scratch)/bin/\(name)"
        try Files.write(Array("#!/bin/sh\n\(text)\n".utf8), to: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    private func needKeyring() throws {
        guard Files.exists("/usr/share/keyrings/debian-archive-keyring.gpg") else {
            throw XCTSkip("Debian's package debian-archive-keyring is not installed")
        }
    }

    private var command: FilePath {
        get throws {
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let folders = [own, CommandLine.arguments[0]].map(KernelFiles.parent)
            let found = folders.map { "\($0)/etimedout" }.first(where: Files.exists)
            return FilePath(try XCTUnwrap(found, "etimedout is not beside the tests"))
        }
    }

    private func environment(path: String? = nil) -> Subprocess.Environment {
        .inherit.updating([
            "PATH": path ?? "\(scratch)/bin:/usr/bin:/bin",
            "ETIMEDOUT_CACHE": "\(scratch)/store",
        ])
    }

    private func run(
        _ arguments: String..., path: String? = nil
    ) async throws -> (status: TerminationStatus, output: String, errors: String) {
        let result = try await Subprocess.run(
            .path(try command), arguments: Arguments(arguments),
            environment: environment(path: path),
            workingDirectory: FilePath(scratch), output: .string(limit: 1 << 16),
            error: .string(limit: 1 << 16))
        return (result.terminationStatus, result.standardOutput, result.standardError)
    }

    func testAProcessThatIsKilledWhileItFetchesLeavesNothingThatMatters() async throws {
        try needKeyring()
        try Files.write([], to: "\(scratch)/hang")
        let pid = "\(scratch)/pid"
        _ = try await Subprocess.run(
            .path(try command), arguments: ["kernels", "fetch", "debian:6.1"],
            environment: environment(), input: .none, output: .discarded, error: .discarded
        ) { execution in
            let watch = try FolderWatch(self.scratch, patience: .seconds(60))
            if !Files.exists(pid) {
                for await _ in watch.news where Files.exists(pid) { break }
            }
            watch.finish()
            try execution.send(signal: .kill)
        }
        let orphan = String(decoding: try Files.read(pid), as: UTF8.self)
        defer { kill(Int32(orphan.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0, SIGKILL) }
        XCTAssertEqual(Files.names(in: "\(scratch)/store/packages/cloud-amd64").count, 1)
        Files.remove("\(scratch)/hang")

        let listed = try await run("kernels", "list")
        let fetched = try await run("kernels", "fetch", "debian:6.1")
        let again = try await run("kernels", "fetch", "debian:6.1.192")

        XCTAssertTrue(listed.output.contains("No kernel is kept"), listed.output)
        XCTAssertEqual(fetched.status, .exited(0), fetched.errors)
        XCTAssertTrue(fetched.output.contains(TestPackages.release), fetched.output)
        XCTAssertEqual(again.status, .exited(0), again.errors)
        let downloads = try Files.read("\(scratch)/downloads")
        XCTAssertEqual(downloads.count, "one\none\n".utf8.count, "one that hung, and one more")
    }

    func testTheTablesFitInEightyColumns() async throws {
        try needKeyring()
        _ = try await run("kernels", "fetch", "debian:6.1")

        let kept = try await run("kernels", "list").output
        let offered = try await run("kernels", "list", "--offered").output

        XCTAssertTrue(kept.contains("debian:6.1.192"), kept)
        XCTAssertTrue(offered.contains("1, from 6.1.190"), offered)
        for line in (kept + offered).split(separator: "\n") {
            XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
        }
    }

    func testWhatCannotBeBootedIsOneLineAndTwoBeforeAnythingBoots() async throws {
        var arm = [UInt8](repeating: 0, count: 4096)
        arm.replaceSubrange(56..<60, with: "ARMd".utf8)
        let image = TestPackages.image()
        let files: [(String, [UInt8], String)] = [
            ("script", Array("#!/bin/sh\nexit 0\n".utf8), "no boot header"),
            ("arm64", arm, "arm64"), ("cut", Array(image.dropLast(4096)), "truncated"),
            ("cut.deb", Array(TestPackages.deb([("./boot/x", image)]).prefix(3000)), "cut.deb"),
        ]
        try script("qemu-system-x86_64", "echo QEMU of a test; : >\(scratch)/booted")
        for (name, bytes, words) in files {
            try Files.write(bytes, to: "\(scratch)/\(name)")

            let outcome = try await run("run", "--kernel", "\(scratch)/\(name)")

            XCTAssertEqual(outcome.status, .exited(2), outcome.errors)
            XCTAssertEqual(outcome.errors.split(separator: "\n").count, 1, outcome.errors)
            XCTAssertTrue(outcome.errors.contains(words), outcome.errors)
            XCTAssertFalse(Files.exists("\(scratch)/Reports"))
        }
    }

    func testWithoutAnEmulatorNothingIsFetched() async throws {
        // The programs that are wanted, and no emulator.
        for name in ["sha256sum", "sh", "cp", "cat"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(scratch)/bin/\(name)", withDestinationPath: "/usr/bin/\(name)")
        }

        let outcome = try await run("run", "--kernel", "debian:6.1", path: "\(scratch)/bin")

        XCTAssertEqual(outcome.status, .exited(2))
        XCTAssertEqual(
            outcome.errors,
            "etimedout: qemu-system-x86_64 is not installed; "
                + "Debian's package qemu-system-x86 has it\n")
        XCTAssertFalse(Files.exists("\(scratch)/downloads"))
    }

    func testAMachineWithTooLittleMemoryIsToldBeforeAnythingBoots() throws {
        XCTAssertThrowsError(try Guest.checkMemory(512, available: 500)) { error in
            XCTAssertEqual(
                "\(error)", "a guest of 512 MB is needed, and only 500 MB are available")
        }
        XCTAssertNoThrow(try Guest.checkMemory(512, available: 512))
        XCTAssertNoThrow(try Guest.checkMemory(512, available: nil), "it does not say")
    }
}
