import Foundation
import XCTest

@testable import KernelLab

/// Fetching and keeping, with a source that is made up: no network.
final class KernelStoreTests: XCTestCase {
    private var scratch = ""
    private let selector = KernelSelector.debian(version: "6.1", flavour: "cloud-amd64")

    override func setUpWithError() throws {
        scratch = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout-test")
    }

    override func tearDown() { Files.remove(scratch) }

    private func source() async throws -> PaperSource {
        try await PaperSource(holding: TestPackages.deb(TestPackages.kernelFiles()))
    }

    private func store(_ sources: any PackageSource...) -> KernelStore {
        KernelStore(folder: "\(scratch)/store", sources: sources)
    }

    /// What lies in the store and is not a lock.
    private func kept(_ below: String) -> [String] { Files.names(in: "\(scratch)/store/\(below)") }

    func testAKernelIsFetchedOnceAndKept() async throws {
        let source = try await source()
        let store = store(source)

        let first = try await store.kernel(selector)
        let second = try await store.kernel(selector)

        XCTAssertEqual(first.release, "6.1.0-56-cloud-amd64")
        XCTAssertEqual(first.packageVersion, "6.1.192-2")
        XCTAssertEqual(first.configuredHZ, 250)
        XCTAssertEqual(first, second)
        XCTAssertEqual(source.fetches, 1)
        XCTAssertEqual(store.kept().map(\.selector.description), ["debian:6.1.192"])
    }

    func testADownloadThatFailsLeavesNothingAndTheNextSucceeds() async throws {
        let source = try await source()
        let store = store(source)
        let faults: [PaperSource.Fault] = [
            .broken, .cutShort(0), .cutShort(700), .garbled, .nothing,
        ]
        for fault in faults {
            source.fail(fault)
            do {
                _ = try await store.kernel(selector)
                XCTFail("\(fault) went unnoticed")
            } catch {
                XCTAssertTrue(error is KernelLabError, "\(error)")
                XCTAssertFalse("\(error)".contains("\n"), "\(error)")
            }
            XCTAssertEqual(kept("packages/cloud-amd64"), [], "\(fault)")
            XCTAssertEqual(kept("kernels"), [], "\(fault)")
        }

        let kernel = try await store.kernel(selector)

        XCTAssertEqual(kernel.packageVersion, "6.1.192-2")
    }

    func testWhatAKilledProcessBeganIsClearedAway() async throws {
        let source = try await source()
        let store = store(source)
        for place in ["packages/cloud-amd64", "kernels"] {
            let left = try Files.makeScratch(in: "\(scratch)/store/\(place)")
            try Files.write([1, 2, 3], to: "\(left)/linux-image_half.deb")
        }

        _ = try await store.kernel(selector)

        for place in ["packages/cloud-amd64", "kernels"] {
            XCTAssertEqual(kept(place).count, 1, place)
            XCTAssertFalse(kept(place)[0].hasPrefix("scratch"), place)
        }
    }

    func testAKeptPackageThatIsDamagedIsFetchedAgain() async throws {
        let source = try await source()
        let store = store(source)
        let whole = try await store.kernel(selector)
        let folder = "\(scratch)/store/packages/cloud-amd64/6.1.192-2_6.1.0-56"
        let package = try XCTUnwrap(Files.names(in: folder).first { $0.hasSuffix(".deb") })
        try Files.write([0], to: "\(folder)/\(package)")

        let again = try await store.kernel(selector)

        XCTAssertEqual(again, whole)
        XCTAssertEqual(source.fetches, 2)
    }

    func testWhatIsUnpackedAndDamagedIsUnpackedAgain() async throws {
        let store = store(try await source())
        let kernel = try await store.kernel(selector)
        try Files.write([], to: kernel.image)

        let again = try await store.kernel(selector)

        XCTAssertEqual(again, kernel)
        XCTAssertGreaterThan(try Files.size(kernel.image), 0)
    }

    func testOfflineWhatIsKeptDoesAndEverythingElseSaysSo() async throws {
        let source = try await source()
        let store = store(source)
        source.setOffline(true)
        do {
            _ = try await store.kernel(selector)
            XCTFail("a kernel out of nothing")
        } catch {
            XCTAssertEqual(
                "\(error)",
                "debian:6.1 cannot be fetched and is not kept from earlier: apt-get failed: "
                    + "Could not resolve the mirror's name")
        }
        source.setOffline(false)
        let fetched = try await store.kernel(selector)
        source.setOffline(true)

        let kept = try await store.kernel(selector)
        let named = try await store.kernel(
            .debian(version: "6.1.192", flavour: "cloud-amd64"))
        let offer = try await store.offer()

        XCTAssertEqual(kept, fetched)
        XCTAssertEqual(named.image, fetched.image)
        XCTAssertEqual(offer.kernels.map(\.selector.description), ["debian:6.1.192"])
        XCTAssertEqual(offer.gaps.count, 1)
    }

    func testAKernelThatIsNotOfferedIsRefusedWithItsNeighbours() async throws {
        let store = store(try await source())
        do {
            _ = try await store.kernel(.debian(version: "6.1.5", flavour: "cloud-amd64"))
            XCTFail("there is none")
        } catch {
            XCTAssertEqual("\(error)", "Debian offers no kernel debian:6.1.5; near it: 6.1.192")
        }
    }

    func testSeveralWhoWantTheSameFetchItOnce() async throws {
        let source = try await source()
        // Two stores stand for two processes: a lock is between descriptors, not between processes.
        let stores = [store(source), store(source), store(source)]

        let kernels = try await withThrowingTaskGroup(of: Kernel.self) { [selector] group in
            for store in stores { group.addTask { try await store.kernel(selector) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }

        XCTAssertEqual(Set(kernels).count, 1)
        XCTAssertEqual(source.fetches, 1)
    }

    func testALockThatIsNeverGivenUpIsGivenUpOn() async throws {
        let path = "\(scratch)/lock"
        try await StoreLock.hold(path) {
            do {
                try await StoreLock.hold(path, patience: .milliseconds(50)) {}
                XCTFail("two had it")
            } catch {
                XCTAssertTrue("\(error)".contains("another process"), "\(error)")
            }
        }
        try await StoreLock.hold(path, patience: .milliseconds(50)) {}
    }

    func testCleaningRemovesWhatIsNamedOrEverything() async throws {
        let store = store(try await source())
        _ = try await store.kernel(selector)
        do {
            _ = try await store.clean([.debian(version: "6.12", flavour: "cloud-amd64")])
            XCTFail("it is not kept")
        } catch {
            XCTAssertTrue("\(error)".contains("not kept"), "\(error)")
        }
        XCTAssertEqual(store.kept().count, 1)

        let bytes = try await store.clean([selector])

        XCTAssertGreaterThan(bytes, 0)
        XCTAssertEqual(store.kept(), [])
        _ = try await store.kernel(selector)
        _ = try await store.clean()
        XCTAssertEqual(kept("packages") + kept("kernels"), [])
    }
}
