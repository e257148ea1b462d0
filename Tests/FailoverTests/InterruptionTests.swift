import Campaign
import Evidence
import Foundation
import Reporting
import XCTest

/// What is left of a laboratory that is ended in the middle, and what one does that lacks programs.
/// The command is run as a child, from outside.
final class InterruptionTests: XCTestCase {
    /// A process, told from a later one with the same number.
    private struct Witnessed: Hashable {
        var pid: Int
        var began: String
    }

    private func stat(_ pid: Int) -> (parent: Int, began: String)? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let close = text.lastIndex(of: ")")
        else { return nil }
        let words = text[text.index(close, offsetBy: 2)...].split(separator: " ")
        guard words.count > 19, words[0] != "Z", let parent = Int(words[1]) else { return nil }
        return (parent, String(words[19]))
    }

    private var processes: [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int($0) }
    }

    /// A process and all that it started, directly or not.
    private func family(of root: Int) -> [Witnessed] {
        var parents: [Int: Int] = [:]
        var began: [Int: String] = [:]
        for pid in processes {
            guard let stat = stat(pid) else { continue }
            parents[pid] = stat.parent
            began[pid] = stat.began
        }
        return began.filter { pid, _ in
            var next: Int? = pid
            while let current = next, current > 1 {
                if current == root { return true }
                next = parents[current]
            }
            return false
        }.map { Witnessed(pid: $0.key, began: $0.value) }
    }

    private func name(_ pid: Int) -> String {
        (try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8))?
            .trimmingCharacters(in: .newlines) ?? ""
    }

    private func await(
        seconds: Double, _ what: String, _ condition: () -> Bool
    ) async throws {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while !condition() {
            guard Date() < deadline else { return XCTFail("\(what) within \(seconds) s") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func command(_ arguments: [String]) throws -> (Process, Pipe) {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folders = [own, CommandLine.arguments[0]].map {
            URL(filePath: $0).deletingLastPathComponent().path
        }
        let path = try XCTUnwrap(
            folders.map { "\($0)/etimedout" }.first {
                FileManager.default.isExecutableFile(atPath: $0)
            })
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments.map { $0 == "etimedout" ? path : $0 }
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["TMPDIR": scratch]) { $1 }
        process.standardOutput = errors
        process.standardError = errors
        return (process, errors)
    }

    private func interrupt(
        with signal: Int32, status: Int32, performer: Bool = false
    ) async throws {
        try XCTSkipUnless(
            FileManager.default.isExecutableFile(atPath: "/usr/sbin/haproxy"),
            "haproxy is not installed; Scripts/setup --failover installs it")
        let folder = NSTemporaryDirectory() + "etimedout-failover-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let before = try Surroundings()
        let (process, errors) = try command([
            "etimedout", "failover", "--event", "move", "--protection", "nothing",
            "--protection", "tcp-ut", "--report", folder,
        ])
        try process.run()
        let root = Int(process.processIdentifier)
        var family: [Witnessed] = []
        try await self.await(seconds: 60, "four proxies did not run") {
            family = self.family(of: root)
            return family.count { name($0.pid) == "haproxy" } == 4
        }

        let victim = performer ? family.first { name($0.pid).hasPrefix("etimedout-perf") } : nil
        kill(pid_t(performer ? try XCTUnwrap(victim).pid : root), signal)
        let words = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()

        XCTAssertEqual(process.terminationStatus, status, words)
        if status == 2, !performer {
            // Who ends in order waits for all that he had started.
            let left = family.filter { stat($0.pid)?.began == $0.began }
            XCTAssertEqual(left.map { name($0.pid) }, [])
        }
        try await self.await(seconds: 10, "what it had started did not end") {
            !family.contains { stat($0.pid)?.began == $0.began }
        }
        try assertNothingIsLeft(since: before)
    }

    /// The scratch folder of the commands that a test runs.
    private var scratch = ""

    override func setUpWithError() throws {
        scratch = NSTemporaryDirectory() + "etimedout-scratch-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true)
    }

    override func tearDown() { try? FileManager.default.removeItem(atPath: scratch) }

    /// What a laboratory might leave behind of itself.
    private struct Surroundings: Equatable {
        /// What no process holds and nothing is mounted on is gone: namespaces too.
        var mounts: String
        var namespaces: [String]
        var interfaces: [String]
        /// Who listens where the laboratory's programs do, in the host's own network.
        var listeners: [String]
        var files: [String]

        init() throws {
            mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
            func names(_ path: String) -> [String] {
                ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
            }
            namespaces = names("/run/netns")
            interfaces = names("/sys/class/net")
            let ports = [5672, 5673, 25672, 4369].map { String(format: ":%04X", $0) }
            listeners = ["tcp", "tcp6"].flatMap { name -> [String] in
                let text = try? String(contentsOfFile: "/proc/self/net/\(name)", encoding: .utf8)
                return (text ?? "").split(separator: "\n").map {
                    $0.split(separator: " ").dropFirst().prefix(3).joined(separator: " ")
                }.filter { line in line.hasSuffix(" 0A") && ports.contains { line.contains($0) } }
            }
            files = [
                "/etc/haproxy", "/etc/keepalived", "/etc/rabbitmq", "/etc/default",
                "/var/lib/rabbitmq", "/var/lib/haproxy", "/var/log/rabbitmq", "/run/haproxy",
                "/run/keepalived", "/root", "/run",
            ].flatMap { folder in
                ([""] + names(folder).map { "/" + $0 }).map { name -> String in
                    // The home and /run have others' files too, whose content may change.
                    if folder == "/root" || folder == "/run" { return folder + name }
                    let known = try? FileManager.default.attributesOfItem(atPath: folder + name)
                    let values = [FileAttributeKey.systemFileNumber, .size, .modificationDate].map {
                        known?[$0].map { "\($0)" } ?? "-"
                    }
                    return "\(folder)\(name) \(values.joined(separator: " "))"
                }
            }
        }
    }

    private func assertNothingIsLeft(since before: Surroundings) throws {
        XCTAssertEqual(try Surroundings(), before)
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: scratch), [])
    }

    func testWhatWasFinishedBeforeAnInterruptionIsKeptAndJudgedLikeAWhole() async throws {
        try XCTSkipUnless(
            FileManager.default.isExecutableFile(atPath: "/usr/sbin/haproxy"),
            "haproxy is not installed; Scripts/setup --failover installs it")
        let folder = NSTemporaryDirectory() + "etimedout-failover-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let before = try Surroundings()
        // One ends some seconds before the other, whose tcp_retries2 takes longer.
        let (process, errors) = try command([
            "etimedout", "failover", "--event", "blip", "--protection", "nothing",
            "--protection", "retries2", "--report", folder,
        ])
        try process.run()
        try await self.await(seconds: 60, "no cell ended") {
            FileManager.default.fileExists(
                atPath: folder + "/pcap/blip.retries2.simple.pcapng")
        }

        process.interrupt()
        let words = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let stored = try await StoredFailover(folder)

        XCTAssertEqual(process.terminationStatus, 2, words)
        XCTAssertEqual(
            words, "etimedout: interrupted; what was finished is in \(folder)\n")
        XCTAssertEqual(stored.differences, [])
        XCTAssertEqual(
            stored.record.findings.map(\.verdict.name), ["inconclusive", "conforms"])
        XCTAssertEqual(
            stored.record.findings.first?.verdict.reason,
            "the laboratory was interrupted before it ended")
        try assertNothingIsLeft(since: before)
    }

    func testNothingIsLeftWhenTheUserInterrupts() async throws {
        try await interrupt(with: SIGINT, status: 2)
    }

    func testNothingIsLeftWhenItIsToldToEnd() async throws {
        try await interrupt(with: SIGTERM, status: 2)
    }

    func testNothingIsLeftWhenItIsKilled() async throws {
        try await interrupt(with: SIGKILL, status: SIGKILL)
    }

    func testNothingIsLeftWhenTheLaboratoryItselfIsKilled() async throws {
        try await interrupt(with: SIGKILL, status: 2, performer: true)
    }

    /// A line of a shell in a mount namespace that hides what is in a folder, or a program.
    private static func hide(_ path: String) -> String {
        path.hasSuffix(".py")
            ? "mount -t tmpfs none \((path as NSString).deletingLastPathComponent) || true"
            : "[ ! -e \(path) ] || mount --bind /dev/null \(path) 2>/dev/null || true"
    }

    func testHAProxyAloneGivesItsRowsAndWhatIsMissingIsNamed() async throws {
        try XCTSkipUnless(
            FileManager.default.isExecutableFile(atPath: "/usr/sbin/haproxy"),
            "haproxy is not installed; Scripts/setup --failover installs it")
        let folder = NSTemporaryDirectory() + "etimedout-failover-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // A mount namespace in which all programs but HAProxy are hidden by a file that is none.
        let hidden = [
            "/usr/sbin/keepalived", "/usr/sbin/nft", "/usr/lib/rabbitmq/bin/rabbitmq-server",
            "/usr/bin/ss", "/usr/sbin/rabbitmq-server", "/bin/ss", "/sbin/nft",
        ].map(Self.hide)
        let script =
            (hidden + [
                "exec \"$0\" failover --backend simple --backend rabbitmq --event move "
                    + "--event firewall --protection nothing --protection tcp-ut "
                    + "--protection ss-kill --report \(folder)"
            ]).joined(separator: "\n")
        let (process, output) = try command([
            "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "etimedout",
        ])
        let before = try Surroundings()

        try process.run()
        let words = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()

        XCTAssertEqual(process.terminationStatus, 0, words)
        try assertNothingIsLeft(since: before)
        let rows = words.split(separator: "\n")
        func row(_ block: String, _ name: String) -> Substring {
            rows.drop { !$0.hasPrefix(block) }.first { $0.hasPrefix(name + " ") } ?? ""
        }
        XCTAssertTrue(row("move: the address moves, in order", "nothing").contains("ECONNRESET"))
        XCTAssertTrue(row("move: the address moves, in order", "tcp-ut").contains("ECONNRESET"))
        XCTAssertTrue(
            row("move: ", "ss-kill").contains("notApplicable: ss is not installed"), words)
        XCTAssertTrue(row("firewall: ", "nothing").contains("nft is not installed"), words)
        XCTAssertTrue(words.contains("rabbitmq-server is not installed"), words)
    }

    func testEachProgramThatIsMissingMakesItsRowsNotApplicableByName() async throws {
        try XCTSkipUnless(
            FileManager.default.isExecutableFile(atPath: "/usr/sbin/haproxy"),
            "haproxy is not installed; Scripts/setup --failover installs it")
        for (name, paths, options) in [
            ("haproxy", ["/usr/sbin/haproxy"], ""),
            (
                "rabbitmq-server",
                ["/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/sbin/rabbitmq-server"],
                "--backend rabbitmq"
            ),
            (
                "python3-pika", ["/usr/lib/python3/dist-packages/pika/__init__.py"],
                "--backend rabbitmq"
            ),
            ("keepalived", ["/usr/sbin/keepalived"], "--mover keepalived"),
        ] {
            let folder = NSTemporaryDirectory() + "etimedout-failover-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let script =
                (paths.map { Self.hide($0) } + [
                    "exec \"$0\" failover \(options) --event move --protection tcp-ut "
                        + "--report \(folder)"
                ]).joined(separator: "\n")
            let (process, output) = try command([
                "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "etimedout",
            ])

            try process.run()
            let words = String(
                decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()

            // Nothing was applicable: that is no success.
            XCTAssertEqual(process.terminationStatus, 2, words)
            XCTAssertTrue(
                words.contains("tcp-ut     notApplicable: \(name) is not installed"), words)
            XCTAssertTrue(words.contains("Scripts/setup --failover installs"), words)
        }
    }
}
