import Behaviours
import Evidence
import Judge
import KernelTimers
import Reporting
import Support
import XCTest

final class MatrixTableTests: XCTestCase {
    /// Enough of the catalogue.
    private let asked = Catalogue.behaviours.filter {
        [
            "blackhole.established", "option.rejects", "unroutable.idle", "zero-window.live",
        ].contains($0.id)
    }

    /// A kernel that answers all of them as its promise says, but for some.
    private func column(
        _ selector: String, breaking broken: Set<String> = [], verdict: Verdict? = nil
    ) throws -> MatrixColumn {
        var trials: [JudgedTrial] = []
        for behaviour in asked {
            for parameters in behaviour.cases {
                let variant = behaviour.variants(for: parameters).first {
                    behaviour.contract.variants.contains($0.name)
                        != broken.contains(behaviour.id)
                }
                let trial = TrialID(behaviour: behaviour.id, parameters: parameters)
                if let verdict {
                    trials.append(JudgedTrial(Finding(trial: trial, verdict: verdict)))
                } else if let variant {
                    let observation = try SyntheticObservation.make(behaviour, variant, parameters)
                    let finding = Judge.judge(observation, as: behaviour)
                    trials.append(
                        JudgedTrial(finding, frames: FrameMap(observation.captures)))
                }
            }
        }
        var kernel = Samples.kernel
        kernel.selector = selector
        let record = RunRecord(
            suite: "0", kernel: kernel, findings: trials.map(\.finding))
        return MatrixColumn(
            MatrixColumn(selector: selector, folder: selector), record: record, trials: trials)
    }

    private func record(_ columns: [MatrixColumn]) -> MatrixRecord {
        MatrixRecord(
            suite: "0", trials: asked.flatMap(\.trials), kernels: columns)
    }

    private func row(_ behaviour: String, _ text: String) -> [Character] {
        let line = text.split(separator: "\n").first { $0.hasPrefix(behaviour + " ") } ?? ""
        return line.dropFirst(behaviour.count).filter { $0 != " " }
    }

    func testEachBehaviourIsALineAndEachKernelALetterInIt() throws {
        let columns = [
            try column("host"), try column("debian:5.10", breaking: ["zero-window.live"]),
            try column("debian:6.1"),
        ]

        let text = MatrixTable(record(columns)).text

        XCTAssertEqual(row("zero-window.live", text), ["+", "D", "+"])
        XCTAssertEqual(row("blackhole.established", text), ["+", "+", "+"])
        XCTAssertTrue(text.contains("D zero-window.live on 5.10: "), text)
        XCTAssertTrue(text.contains(" host 5.10  6.1\n"), text)
    }

    func testADeviationIsToldOnceForAllKernelsThatShowIt() throws {
        let columns = try ["5.10", "6.1", "6.12"].map {
            try column("debian:\($0)", breaking: $0 == "6.12" ? [] : ["zero-window.live"])
        }

        let text = MatrixTable(record(columns)).text

        XCTAssertTrue(text.contains("D zero-window.live on 5.10, 6.1: "), text)
        XCTAssertFalse(text.contains("on 6.1: "), text)
    }

    func testAnyNumberOfKernelsFitsInEightyColumns() throws {
        let one = try column("x", breaking: ["unroutable.idle"])
        for count in [1, 10, 27, 70] {
            let columns = (0..<count).map { number in
                var column = one
                column.selector = "debian:6.\(number)"
                return column
            }

            let text = MatrixTable(record(columns)).text

            for line in text.split(separator: "\n") {
                XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
            }
            let marks = text.split(separator: "\n").filter { $0.hasPrefix("unroutable.idle ") }
                .flatMap { $0.filter { $0 == "D" } }
            XCTAssertEqual(marks.count, count, "a mark a kernel")
        }
    }

    func testALostGuestIsNoVerdictAndIsSaid() throws {
        var lost = try column(
            "debian:6.1", verdict: .inconclusive(cause: "the guest was lost: panic"))
        lost.state = .lost
        lost.reason = "the guest was lost: panic"
        let whole = record([try column("debian:5.10"), lost])

        let text = MatrixTable(whole).text

        XCTAssertEqual(row("option.rejects", text), ["+", "!"])
        XCTAssertTrue(text.contains("! 6.1: the guest was lost: panic"), text)
        XCTAssertFalse(text.contains("\n? "), "a lost guest is told once")
        XCTAssertEqual(whole.status, .inconclusive)
    }

    func testADeviationWinsOverALostGuest() throws {
        var lost = MatrixColumn(selector: "debian:6.1", folder: "x")
        lost.state = .lost
        let deviating = try column("host", breaking: ["zero-window.live"])

        XCTAssertEqual(record([lost, deviating]).status, .deviates)
        XCTAssertEqual(record([lost]).status, .inconclusive)
        XCTAssertEqual(record([]).status, .inconclusive)
    }

    func testWhatWasNotAskedYetIsNoSuccessAndWhatIsElsewhereIsNotShown() throws {
        let elsewhere = MatrixColumn(selector: "debian:6.1", folder: "x", state: .elsewhere)
        let pending = MatrixColumn(selector: "debian:6.12", folder: "y")

        XCTAssertEqual(record([try column("host"), elsewhere]).status, .conforms)
        XCTAssertEqual(record([try column("host"), pending]).status, .inconclusive)
        let text = MatrixTable(record([try column("host"), elsewhere, pending])).text
        XCTAssertEqual(row("option.rejects", text), ["+", "."])
        XCTAssertFalse(text.contains("6.1,"), text)
        XCTAssertTrue(text.contains("1 kernels not asked yet"), text)
    }

    func testAKernelThatConformsAsAnotherVariantThanMostIsMarked() throws {
        var other = try column("debian:7.3")
        for index in other.cells.indices
        where other.cells[index].trial.behaviour == "unroutable.idle" {
            other.cells[index].variants = ["some-other"]
        }
        let columns = [try column("debian:5.10"), try column("debian:6.1"), other]

        let text = MatrixTable(record(columns)).text

        XCTAssertEqual(row("unroutable.idle", text), ["+", "+", "*"])
        XCTAssertTrue(text.contains("* unroutable.idle as some-other on 7.3"), text)
    }

    func testAKnownDeviationIsMarkedAsKnownUntilItVanishes() throws {
        func column(_ selector: String, _ outcome: KnownDeviation.Outcome) throws -> MatrixColumn {
            let broken: Set = outcome == .vanished ? [] : ["zero-window.live"]
            var column = try self.column(selector, breaking: broken)
            for index in column.cells.indices
            where column.cells[index].trial.behaviour == "zero-window.live" {
                column.cells[index].known = KnownDeviation(
                    reference: "bug 7", variant: "x", outcome: outcome)
            }
            return column
        }

        let text = MatrixTable(
            record([
                try column("debian:5.10", .shown), try column("debian:6.1", .vanished),
                try column("debian:6.12", .other),
            ])
        ).text

        XCTAssertEqual(row("zero-window.live", text), ["d", "D", "D"])
        XCTAssertTrue(text.contains("d zero-window.live on 5.10: "), text)
        XCTAssertTrue(text.contains("no longer as known: bug 7"), text)
    }

    func testShardsAreReadAndDealtOut() throws {
        for text in ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2", "1/1000"] {
            XCTAssertNil(MatrixShard(text), text)
        }
        let shards = try (1...3).map { try XCTUnwrap(MatrixShard("\($0)/3")) }
        for place in 0..<10 {
            XCTAssertEqual(shards.count { $0.holds(place) }, 1)
        }
        XCTAssertEqual((0..<7).filter(shards[1].holds), [1, 4])
    }

    func testARecordSurvivesItsCoding() throws {
        let whole = record([try column("host", breaking: ["zero-window.live"])])

        let bytes = try JSONText.encode(whole)

        XCTAssertEqual(try JSONText.decode(MatrixRecord.self, from: bytes), whole)
    }
}
