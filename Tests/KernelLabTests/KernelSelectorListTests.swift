import Foundation
import XCTest

@testable import KernelLab

/// Several kernels, as people name them; no network.
final class KernelSelectorListTests: XCTestCase {
    private var scratch = ""

    override func setUpWithError() throws {
        scratch = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout-test")
    }

    override func tearDown() { Files.remove(scratch) }

    private func store(offline: Bool = false) -> KernelStore {
        KernelStore(folder: "\(scratch)/store", sources: [OfferedVersions(isOffline: offline)])
    }

    private func kernels(_ texts: String..., offline: Bool = false) async throws -> [String] {
        try await KernelSelectorList(texts).kernels(of: store(offline: offline))
            .map(\.description)
    }

    private func refusals(_ texts: String..., offline: Bool = false) async -> [String] {
        do {
            let list = try KernelSelectorList(texts)
            _ = try await list.kernels(of: store(offline: offline))
            XCTFail("accepted")
            return []
        } catch {
            return (error as? KernelRefusals)?.lines ?? ["\(error)"]
        }
    }

    private func write(_ text: String, to name: String) throws -> String {
        try Files.write(Array(text.utf8), to: "\(scratch)/\(name)")
        return "\(scratch)/\(name)"
    }

    func testCommasAndRepetitionMeanTheSame() async throws {
        let commas = try await kernels("host,debian:6.1", "debian:5.10.218")
        let repeated = try await kernels("host", "debian:6.1", "debian:5.10.218", "host")

        XCTAssertEqual(commas, ["host", "debian:6.1", "debian:5.10.218"])
        XCTAssertEqual(commas, repeated)
    }

    func testARangeIsTheNewestOfEachSeriesInIt() async throws {
        let range = try await kernels("debian:5.10..6.12", "host")
        let flavour = try await kernels("debian:6.1..7.0-amd64")

        XCTAssertEqual(
            range, ["debian:5.10.251", "debian:6.1.192", "debian:6.12.117", "host"])
        XCTAssertEqual(
            flavour, ["debian:6.1.192-amd64", "debian:6.12.117-amd64", "debian:7.0.4-amd64"])
    }

    func testAFileHoldsSelectorsAndComments() async throws {
        let path = try write(
            "# what we ship\ndebian:6.1 debian:5.10   # two\n\n host,debian:7.0..7.3\n", to: "list")

        let kernels = try await kernels("@\(path)")

        XCTAssertEqual(kernels, ["debian:6.1", "debian:5.10", "host", "debian:7.0.4"])
    }

    func testAPathThatHoldsACommaIsAPath() async throws {
        let path = try write("no kernel, but there", to: "vmlinuz,new")

        let kernels = try await kernels(path)

        XCTAssertEqual(kernels, [path])
    }

    func testEachThatIsWrongHasALine() async throws {
        let path = try write("host\n\ndebian:six\n@elsewhere", to: "list")
        let empty = try write("# nothing\n", to: "empty")

        let lines = await refusals(
            "bogus,host", "debian:7.3..5.10", "debian:5.10..", "@\(path)", "@\(empty)",
            "@/nowhere")

        XCTAssertEqual(lines.count, 7, "\(lines)")
        for (line, words) in zip(
            lines,
            [
                "\"bogus\" is unknown", "begins above its end", "\"debian:5.10..\" is unknown",
                "list, line 3: the kernel \"debian:six\"", "list, line 4: ", "names no kernel",
                "/nowhere: ",
            ])
        {
            XCTAssertTrue(line.contains(words), "\(line) lacks \(words)")
        }
    }

    func testARangeWithNothingInItOrWithoutANetworkIsRefused() async {
        let empty = await refusals("debian:4.0..4.9", "debian:8.0..9.0")
        let offline = await refusals("debian:5.10..7.3", offline: true)
        let nothing = await refusals("", ",")

        XCTAssertEqual(
            empty,
            [
                "debian:4.0..4.9: Debian offers nothing in it",
                "debian:8.0..9.0: Debian offers nothing in it",
            ])
        XCTAssertEqual(offline.count, 1)
        XCTAssertTrue(offline[0].hasPrefix("debian:5.10..7.3: "), "\(offline)")
        XCTAssertEqual(nothing, ["no kernel is named"])
    }
}

/// A source that offers some versions, and has nothing of them.
private struct OfferedVersions: PackageSource {
    var isOffline: Bool
    let name = "somewhere"

    func kernels(flavour: String) async throws -> [KernelRecord] {
        if isOffline { throw KernelLabError.programFailed("apt-get", reason: "no route") }
        return ["5.10.218-1", "5.10.251-1", "6.1.192-1", "6.12.117-1", "7.0.4-1"].map {
            KernelRecord(release: "r", version: $0, packages: [])
        }
    }

    func fetch(_ record: KernelRecord, into folder: String) async throws {}
}
