import XCTest

@testable import KernelLab

final class DebianOfferTests: XCTestCase {
    private let offer = DebianOffer(
        [
            "7.0.4-1", "7.0.13-1~bpo13+1", "5.10.218-1", "5.10.251-1", "6.1.170-1", "6.1.192-1",
            "6.1.192-2", "6.12.117-1", "6.2.1-1",
        ].map { KernelRecord(release: "r", version: $0, packages: []) },
        flavour: "cloud-amd64", kept: ["6.1.192-2_r"], gaps: [])

    private func texts(_ kernels: [DebianKernel]) -> [String] {
        kernels.map(\.selector.description)
    }

    func testVersionsAreOrderedByNumberNotByLetter() throws {
        let texts = ["6.12", "6.2.1", "6.2", "5.10.9", "5.10.251"]
        let versions = try texts.map { try XCTUnwrap(KernelVersion($0)) }

        XCTAssertEqual(
            versions.sorted().map(\.description), ["5.10.9", "5.10.251", "6.2", "6.2.1", "6.12"])
        for text in ["6", "6.", "6.1.2.3", "six.one", "-6.1", ""] {
            XCTAssertNil(KernelVersion(text), text)
        }
    }

    func testEachVersionIsThereOnceInItsNewestPackage() {
        let kernel = offer.kernels.first { $0.version.description == "6.1.192" }

        XCTAssertEqual(kernel?.packageVersion, "6.1.192-2")
        XCTAssertEqual(kernel?.isKept, true)
        XCTAssertEqual(offer.kernels.count { $0.isKept }, 1)
        XCTAssertEqual(offer.kernels.count, 8)
    }

    func testARangeOfSeriesIsTheNewestOfEach() throws {
        let range = offer.kernels(
            from: try XCTUnwrap(KernelVersion("5.10")),
            through: try XCTUnwrap(KernelVersion("6.12")))

        XCTAssertEqual(
            texts(range), ["debian:5.10.251", "debian:6.1.192", "debian:6.2.1", "debian:6.12.117"])
    }

    func testARangeFromAPointReleaseIsAllOfThem() throws {
        let first = try XCTUnwrap(KernelVersion("6.1.171"))
        let last = try XCTUnwrap(KernelVersion("7.0"))

        XCTAssertEqual(
            texts(offer.kernels(from: first, through: last)),
            [
                "debian:6.1.192", "debian:6.2.1", "debian:6.12.117", "debian:7.0.4",
                "debian:7.0.13",
            ])
        XCTAssertEqual(
            texts(offer.kernels(from: first, through: try XCTUnwrap(KernelVersion("6.2.0")))),
            ["debian:6.1.192"])
    }
}
