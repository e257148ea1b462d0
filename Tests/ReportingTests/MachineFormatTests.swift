import Evidence
import FoundationXML
import Foundation
import Reporting
import XCTest

final class MachineFormatTests: XCTestCase {
    func testJUnitIsWellFormedAndASkipIsASkip() throws {
        let text = JUnit.text(try Samples.everyVerdict(), suite: "etimedout on <Linux> & \"x\"")

        let parser = XMLParser(data: Data(text.utf8))
        let counter = ElementCounter()
        parser.delegate = counter
        XCTAssertTrue(parser.parse(), "\(String(describing: parser.parserError))\n\(text)")
        XCTAssertEqual(counter.counts["testsuite"], 3)
        XCTAssertEqual(counter.counts["testcase"], 4)
        XCTAssertEqual(counter.counts["failure"], 1)
        XCTAssertEqual(counter.counts["error"], 1)
        XCTAssertEqual(counter.counts["skipped"], 1)
        XCTAssertTrue(
            text.contains("tests=\"4\" failures=\"1\" errors=\"1\" time=\"12.500\""))
    }

    func testJUnitIsValidByTheSchemaOfJenkins() throws {
        let lint = "/usr/bin/xmllint"
        guard FileManager.default.isExecutableFile(atPath: lint) else {
            throw XCTSkip("there is no xmllint: JUnit is not validated")
        }
        let schema = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scripts/schemas/junit-10.xsd")
        let good = JUnit.text(try Samples.everyVerdict(), suite: "etimedout on <Linux>")
        let bad = good.replacing("<skipped", with: "<left-out")

        XCTAssertEqual(try status(of: lint, ["--noout", "--schema", schema.path, "-"], good), 0)
        XCTAssertNotEqual(try status(of: lint, ["--noout", "--schema", schema.path, "-"], bad), 0)
    }

    private func status(
        of program: String, _ arguments: [String], _ input: String
    ) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardInput = pipe
        try process.run()
        try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try pipe.fileHandleForWriting.close()
        process.waitUntilExit()
        return process.terminationStatus
    }

    func testKTAPPlansAreKeptAtBothLevels() throws {
        let text = KTAP.text(try Samples.everyVerdict(), kernel: "Linux 6.12\n1..99")
        let lines = text.split(separator: "\n").map(String.init)

        XCTAssertEqual(lines.first, "KTAP version 1")
        for indent in ["", "  "] {
            var planned = 0
            var results = 0
            for line in lines where line.hasPrefix(indent) {
                let rest = line.dropFirst(indent.count)
                if rest.hasPrefix("1.."), let count = Int(rest.dropFirst(3)) { planned += count }
                if rest.hasPrefix("ok ") || rest.hasPrefix("not ok ") { results += 1 }
            }
            XCTAssertEqual(planned, results, text)
            XCTAssertEqual(results, indent.isEmpty ? 3 : 4, text)
        }
    }

    func testKTAPMarksSkipsAndErrorsAndHidesDirectivesInText() throws {
        let text = KTAP.text(try Samples.everyVerdict(), kernel: "Linux")

        XCTAssertTrue(text.contains("ok 1 T=none ipv4 veth # SKIP no <IPv6> & \"quotes\" % "))
        XCTAssertTrue(
            text.contains("not ok 1 T=5000 ipv4 veth # ERROR the performer died: signal 9"))
        XCTAssertTrue(text.contains("\nok 2 option.rejects # SKIP"))
        XCTAssertTrue(text.contains("\nnot ok 3 zero-window.live # ERROR"))
        XCTAssertTrue(text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
    }

    func testReportsAreTheSameWhateverTheOrderOfTrials() throws {
        var trials = try Samples.everyVerdict()
        var other = trials[2]
        other.finding.trial.parameters.userTimeoutMilliseconds = 9000
        other.finding.verdict = .notApplicable(reason: "another reason")
        trials.append(other)

        XCTAssertEqual(
            KTAP.text(trials, kernel: "k"), KTAP.text(trials.reversed(), kernel: "k"))
        XCTAssertEqual(
            JUnit.text(trials, suite: "s"), JUnit.text(trials.reversed(), suite: "s"))
    }

    func testRunRecordIsTheSameBytesForTheSameFindingsInAnyOrder() throws {
        let findings = try Samples.everyVerdict().map(\.finding)
        let one = RunRecord(suite: "1", kernel: Samples.kernel, findings: findings)
        let other = RunRecord(suite: "1", kernel: Samples.kernel, findings: findings.reversed())

        XCTAssertEqual(try JSONText.encode(one), try JSONText.encode(other))
        XCTAssertEqual(
            try JSONText.decode(RunRecord.self, from: JSONText.encode(one)), one)
    }

    func testStatusIsTheWorstThatMattersAndNothingIsNoSuccess() {
        XCTAssertEqual(RunStatus([.conforms, .notApplicable(reason: "")]), .conforms)
        XCTAssertEqual(RunStatus([.inconclusive(cause: ""), .deviates]), .deviates)
        XCTAssertEqual(RunStatus([.conforms, .inconclusive(cause: "")]), .inconclusive)
        XCTAssertEqual(RunStatus([.notApplicable(reason: "")]), .inconclusive)
        XCTAssertEqual(RunStatus([]), .inconclusive)
        XCTAssertEqual(RunStatus.allCases.map(\.exitCode), [0, 1, 2])
    }
}

private final class ElementCounter: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]

    func parser(
        _ parser: XMLParser, didStartElement elementName: String, namespaceURI: String?,
        qualifiedName qName: String?, attributes attributeDict: [String: String] = [:]
    ) {
        counts[elementName, default: 0] += 1
    }
}
