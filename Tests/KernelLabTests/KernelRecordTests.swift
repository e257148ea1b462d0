import XCTest

@testable import KernelLab

final class KernelRecordTests: XCTestCase {
    private let text = """
        Package: linux-image-6.1.0-50-cloud-amd64
        Version: 6.1.176-1
        Size: 26713492
        SHA256: 0000000000000000000000000000000000000000000000000000000026713492

        Package: linux-image-6.1.0-56-cloud-amd64
        Version: 6.1.192-2
        Size: 26713492
        SHA256: 0000000000000000000000000000000000000000000000000000000026713492
        Description: Linux 6.1 for x86-64 cloud
         Package: of the description, which counts for nothing

        Package: linux-image-7.2.13+deb14-cloud-amd64
        Version: 7.2.13-1
        Size: 1916
        SHA256: 0000000000000000000000000000000000000000000000000000000000001916

        Package: linux-binary-7.2.13+deb14-cloud-amd64
        Version: 7.2.13-1
        Size: 13717736
        SHA256: 0000000000000000000000000000000000000000000000000000000013717736

        Package: linux-modules-7.2.13+deb14-cloud-amd64
        Version: 7.2.13-1
        Size: 23451956
        SHA256: 0000000000000000000000000000000000000000000000000000000023451956

        Package: linux-base-7.2.13+deb14-cloud-amd64
        Version: 7.2.13-1
        Size: 81000
        SHA256: 0000000000000000000000000000000000000000000000000000000000081000

        Package: linux-image-6.12-cloud-amd64
        Version: 6.12.107-1
        Size: 1500
        SHA256: 0000000000000000000000000000000000000000000000000000000000001500
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
            record?.packages.map(\.name),
            [
                "linux-binary-7.2.13+deb14-cloud-amd64", "linux-modules-7.2.13+deb14-cloud-amd64",
                "linux-base-7.2.13+deb14-cloud-amd64",
            ])
        XCTAssertEqual(record?.bytes, 13_717_736 + 23_451_956 + 81_000)
    }

    func testFlavoursAreKeptApart() {
        XCTAssertEqual(KernelRecord.records(text, flavour: "amd64"), [])
    }

    func testACandidateOfAReleaseHasItsNumber() {
        let record = KernelRecord(release: "7.3", version: "7.3~rc7-1~exp1", packages: [])

        XCTAssertEqual(record.upstream, "7.3")
        XCTAssertTrue(record.matches("7.3"))
    }

    func testACandidateAndABackportAreOlderThanWhatTheyLeadTo() {
        let versions = ["7.3-1~bpo13+1", "7.3~rc7-1~exp1", "7.3.1-1", "7.3-1", "6.12.117-1"]
        let records = versions.map { KernelRecord(release: "r", version: $0, packages: []) }

        let sorted = records.sorted { $1.isNewer(than: $0) }.map(\.version)

        XCTAssertEqual(
            sorted, ["6.12.117-1", "7.3~rc7-1~exp1", "7.3-1~bpo13+1", "7.3-1", "7.3.1-1"])
    }
}
