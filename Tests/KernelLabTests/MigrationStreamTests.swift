import XCTest

@testable import KernelLab

/// The one thing that is changed in what QEMU writes of a guest.
final class MigrationStreamTests: XCTestCase {
    private let block = "0000:00:10.0/shared"

    /// A block as QEMU 7.2 writes it, 8 MB at 0xfe000000, between others.
    private func stream(address: [UInt8] = [0, 0, 0, 0, 0xfe, 0, 0, 0]) -> [UInt8] {
        [1, 2, 3, UInt8(block.utf8.count)] + Array(block.utf8) + [0, 0, 0, 0, 0, 0x80, 0, 0]
            + address + [20, 0x2f]
    }

    func testTheAddressOfABlockIsForgottenAndNothingElse() {
        let changed = MigrationStream.forgettingAddress(of: block, in: stream())

        XCTAssertEqual(changed, stream(address: Array(repeating: 0, count: 8)))
    }

    func testWhatIsNotThereOrOfAnotherShapeIsRefused() {
        XCTAssertNil(MigrationStream.forgettingAddress(of: "0000:00:11.0/shared", in: stream()))
        XCTAssertNil(MigrationStream.forgettingAddress(of: block, in: []))
        for length in [30, 38] {
            XCTAssertNil(
                MigrationStream.forgettingAddress(of: block, in: Array(stream().prefix(length))))
        }
        for address in [[0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0xfe, 0, 0, 1]] as [[UInt8]] {
            XCTAssertNil(
                MigrationStream.forgettingAddress(of: block, in: stream(address: address)))
        }
    }
}
