import Foundation
import XCTest

@testable import KernelLab

/// What a process that was killed left behind.
final class ScratchTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout-test")
    }

    override func tearDown() { Files.remove(folder) }

    private func age(_ path: String, seconds: TimeInterval) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path)
    }

    func testWhatNobodyHoldsAnyMoreIsRemovedByTheNext() throws {
        let forsaken = try Files.makeScratch(in: folder, named: "etimedout")
        try Files.write([1], to: "\(forsaken)/initramfs")
        let recent = try Files.makeScratch(in: folder, named: "etimedout")
        let other = try Files.makeScratch(in: folder, named: "other")
        let held = try Scratch(in: folder, named: "etimedout")
        for path in [forsaken, other, held.path] { try age(path, seconds: 120) }

        let next = try Scratch(in: folder, named: "etimedout")

        XCTAssertFalse(Files.exists(forsaken))
        for path in [recent, other, held.path, next.path] {
            XCTAssertTrue(Files.exists(path), path)
        }
    }

    func testAFolderGoesWithItsContent() throws {
        let scratch = try Scratch(in: folder)
        try Files.write([1], to: "\(scratch.path)/file")

        scratch.remove()

        XCTAssertEqual(Files.names(in: folder), [])
    }

    func testALinkIsNotFollowed() throws {
        let target = try Files.makeScratch(in: folder, named: "target")
        try age(target, seconds: 120)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/etimedout.link", withDestinationPath: target)

        _ = try Scratch(in: folder, named: "etimedout")

        XCTAssertTrue(Files.exists(target))
    }
}
