import XCTest

@testable import KernelLab

final class KernelSelectorTests: XCTestCase {
    func testSelectorsAreReadAndWrittenAlike() throws {
        let texts = [
            "host", "debian:6.1", "debian:6.12.117", "debian:6.1-amd64", "/tmp", "uml:/tmp",
        ]
        for text in texts {
            XCTAssertEqual(try KernelSelector(text).description, text)
        }
    }

    func testADebianKernelIsTheCloudFlavourUnlessNamedOtherwise() throws {
        let selector = try KernelSelector("debian:5.10.223")

        XCTAssertEqual(selector, .debian(version: "5.10.223", flavour: "cloud-amd64"))
    }

    func testWhatNamesNoKernelIsRefusedInOneLine() {
        let texts = [
            "", "host2", "debian:", "debian:6", "debian:six.one", "debian:6.1-arm64", "/no",
            "uml:", "uml:/no",
        ]
        for text in texts {
            XCTAssertThrowsError(try KernelSelector(text)) { error in
                XCTAssertFalse("\(error)".contains("\n"))
                XCTAssertTrue("\(error)".contains("\"\(text)\""), "\(error)")
            }
        }
    }

    func testAFolderOfARunIsNamedAfterTheKernel() throws {
        XCTAssertEqual(try KernelSelector("debian:6.1").fileName, "debian-6.1")
        XCTAssertEqual(try KernelSelector("/tmp").fileName, "tmp")
    }
}
