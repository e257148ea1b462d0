import Foundation
import XCTest

@testable import KernelLab

/// What is said to QEMU about a guest that stands still, and when.
final class MachineMonitorTests: XCTestCase {
    /// The other end of a monitor's pipes.
    private struct Machine {
        let monitor: MachineMonitor
        let path: String
        private let reading: Int32

        init(_ goal: MachineMonitor.Goal, in folder: String) throws {
            path = "\(folder)/monitor"
            monitor = try MachineMonitor(goal, pipes: path)
            reading = open("\(path).in", O_RDONLY | O_NONBLOCK)
        }

        /// What was said since.
        func heard() -> String {
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = read(reading, &chunk, chunk.count)
            return String(decoding: chunk.prefix(max(0, count)), as: UTF8.self)
        }

        func says(_ text: String) throws {
            let file = open("\(path).out", O_WRONLY)
            _ = write(file, text, text.utf8.count)
            close(file)
            try monitor.hear()
        }
    }

    private func machine(_ goal: MachineMonitor.Goal) throws -> Machine {
        let folder = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout")
        addTeardownBlock { Files.remove(folder) }
        return try Machine(goal, in: folder)
    }

    func testAGuestIsKeptOnceItStandsStill() throws {
        let machine = try machine(.keep("/a b/it's"))
        XCTAssertEqual(machine.heard(), "", "nothing before the guest is about to stand still")
        machine.monitor.begin()
        machine.monitor.begin()
        XCTAssertEqual(machine.heard(), "{\"execute\":\"qmp_capabilities\"}\n")
        try machine.says("{\"QMP\": {}}\r\n{\"return\": {}}\r\n")
        XCTAssertTrue(machine.heard().contains("migrate-set-capabilities"))
        try machine.says("{\"event\": \"STOP\"}\r\n{\"ret")
        XCTAssertEqual(machine.heard(), "", "half a line is no answer")
        try machine.says("urn\": {}}\r\n")
        XCTAssertTrue(machine.heard().contains("query-status"))
        try machine.says("{\"return\": {\"status\": \"running\"}}\r\n")
        XCTAssertTrue(machine.heard().contains("query-status"), "not yet")

        try machine.says("{\"return\": {\"status\": \"guest-panicked\"}}\r\n")

        let wanted = #"{"uri":"exec:cat > '\/a b\/it'\\''s'"}"#
        XCTAssertTrue(machine.heard().contains(wanted))
        try machine.says("{\"return\": {}}\r\n")
        XCTAssertFalse(machine.monitor.isDone)
        try machine.says(
            "{\"event\": \"MIGRATION\", \"data\": {\"status\": \"completed\"}}\r\n")
        XCTAssertTrue(machine.heard().contains("quit"))
        XCTAssertTrue(machine.monitor.isDone)
    }

    func testAGuestThatCannotBeKeptIsTold() throws {
        let machine = try machine(.keep("/a"))
        machine.monitor.begin()
        for _ in 0..<2 { try machine.says("{\"return\": {}}\n") }
        try machine.says("{\"return\": {\"status\": \"guest-panicked\"}}\n")
        XCTAssertTrue(machine.heard().contains("migrate"))

        XCTAssertThrowsError(
            try machine.says(
                "{\"event\": \"MIGRATION\", \"data\": {\"status\": \"failed\"}}\n"))
        XCTAssertThrowsError(try machine.says("{\"error\": {\"desc\": \"no such file\"}}\n")) {
            XCTAssertEqual("\($0)", "QEMU's monitor failed: no such file")
        }
        XCTAssertFalse(machine.monitor.isDone)
    }

    func testAGuestGoesOnOnceItIsLoaded() throws {
        let machine = try machine(.goOn(from: "/a b/it's"))
        machine.monitor.begin()
        XCTAssertEqual(
            machine.heard(),
            """
            migrate_set_capability x-ignore-shared on
            migrate_incoming "exec:cat '/a b/it'\\\\''s'"
            info status

            """)
        try machine.says("QEMU 7.2 monitor\r\n(qemu) info status\r\nVM status: paus")
        XCTAssertEqual(machine.heard(), "", "half an answer is none")
        try machine.says("ed (inmigrate)\r\n(qemu) ")
        XCTAssertEqual(machine.heard(), "info status\n", "not yet")
        XCTAssertFalse(machine.monitor.isDone)

        try machine.says("info status\r\nVM status: paused (guest-panicked)\r\n(qemu) ")

        XCTAssertEqual(machine.heard(), "cont\n")
        XCTAssertTrue(machine.monitor.isDone)
        try machine.says("cont\r\n(qemu) ")
        XCTAssertEqual(machine.heard(), "", "nothing is said to a guest that runs")
    }
}
