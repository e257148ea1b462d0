import Behaviours
import Evidence
import Judge
import Support
import XCTest

@testable import Reporting

final class ComparisonReportTests: XCTestCase {
    private func run(_ variant: String) throws -> ReportedRun {
        let (observation, finding) = try Samples.observation(
            "blackhole.established", variant: variant)
        let trial = ReportedTrial(JudgedTrial(finding), observation: observation)
        return ReportedRun(
            RunRecord(suite: "1", kernel: Samples.kernel, findings: [finding]), trials: [trial])
    }

    func testThePageShowsBothPlotsOnOneScale() throws {
        let (one, other) = (try run("at-deadline"), try run("at-next-retransmission"))

        let page = ComparisonPage(one, other).text

        XCTAssertEqual(Markup.fault(in: page), nil)
        XCTAssertEqual(page.components(separatedBy: "<svg class=\"ladder\"").count, 3)
        let axes = page.components(separatedBy: "<use href=\"#x").dropFirst().map {
            $0.prefix { $0 != "\"" }
        }
        XCTAssertEqual(axes.count, 2)
        XCTAssertEqual(axes.first, axes.last)
        XCTAssertEqual(page.components(separatedBy: "<g id=\"x").count, 2)
        XCTAssertTrue(page.contains("<g id=\"x\(try XCTUnwrap(axes.first))\">"))
    }

    func testWhereNothingDiffersThePageSaysSoAndPlotsNothing() throws {
        let page = ComparisonPage(try run("at-deadline"), try run("at-deadline")).text

        XCTAssertTrue(page.contains("no difference"))
        XCTAssertFalse(page.contains("<svg class=\"ladder\""))
    }

    func testWhyAKernelWasNotAskedIsSaidBesideTheOthersVerdict() throws {
        let asked = try run("at-deadline")
        var other = asked
        other.trials[0].judged.finding.verdict = .notApplicable(reason: "no such option")

        let text = ComparisonText(RunComparison(asked.side, other.side)).text
        let page = ComparisonPage(asked, other).text

        let words = text.split(separator: /\s+/).joined(separator: " ")
        XCTAssertTrue(
            words.contains("verdict: A conforms, B notApplicable (no such option)"), text)
        XCTAssertTrue(page.contains("<small>no such option</small>"))
    }

    func testTheTextNamesEachDifferenceWithinEightyColumns() throws {
        let comparison = RunComparison(
            try run("at-deadline").side, try run("at-next-retransmission").side)

        let text = ComparisonText(comparison).text

        XCTAssertTrue(text.contains("verdict: A conforms, B deviates"), text)
        XCTAssertTrue(text.contains("variant: A at-deadline, B at-next-retransmission"), text)
        for line in text.split(separator: "\n") { XCTAssertLessThanOrEqual(line.count, 80) }
    }
}

final class MatrixPageTests: XCTestCase {
    private func record() throws -> MatrixRecord {
        let trials = try Samples.everyVerdict()
        let column = MatrixColumn(selector: "debian:<6>", folder: "debian-6 \"x\"")
        let run = RunRecord(
            suite: "1", kernel: Samples.kernel, findings: trials.map(\.finding))
        return MatrixRecord(
            suite: "1", trials: trials.map(\.finding.trial),
            kernels: [
                MatrixColumn(column, record: run, trials: trials),
                MatrixColumn(selector: "debian:7", folder: "debian-7"),
            ])
    }

    func testEachMarkLeadsToItsTrialInTheKernelsOwnPage() throws {
        let record = try record()

        let page = MatrixPage(record).text

        XCTAssertEqual(Markup.fault(in: page), nil)
        for trial in record.trials {
            XCTAssertTrue(
                page.contains(
                    "href=\"./debian-6%20%22x%22/index.html#\(TrialView.anchor(trial))\""))
        }
        XCTAssertTrue(page.contains("debian:&lt;6&gt;"))
        XCTAssertTrue(page.contains("was not asked yet"))
    }

    func testEachMarkTellsItsVerdictByAShapeToo() throws {
        let page = MatrixPage(try record()).text

        for verdict in VerdictView.all.map({ VerdictView($0) }) {
            let marks = page.components(separatedBy: "<a class=\"k v-\(verdict.name)\"").dropFirst()
            XCTAssertFalse(marks.isEmpty, verdict.name)
            for mark in marks {
                let text = mark.drop { $0 != ">" }.prefix(40)
                XCTAssertTrue(text.hasPrefix("><b>\(verdict.symbol)</b>"), "\(text)")
            }
        }
    }

    func testBehavioursThatKernelsAnswerDifferentlyAreMarked() throws {
        var record = try record()
        var other = record.kernels[0]
        other.selector = "debian:7"
        record.kernels[1] = other
        XCTAssertFalse(MatrixPage(record).text.contains("class=\"differs\""))

        let index = try XCTUnwrap(
            record.kernels[1].cells.firstIndex { $0.verdict == .conforms })
        record.kernels[1].cells[index].variants = ["another"]
        let page = MatrixPage(record).text

        XCTAssertEqual(page.components(separatedBy: "<tr class=\"differs\">").count, 2)
        XCTAssertTrue(page.contains("(1 of 3)"), "the filter says how many there are")
    }

    func testWhatIsOtherThanExpectedIsMarkedAndWhatIsKnownIsNot() throws {
        var record = try record()
        let index = try XCTUnwrap(
            record.kernels[0].cells.firstIndex { $0.verdict == .deviates })
        let mark = "title=\"other than expected of this kernel\">!</b>"

        XCTAssertTrue(MatrixPage(record).text.contains(mark))
        record.kernels[0].cells[index].known = KnownDeviation(
            reference: "bug 7", variant: nil, outcome: .shown)
        let page = MatrixPage(record).text
        XCTAssertFalse(page.contains(mark))
        XCTAssertTrue(page.contains("known: bug 7"))
    }
}

final class KCIDBAndMarkdownTests: XCTestCase {
    func testEachVerdictHasTheStatusOfItsOwn() throws {
        let run = try Samples.reportedRun()

        let report = KCIDB(run)

        XCTAssertEqual(report.tests.map(\.status).sorted(), ["ERROR", "FAIL", "PASS", "SKIP"])
        XCTAssertEqual(Set(report.tests.map(\.id)).count, 4)
        XCTAssertEqual(Set(report.tests.map(\.build_id)), [report.builds[0].id])
        for test in report.tests {
            XCTAssertNotNil(
                try /[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*/.wholeMatch(in: test.path), test.path)
        }
    }

    func testForeignTextIsCodeInMarkdown() {
        XCTAssertEqual(Markdown.code("a|b"), #"`a\|b`"#)
        XCTAssertEqual(Markdown.code("x ``y`` @all"), "```x ``y`` @all```")
        XCTAssertEqual(Markdown.code("`a`"), "`` `a` ``")
        XCTAssertEqual(Markdown.code("<b>\n# x"), "`<b> # x`")
    }

    func testMarkdownTellsEachFailureWithItsReproduction() throws {
        let text = Markdown.text(try Samples.reportedRun())

        XCTAssertTrue(text.contains("✗ deviates"))
        XCTAssertTrue(text.contains("### `blackhole.established T=1000 ipv4 veth`"))
        XCTAssertTrue(text.contains("- again: `etimedout run --behaviour blackhole.established"))
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }
        XCTAssertTrue(
            rows.allSatisfy { row in
                row.replacing(#"\|"#, with: "").count { $0 == "|" } == 9
            }, text)
    }
}
