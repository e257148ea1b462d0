import Foundation
import XCTest

@testable import KernelLab

/// How the stream of what a guest sends is put together from the memory and the port.
final class GuestResultsTests: XCTestCase {
    private struct Guest {
        let files: GuestFiles
        var memory: [UInt8] = []

        mutating func shares(_ bytes: [UInt8], telling count: Int? = nil) throws {
            memory += bytes
            var header: [UInt8] = []
            withUnsafeBytes(of: UInt64(bitPattern: Int64(count ?? memory.count)).littleEndian) {
                header += $0
            }
            try Files.write(header + memory + [9, 9, 9], to: files.shared)
        }

        func sends(_ bytes: [UInt8]) throws { try Files.write(bytes, to: files.results) }
    }

    private func guest() throws -> Guest {
        let folder = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout")
        addTeardownBlock { Files.remove(folder) }
        return Guest(files: GuestFiles(kernel: "/vmlinuz", folder: folder))
    }

    func testWhatIsSharedIsTakenOnce() throws {
        var guest = try guest()
        var results = GuestResults(guest.files)
        XCTAssertEqual(results.growth(), [], "there is no file yet")

        try guest.shares([1, 2])
        try guest.sends([0])
        XCTAssertEqual(results.growth(), [1, 2])
        XCTAssertEqual(results.growth(), [])
        try guest.shares([3])
        try guest.sends([0, 0])

        XCTAssertEqual(results.growth(), [3])
    }

    func testWhatThereWasNoRoomForComesAfterWhatIsShared() throws {
        var guest = try guest()
        var results = GuestResults(guest.files)
        try guest.shares([1, 2])

        try guest.sends([0, 0x45, 0, 7])

        XCTAssertEqual(results.growth(), [1, 2, 0x45, 0, 7])
        try guest.sends([0, 0x45, 0, 7, 0, 8])
        XCTAssertEqual(results.growth(), [0, 8], "from then on nothing is a bell")
    }

    func testWithoutMemoryThePortHasAll() throws {
        let guest = try guest()
        var results = GuestResults(guest.files)
        try guest.sends([0x45, 1])

        XCTAssertEqual(results.growth(), [0x45, 1])
    }

    func testACountThatLiesHarmsNobody() throws {
        for count in [-1, Int.max, Int.max - 7, 1 << 40] {
            var guest = try guest()
            var results = GuestResults(guest.files)
            try guest.shares([1], telling: count)

            XCTAssertLessThanOrEqual(results.growth().count, 4, "\(count)")
        }
    }
}
