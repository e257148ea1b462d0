import XCTest

@testable import KernelLab

final class KernelRecordTests: XCTestCase {
    private let text = """
        Package: linux-image-6.1.0-50-cloud-amd64
        Version: 6.1.176-1
        Size: 26713492

        Package: linux-image-6.1.0-56-cloud-amd64
        Version: 6.1.192-2
        Size: 26713492
        Description: Linux 6.1 for x86-64 cloud
         Package: of the description, which counts for nothing

        Package: linux-image-7.2.13+deb14-cloud-amd64
        Version: 7.2.13-1
        Size: 1916

        Package: linux-binary-7.2.13+deb14-cloud-amd64
        Version: 7.2.13-1
        Size: 13717736

        Package: linux-modules-7.2.13+deb14-cloud-amd64
        Version: 7.2.13-1
        Size: 23451956

        Package: linux-image-6.12-cloud-amd64
        Version: 6.12.107-1
        Size: 1500
        """

    func testTheNewestKernelOfASeriesComesFirst() {
        let records = KernelRecord.records(text, flavour: "cloud-amd64")

        XCTAssertEqual(records.map(\.upstream), ["7.2.13", "6.1.192", "6.1.176"])
        XCTAssertEqual(records.first { $0.matches("6.1") }?.release, "6.1.0-56")
        XCTAssertEqual(records.first { $0.matches("6.1.176") }?.release, "6.1.0-50")
        XCTAssertNil(records.first { $0.matches("6.12") }, "a package that only depends")
        XCTAssertNil(records.first { $0.matches("6.1.19") })
    }

    func testAKernelInSeveralPackagesIsThoseWithAContent() {
        let record = KernelRecord.records(text, flavour: "cloud-amd64").first { $0.matches("7.2") }

        XCTAssertEqual(
            record?.packages,
            ["linux-binary-7.2.13+deb14-cloud-amd64", "linux-modules-7.2.13+deb14-cloud-amd64"])
    }

    func testFlavoursAreKeptApart() {
        XCTAssertEqual(KernelRecord.records(text, flavour: "amd64"), [])
    }

    func testACandidateOfAReleaseHasItsNumber() {
        let record = KernelRecord(release: "7.3", version: "7.3~rc7-1~exp1", packages: [])

        XCTAssertEqual(record.upstream, "7.3")
        XCTAssertTrue(record.matches("7.3"))
    }
}
