import Campaign
import Evidence
import Foundation
import Reporting
import Synchronization
import XCTest

/// Matrices of kernels that the fake performer plays.
final class MatrixTests: XCTestCase {
    /// A kernel in one of the fake performer's modes.
    private func asker(
        _ mode: String, _ kernel: String, in scratch: Scratch, cost: Int = 0,
        isAlone: Bool = false
    ) throws -> Matrix.Asker {
        Matrix.Asker(
            performer: try fakePerformer(mode, in: scratch, kernel: kernel), cost: cost,
            isAlone: isAlone)
    }

    private let kernels = ["debian:5.10", "debian:6.1", "debian:6.12"]

    private func matrix(
        in scratch: Scratch, shard: String? = nil, trials: [TrialID] = threeTrials,
        kernels: [String]? = nil
    ) throws -> Matrix {
        let name = shard?.replacing("/", with: "-") ?? "whole"
        return try Matrix(
            kernels: kernels ?? self.kernels, trials: trials,
            shard: shard.flatMap { MatrixShard($0) },
            folder: try MatrixFolder.create(at: "\(scratch.path)/\(name)"), guestsAtOnce: 2)
    }

    private func askers(
        _ modes: [String] = ["perform", "perform", "perform"], in scratch: Scratch
    ) throws -> [String: Matrix.Asker] {
        var askers: [String: Matrix.Asker] = [:]
        for (kernel, mode) in zip(kernels, modes) {
            askers[kernel] = try asker(
                mode, kernel.replacing("debian:", with: ""), in: scratch)
        }
        return askers
    }

    /// The bytes of all files of a matrix by their paths, but for what belongs to the occasion.
    private func bytes(_ folder: MatrixFolder) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        where !name.hasSuffix("provenance.json") && !name.hasSuffix("index.html")
            && !name.hasSuffix("kcidb.json")
        {
            let content = FileManager.default.contents(atPath: "\(folder.path)/\(name)")
            if let content { found[name] = content }
        }
        return found
    }

    // MARK: - Asking

    func testEachKernelHasARunFolderAndAColumn() async throws {
        let scratch = try Scratch()
        let matrix = try matrix(in: scratch)

        let record = try await matrix.perform(
            askers: askers(["perform", "deviate", "perform"], in: scratch))

        XCTAssertEqual(record.kernels.map(\.state), [.done, .done, .done])
        XCTAssertEqual(record.kernels.map(\.status), [.conforms, .deviates, .conforms])
        XCTAssertEqual(record.kernels.map { $0.kernel?.release }, ["5.10", "6.1", "6.12"])
        XCTAssertEqual(record.status, .deviates)
        XCTAssertEqual(
            try scratch.names(matrix.folder.path),
            [
                "SHA256SUMS", "debian-5.10", "debian-6.1", "debian-6.12", "index.html",
                "matrix.json", "provenance.json",
            ])
        XCTAssertEqual(try matrix.folder.record(), record)
        for column in record.kernels {
            let run = try RunFolder.load(matrix.folder.runFolder(column).path)
            XCTAssertEqual(run.record?.findings.count, 3)
        }
        let damage = try await matrix.folder.damage(record)
        XCTAssertEqual(damage, [])
    }

    func testALostGuestCostsItsOwnColumnOnly() async throws {
        let scratch = try Scratch()
        let matrix = try matrix(in: scratch)

        let record = try await matrix.perform(
            askers: askers(["die-midway", "perform", "die-early"], in: scratch))

        XCTAssertEqual(record.kernels.map(\.state), [.lost, .done, .lost])
        XCTAssertEqual(record.kernels[0].cells.count, 3)
        XCTAssertEqual(record.kernels[2].cells.count, 0)
        XCTAssertTrue(record.kernels[0].reason?.contains("on fire") ?? false)
        XCTAssertEqual(record.status, .inconclusive)
        XCTAssertFalse(try scratch.names(matrix.folder.path).contains("debian-6.12"))
    }

    func testWhatIsAloneIsAskedFirstAndTheDearestOfTheOthersNext() async throws {
        let scratch = try Scratch()
        let matrix = try matrix(
            in: scratch, trials: [threeTrials[0]], kernels: kernels + ["host", "debian:7.0"])
        var askers: [String: Matrix.Asker] = [:]
        for (kernel, cost) in zip(matrix.pending, [1, 5, 3, 0, 4]) {
            askers[kernel] = try asker(
                "perform", "x", in: scratch, cost: cost, isAlone: kernel == "host")
        }
        let order = Mutex<[String]>([])

        _ = try await matrix.perform(askers: askers) { progress in
            switch progress {
            case .began(let column, _): order.withLock { $0.append("+\(column.selector)") }
            case .ended(let column, _): order.withLock { $0.append("-\(column.selector)") }
            case .event: break
            }
        }

        let told = order.withLock { $0 }
        XCTAssertEqual(told.prefix(2), ["+host", "-host"])
        let first = Set(told.dropFirst(2).filter { $0.hasPrefix("+") }.prefix(3))
        XCTAssertEqual(first, ["+debian:6.1", "+debian:7.0", "+debian:6.12"])
    }

    // MARK: - Resuming

    func testResumingAsksOnlyWhatIsNotFinished() async throws {
        let scratch = try Scratch()
        let first = try matrix(in: scratch)
        _ = try await first.perform(
            askers: askers(["perform", "die-midway", "perform"], in: scratch))

        let second = try await Matrix(resuming: first.folder, guestsAtOnce: 2)
        // Whoever asks a finished kernel again loses it.
        let record = try await second.perform(
            askers: askers(["die-early", "perform", "die-early"], in: scratch))

        XCTAssertEqual(second.pending, ["debian:6.1"])
        XCTAssertEqual(record.kernels.map(\.state), [.done, .done, .done])
        XCTAssertEqual(record.status, .conforms)
        let whole = try Scratch()
        let uninterrupted = try matrix(in: whole)
        _ = try await uninterrupted.perform(askers: askers(in: whole))
        XCTAssertEqual(try bytes(first.folder), try bytes(uninterrupted.folder))
    }

    func testADamagedKernelIsAskedAgain() async throws {
        let scratch = try Scratch()
        let first = try matrix(in: scratch)
        _ = try await first.perform(askers: askers(in: scratch))
        let capture =
            "\(first.folder.path)/debian-6.12/pcap/"
            + "unroutable.idle+T3000+ipv4+veth.pcapng"
        var bytes = try Data(contentsOf: URL(filePath: capture))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(filePath: capture))

        let second = try await Matrix(resuming: first.folder, guestsAtOnce: 2)

        XCTAssertEqual(second.pending, ["debian:6.12"])
    }

    func testAKernelThatWasFinishedBeforeItWasNotedIsKept() async throws {
        let scratch = try Scratch()
        let first = try matrix(in: scratch)
        let nothing = try JSONText.encode(first.record)
        let record = try await first.perform(askers: askers(in: scratch))
        // As a kill leaves it: everything is there but the last word on it.
        try Data(nothing).write(to: URL(filePath: "\(first.folder.path)/matrix.json"))

        let second = try await Matrix(resuming: first.folder, guestsAtOnce: 2)

        XCTAssertEqual(second.pending, [])
        XCTAssertEqual(second.record, record)
    }

    func testCancellingKeepsWhatIsFinishedAndTheRestPending() async throws {
        let scratch = try Scratch()
        let matrix = try matrix(in: scratch)
        let askers = try askers(["perform", "wait-for-end", "wait-for-end"], in: scratch)
        let ended = AsyncStream<Void>.makeStream()
        let task = Task {
            try await matrix.perform(askers: askers) { progress in
                if case .ended = progress { ended.continuation.yield() }
            }
        }
        for await _ in ended.stream { break }

        task.cancel()
        let record = try await task.value

        XCTAssertEqual(record.kernels.map(\.state), [.done, .pending, .pending])
        XCTAssertEqual(record.status, .inconclusive)
        let again = try await Matrix(resuming: matrix.folder, guestsAtOnce: 2)
        XCTAssertEqual(again.pending, ["debian:6.1", "debian:6.12"])
    }
}

extension MatrixTests {
    // MARK: - Shards

    private func shards(
        _ count: Int, in scratch: Scratch, modes: [String] = ["perform", "perform", "perform"]
    ) async throws -> [String] {
        var paths: [String] = []
        for index in 1...count {
            let shard = try matrix(in: scratch, shard: "\(index)/\(count)")
            _ = try await shard.perform(askers: askers(modes, in: scratch))
            paths.append(shard.folder.path)
        }
        return paths
    }

    func testMergedShardsAreTheWholeToTheByte() async throws {
        let modes = ["perform", "deviate", "die-early"]
        let scratch = try Scratch()
        let whole = try matrix(in: scratch)
        let record = try await whole.perform(askers: askers(modes, in: scratch))
        for count in 1...3 {
            let other = try Scratch()
            let paths = try await shards(count, in: other, modes: modes)

            let (merged, folder) = try await MatrixMerge.merge(
                paths.reversed(), into: "\(other.path)/merged")

            XCTAssertEqual(merged, record)
            XCTAssertEqual(try bytes(folder), try bytes(whole.folder), "\(count) shards")
            let damage = try await folder.damage(merged)
            XCTAssertEqual(damage, [])
        }
    }

    /// The one line with which a merge is refused; nothing is left behind.
    private func refusal(
        of paths: [String], in scratch: Scratch, file: StaticString = #filePath,
        line: UInt = #line
    ) async -> String {
        let output = "\(scratch.path)/merged"
        do {
            _ = try await MatrixMerge.merge(paths, into: output)
            XCTFail("was merged", file: file, line: line)
            return ""
        } catch {
            XCTAssertFalse(FileManager.default.fileExists(atPath: output), file: file, line: line)
            XCTAssertFalse("\(error)".contains("\n"), file: file, line: line)
            return "\(error)"
        }
    }

    func testWhatDoesNotMakeAWholeIsRefused() async throws {
        let scratch = try Scratch()
        let (otherScratch, openScratch) = (try Scratch(), try Scratch())
        let paths = try await shards(3, in: scratch)
        let whole = try matrix(in: scratch)
        let other = try matrix(
            in: otherScratch, shard: "2/3", trials: [threeTrials[0]])
        _ = try await other.perform(askers: askers(in: scratch))
        let open = try matrix(in: openScratch, shard: "1/3")

        let missing = await refusal(of: [paths[0], paths[2]], in: scratch)
        let twice = await refusal(of: [paths[0], paths[0]], in: scratch)
        let foreign = await refusal(of: [paths[0], other.folder.path], in: scratch)
        let unfinished = await refusal(of: [open.folder.path], in: scratch)
        let unsharded = await refusal(of: [whole.folder.path], in: scratch)
        let nothing = await refusal(of: [scratch.path], in: scratch)

        XCTAssertTrue(missing.hasSuffix("cannot be made: shard 2/3 is missing"), missing)
        XCTAssertTrue(twice.contains("is shard 1/3, as"), twice)
        XCTAssertTrue(foreign.contains("is a shard of another matrix than"), foreign)
        XCTAssertTrue(unfinished.contains("debian:5.10 was not asked"), unfinished)
        XCTAssertTrue(unsharded.contains("is a whole matrix"), unsharded)
        XCTAssertTrue(nothing.contains("holds no matrix.json"), nothing)
    }

    func testAShardThatWasDamagedOnItsWayIsRefused() async throws {
        let scratch = try Scratch()
        let paths = try await shards(2, in: scratch)
        let file = "\(paths[1])/debian-6.1/run.json"
        try Data("{}".utf8).write(to: URL(filePath: file))

        let words = await refusal(of: paths, in: scratch)

        XCTAssertTrue(words.contains("debian-6.1/run.json: is not what SHA256SUMS says"), words)
    }
}
