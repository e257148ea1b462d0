import Behaviours
import Evidence
import Judge
import Reporting
import Support
import XCTest

/// An audit in the terminal and as JSON.
final class AuditTextTests: XCTestCase {
    private func audit() throws -> Audit {
        let parameters = Parameters(userTimeoutMilliseconds: 3000)
        let (_, broken) = try Samples.observation(
            "zero-window.silent", variant: "from-unanswered-count", parameters)
        let (_, right) = try Samples.observation(
            "blackhole.established", variant: "at-deadline", parameters)
        return Audit(
            [broken, right], kernel: Samples.kernel, captures: [broken.trial: "pcap/x.pcapng"])
    }

    func testTableFitsInEightyColumnsAndNamesWhatShowsEachChange() throws {
        let text = AuditText(try audit(), options: Summary.Options(folder: "Reports/r")).text

        for line in text.split(separator: "\n") { XCTAssertLessThanOrEqual(line.count, 80) }
        XCTAssertTrue(text.contains("! broken  present  9721e709fa68"), text)
        XCTAssertTrue(text.contains("its repair is missing: 9d9b1ee0b2d1"), text)
        XCTAssertTrue(text.contains("zero-window.silent T=3000 ipv4 veth: from-unanswered"), text)
        XCTAssertTrue(text.contains("Reports/r/pcap/x.pcapng"), text)
        XCTAssertTrue(text.contains("  present present  b701a99e431d"), text)
        XCTAssertTrue(text.contains("Cannot be told:"), text)
        let words = text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        XCTAssertTrue(words.contains("expected at-deadline, observed from-unans"), text)
    }

    func testJSONGivesBackTheSameAudit() throws {
        let audit = try audit()

        let again = try JSONText.decode(Audit.self, from: try JSONText.encode(audit))

        XCTAssertEqual(again, audit)
    }
}
