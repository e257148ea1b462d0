import Evidence
import Foundation
import KernelLab
import XCTest

/// What the kernel of this machine says that it was built with.
final class RunningConfigurationTests: XCTestCase {
    private func compressed(_ text: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "etimedout-config-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        addTeardownBlock { try? FileManager.default.removeItem(atPath: file.path + ".gz") }
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/bin/gzip")
        gzip.arguments = [file.path]
        try gzip.run()
        gzip.waitUntilExit()
        return file.path + ".gz"
    }

    func testACompressedConfigurationIsReadAndOnlyWhatMattersIsKept() throws {
        let path = try compressed("CONFIG_HZ=250\n# CONFIG_TLS is not set\nCONFIG_EXT4_FS=y\n")

        let configuration = try XCTUnwrap(KernelConfiguration.running(path))

        XCTAssertEqual(configuration.options, ["HZ": "250", "TLS": "n"])
        XCTAssertEqual(configuration.hz, 250)
    }

    func testAKernelThatDoesNotTellHasNoConfiguration() throws {
        XCTAssertNil(KernelConfiguration.running("/nonexistent/config.gz"))
        XCTAssertNil(KernelConfiguration.running(try compressed("")))
    }
}
