import Foundation
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
        process.standardOutput = errors
        process.standardError = errors
        return (process, errors)
    }

    private func interrupt(with signal: Int32, status: Int32) async throws {
        try XCTSkipUnless(
            FileManager.default.isExecutableFile(atPath: "/usr/sbin/haproxy"),
            "haproxy is not installed; Scripts/setup --failover installs it")
        let folder = NSTemporaryDirectory() + "etimedout-failover-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
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

        kill(pid_t(root), signal)
        let words = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()

        XCTAssertEqual(process.terminationStatus, status, words)
        try await self.await(seconds: 10, "what it had started did not end") {
            !family.contains { stat($0.pid)?.began == $0.began }
        }
        // What no process holds and nothing is mounted on is gone: namespaces too.
        XCTAssertEqual(try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8), mounts)
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
        ].map { "[ ! -e \($0) ] || mount --bind /dev/null \($0) 2>/dev/null || true" }
        let script =
            (hidden + [
                "exec \"$0\" failover --backend simple --backend rabbitmq --event move "
                    + "--event firewall --protection nothing --protection tcp-ut "
                    + "--protection ss-kill --report \(folder)"
            ]).joined(separator: "\n")
        let (process, output) = try command([
            "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "etimedout",
        ])

        try process.run()
        let words = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()

        XCTAssertEqual(process.terminationStatus, 0, words)
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
}
