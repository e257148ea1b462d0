import Foundation
import Reporting
import XCTest

/// `matrix` and `merge` from outside. Kernels other than the host's need an emulator, so here the
/// host is the only one that is asked; several of them are in `MatrixTests`.
final class MatrixCommandTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = NSTemporaryDirectory() + "etimedout-matrix-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    override func tearDown() {
        try? FileManager.default.removeItem(atPath: folder)
    }

    private let oneTrial = ["--behaviour", "blackhole", "--values", "T=1000 ipv4 veth"]

    private func lines(_ arguments: [String]) async throws -> [Substring] {
        let outcome = try await etimedout(arguments, fake: "perform", in: folder)

        XCTAssertEqual(outcome.status, 2, outcome.errors)
        XCTAssertEqual(outcome.output, "")
        let lines = outcome.errors.split(separator: "\n")
        for line in lines { XCTAssertTrue(line.hasPrefix("etimedout: "), "\(line)") }
        return lines
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }

    func testEveryKernelThatIsUnknownHasALineAndNothingRuns() async throws {
        try write("debian:6.1 # fine\n\ndebian:six\n  bogus,host\n", to: "kernels.txt")

        let lines = try await lines([
            "matrix", "--kernel", "host", "--kernel", "debian:5", "--kernel", "/nowhere,bogus",
            "--kernel", "@kernels.txt", "--kernel", "@missing.txt",
        ])

        XCTAssertEqual(lines.count, 6, "\(lines)")
        XCTAssertTrue(lines[0].contains("\"debian:5\" is unknown"), "\(lines)")
        XCTAssertTrue(lines[1].contains("\"/nowhere\" is unknown"), "\(lines)")
        XCTAssertTrue(lines[2].contains("\"bogus\" is unknown"), "\(lines)")
        XCTAssertTrue(lines[3].contains("kernels.txt, line 3: "), "\(lines)")
        XCTAssertTrue(lines[4].contains("kernels.txt, line 4: "), "\(lines)")
        XCTAssertTrue(lines[5].contains("missing.txt: "), "\(lines)")
        XCTAssertEqual(
            try FileManager.default.contentsOfDirectory(atPath: folder), ["kernels.txt"])
    }

    func testRunAsksOneKernelOnly() async throws {
        let lines = try await lines(["run", "--kernel", "host,debian:6.1"])

        XCTAssertEqual(lines.count, 1)
        XCTAssertTrue(lines[0].contains("means 2 kernels"), "\(lines)")
    }

    func testKernelsAreListedEachOnceAndDealtOutToShards() async throws {
        try write("# ours\ndebian:6.1, debian:6.12\nhost\n", to: "kernels.txt")
        let arguments = ["matrix", "--list", "--kernel", "host,debian:5.10", "--kernel"]
        let all = try await etimedout(arguments + ["@kernels.txt"], in: folder)
        XCTAssertEqual(all.output, "host\ndebian:5.10\ndebian:6.1\ndebian:6.12\n")

        var parts: [String] = []
        for shard in ["1/3", "2/3", "3/3"] {
            let part = try await etimedout(
                arguments + ["@kernels.txt", "--shard", shard], in: folder)
            parts.append(part.output)
        }

        XCTAssertEqual(parts, ["host\ndebian:6.12\n", "debian:5.10\n", "debian:6.1\n"])
    }

    func testUsageErrorsAreOneLine() async throws {
        for (arguments, words) in [
            (["--shard", "3/2"], "--shard 3/2"), (["--shard", "x"], "--shard x"),
            (["--jobs", "0"], "--jobs 0 is out of range"),
            (["--resume", "x", "--kernel", "host"], "--resume"),
            (["--shard", "2/2"], "shard 2/2 is empty"),
            (["--resume", "nowhere"], "nowhere: is not there"),
            (["--resume", "."], "holds no matrix.json"),
            (["--behaviour", "blackhol"], "near: blackhole."),
        ] {
            let lines = try await lines(["matrix"] + arguments)
            XCTAssertEqual(lines.count, 1)
            XCTAssertTrue(lines[0].contains(words), "\(lines)")
        }
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), [])
    }

    func testAMatrixExitsWithWhatWasFoundAndIsPrinted() async throws {
        for (mode, status, mark) in [
            ("perform", Int32(0), "+"), ("deviate", 1, "D"), ("die-early", 2, "!"),
        ] {
            let outcome = try await etimedout(
                ["matrix", "--report", mode] + oneTrial, fake: mode, in: folder)

            XCTAssertEqual(outcome.status, status, outcome.output + outcome.errors)
            XCTAssertTrue(
                outcome.output.contains("blackhole.established    \(mark)\n"), outcome.output)
            for line in (outcome.output + outcome.errors).split(separator: "\n") {
                XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
            }
        }
    }

    func testAMatrixThatLostItsKernelIsResumed() async throws {
        let lost = try await etimedout(
            ["matrix", "--report", "m"] + oneTrial, fake: "die-early", in: folder)
        let resumed = try await etimedout(
            ["matrix", "--resume", "m"], fake: "perform", in: folder)
        let again = try await etimedout(
            ["matrix", "--resume", "m", "--json"], fake: "die-early", in: folder)

        XCTAssertEqual([lost.status, resumed.status, again.status], [2, 0, 0])
        let record = try JSONText.decode(MatrixRecord.self, from: Array(again.output.utf8))
        XCTAssertEqual(record.kernels.map(\.state), [.done])
        let stored = try Data(contentsOf: URL(filePath: "\(folder)/m/matrix.json"))
        XCTAssertEqual(Array(stored), Array(again.output.utf8))
    }

    func testShardsAreMergedAndTheWholeExitsWithWhatWasFound() async throws {
        let shard = try await etimedout(
            ["matrix", "--shard", "1/1", "--report", "s"] + oneTrial, fake: "deviate", in: folder)
        let merged = try await etimedout(["merge", "s", "--output", "m"], in: folder)
        let twice = try await etimedout(["merge", "s", "--output", "m"], in: folder)

        XCTAssertEqual([shard.status, merged.status, twice.status], [1, 1, 2])
        XCTAssertTrue(merged.output.contains("Evidence: m\n"), merged.output)
        XCTAssertTrue(twice.errors.contains("m: is not empty"), twice.errors)
    }

    // MARK: - verify

    func testVerifyingExitsWithWhatDiffers() async throws {
        _ = try await etimedout(
            ["matrix", "--report", "m"] + oneTrial, fake: "perform", in: folder)
        for (mode, status) in [("perform", Int32(0)), ("deviate", 1)] {
            let run = try await etimedout(["verify", "m/host"], fake: mode, in: folder)
            XCTAssertEqual(run.status, status, run.output + run.errors)
            XCTAssertTrue(run.output.contains("compared by verdicts: "), run.output)
        }
        let lost = try await etimedout(["verify", "m/host"], fake: "die-early", in: folder)
        XCTAssertEqual(lost.status, 2)
        let matrix = try await etimedout(["verify", "m"], fake: "deviate", in: folder)
        XCTAssertEqual(matrix.status, 1)
        XCTAssertTrue(matrix.output.contains("was conforms, is deviates"), matrix.output)
        for line in matrix.output.split(separator: "\n") {
            XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
        }
    }

    func testWhatIsTheSameLeavesNoNewEvidenceAndWhatDiffersDoes() async throws {
        _ = try await etimedout(
            ["matrix", "--report", "m"] + oneTrial, fake: "perform", in: folder)
        func kept() throws -> Int {
            let names = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/Reports")
            return names?.count ?? 0
        }

        _ = try await etimedout(["verify", "m/host"], fake: "perform", in: folder)
        let afterTheSame = try kept()
        _ = try await etimedout(["verify", "m/host"], fake: "deviate", in: folder)
        let afterADifference = try kept()

        XCTAssertEqual([afterTheSame, afterADifference], [0, 1])
    }

    func testDamagedEvidenceIsOneLineAndNothingRuns() async throws {
        _ = try await etimedout(
            ["matrix", "--report", "m"] + oneTrial, fake: "perform", in: folder)
        try write("{}", to: "m/host/run.json")

        for path in ["m", "m/host"] {
            let lines = try await lines(["verify", path])
            XCTAssertEqual(lines.count, 1)
            XCTAssertTrue(lines[0].contains("m/host/run.json: is not what"), "\(lines)")
        }
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), ["m"])
    }
}

extension MatrixCommandTests {
    func testAnInterruptedMatrixSaysHowToGoOn() async throws {
        // Fetching, asking and judging are stages of their own; each hears the signal.
        let folder = NSTemporaryDirectory() + "etimedout-interrupted-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let process = Process()
        process.executableURL = URL(filePath: try program("etimedout"))
        process.arguments = ["matrix", "--report", "m", "--behaviour", "blackhole"]
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging([
            "FAKE_PERFORMER": "wait-for-end", "ETIMEDOUT_PERFORM": try program("fake-performer"),
        ]) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // It is being asked as soon as one of its observations is there.
        let observations = "\(folder)/m/host/observations"
        let deadline = Date(timeIntervalSinceNow: 30)
        while (try? FileManager.default.contentsOfDirectory(atPath: observations))?.isEmpty ?? true,
            Date() < deadline
        {
            try await Task.sleep(for: .milliseconds(20))
        }

        process.terminate()
        let words = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()

        XCTAssertEqual(process.terminationStatus, 2)
        XCTAssertTrue(words.contains("go on with: etimedout matrix --resume m"), words)
        let resumed = try await etimedout(
            ["matrix", "--resume", "m"], fake: "perform", in: folder)
        XCTAssertEqual(resumed.status, 0, resumed.errors)
    }
}
