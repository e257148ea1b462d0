import Foundation
import XCTest

/// The source itself: who imports whom, and how long things are.
final class ArchitectureTests: XCTestCase {
    /// What each module of ours may import of ours: the design's table.
    private let allowed: [String: Set<String>] = [
        "Wire": [],
        "KernelTimers": [],
        "Evidence": ["Wire", "KernelTimers"],
        "Behaviours": ["Evidence", "KernelTimers"],
        "Judge": ["Behaviours", "Evidence", "KernelTimers", "Wire"],
        "Reporting": ["Judge", "Behaviours", "Evidence", "KernelTimers", "Wire"],
        "LinuxNet": ["CLinux", "CNetlink", "CPcap"],
        "Testbed": ["LinuxNet", "CLinux", "CPcap", "Evidence", "KernelTimers", "Wire"],
        "KernelLab": ["CArchive", "Evidence"],
        "Advice": ["Evidence", "KernelTimers", "Reporting"],
        "FailoverLab": ["LinuxNet", "Evidence", "KernelTimers"],
        "etimedout-perform": ["Testbed", "FailoverLab", "LinuxNet", "Evidence"],
    ]

    /// Values in, values out: nothing that reads a clock, a file or a socket.
    private let pure = [
        "Wire", "KernelTimers", "Evidence", "Behaviours", "Judge", "Reporting", "Advice",
    ]

    private let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func sources(below folder: String) throws -> [(path: String, lines: [String])] {
        let base = root.appending(path: folder)
        let names = FileManager.default.enumerator(atPath: base.path)?.allObjects ?? []
        return try names.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map
        {
            let text = try String(contentsOf: base.appending(path: $0), encoding: .utf8)
            return ("\(folder)/\($0)", text.components(separatedBy: "\n"))
        }
    }

    private func imports(of module: String) throws -> Set<String> {
        var found: Set<String> = []
        for (_, lines) in try sources(below: "Sources/\(module)") {
            for line in lines {
                let words = line.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index <= 1,
                    index + 1 < words.count,
                    index == 0 || ["public", "internal", "@testable"].contains(words[0])
                else { continue }
                found.insert(String(words[index + 1]))
            }
        }
        return found
    }

    func testModulesImportOnlyInTheDirectionOfTheDesign() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: root.appending(path: "Sources").path)
        let own = Set(folders)
        for (module, permitted) in allowed {
            let used = try imports(of: module).intersection(own)
            XCTAssertEqual(used.subtracting(permitted), [], "\(module) imports too much")
        }
    }

    func testThePureHalfImportsNothingThatTouchesAMachine() throws {
        for module in pure {
            let used = try imports(of: module)
                .intersection([
                    "Glibc", "Foundation", "Dispatch", "SystemPackage", "XCTest", "Subprocess",
                    "CPcap", "CLinux",
                ])
            XCTAssertEqual(used, [], "\(module)")
        }
    }

    func testThePerformerGoesWithoutTheWholeOfFoundation() throws {
        for module in ["etimedout-perform", "Testbed", "LinuxNet"] {
            XCTAssertFalse(try imports(of: module).contains("Foundation"), module)
        }
    }

    func testSourcesStayReadable() throws {
        for (path, lines) in try sources(below: "Sources") + sources(below: "Tests") {
            XCTAssertLessThanOrEqual(lines.count, 420, path)
            for (number, line) in lines.enumerated() where line.count > 100 {
                XCTFail("\(path):\(number + 1) is \(line.count) columns wide")
            }
        }
    }

    func testNothingWaitsBySleeping() throws {
        // A watchdog's tick is no waiting: it measures when it is woken. And in virtual time trials
        // begin at moments, not at events.
        let exempt = ["Sources/Testbed/Watchdog.swift", "Sources/LinuxNet/Clocks.swift"]
        for (path, lines) in try sources(below: "Sources") where !exempt.contains(path) {
            for line in lines where !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
                XCTAssertFalse(
                    line.contains("usleep(") || line.contains(" sleep(")
                        || line.contains("nanosleep(") || line.contains("Thread.sleep"), path)
            }
        }
    }
}
