import Behaviours
import Evidence
import Judge
import KernelTimers
import Reporting
import Support
import XCTest

final class SummaryTests: XCTestCase {
    /// The whole catalogue as a kernel answers that keeps every promise, or breaks every one.
    private func catalogue(keepsPromises: Bool) throws -> [JudgedTrial] {
        var trials: [JudgedTrial] = []
        for behaviour in Catalogue.behaviours {
            for parameters in behaviour.cases {
                let variant = behaviour.variants(for: parameters).first {
                    behaviour.contract.variants.contains($0.name) == keepsPromises
                }
                guard let variant else { continue }
                let observation = try SyntheticObservation.make(behaviour, variant, parameters)
                let finding = Judge.judge(observation, as: behaviour)
                trials.append(
                    JudgedTrial(
                        finding, capturePath: "pcap/x.pcapng",
                        frames: FrameMap(observation.captures)))
            }
        }
        return trials
    }

    func testEveryLineFitsInEightyColumns() throws {
        for keepsPromises in [true, false] {
            let text = Summary(
                try catalogue(keepsPromises: keepsPromises), kernel: Samples.kernel,
                options: Summary.Options(folder: "Reports/x")
            ).text

            for line in text.split(separator: "\n") {
                XCTAssertLessThanOrEqual(line.count, 80, "\(line)")
            }
            XCTAssertTrue(text.contains("ENETUNREACH\n"), "the last column is whole")
        }
    }

    func testTrialsWithTheSameAnswerShareOneLineWhoseTimesAreARange() throws {
        let cases = [Parameters].matrix(
            userTimeouts: [3000], families: AddressFamily.allCases, links: Link.allCases)
        let trials = try cases.map {
            JudgedTrial(try Samples.observation("blackhole.established", $0).finding)
        }

        let text = Summary(trials, kernel: nil).text

        let lines = text.split(separator: "\n").drop { $0 != "blackhole.established" }.dropFirst()
            .prefix { $0.hasPrefix("  ") }
        XCTAssertEqual(lines.count, 1)
        let line = try XCTUnwrap(lines.first)
        XCTAssertNotNil(line.firstMatch(of: /^  T=3s +all conforms at-deadline/), text)
        XCTAssertTrue(line.hasSuffix("ETIMEDOUT"), text)
    }

    func testATrialWithAnotherAnswerHasItsOwnLine() throws {
        var trials = try [Link.veth, .loopback].map { link in
            JudgedTrial(
                try Samples.observation(
                    "blackhole.established",
                    Parameters(userTimeoutMilliseconds: 3000, link: link)
                ).finding)
        }
        trials[1].finding.errno = .econnreset

        let text = Summary(trials, kernel: nil).text

        XCTAssertEqual(text.split(separator: "\n").count { $0.hasPrefix("  T=3s ") }, 2)
    }

    func testWhatTrialsAreAskedWithIsWrittenOutAndStandsOnceWhereAllHaveIt() throws {
        let asked: [(String, [String: Int], String)] = [
            ("T=1.5s", ["tcp_syn_retries": 2], "syn_retries=2"),
            ("T=1.5s", ["keepidle": 2, "keepcnt": 9, "keepintvl": 5], "keep 2+9x5"),
            ("T=1.5s", ["type": 3, "code": 1], "icmp 3/1"),
            ("T=1.5s", ["change": 1000, "then": 500], "at 1s T=0.5s"),
            ("T=1.5s", ["change": 1150, "then": 0], "at 1.15s no T"),
            ("T=1.5s", ["unheard-of": 7], "unheard-of=7"),
        ]
        for (limit, settings, words) in asked {
            let trials = [1500, 3000].map { milliseconds in
                JudgedTrial(
                    Finding(
                        trial: TrialID(
                            behaviour: "x.y",
                            parameters: Parameters(
                                userTimeoutMilliseconds: milliseconds, settings: settings)),
                        verdict: .conforms))
            }

            let both = Summary(trials, kernel: nil).text
            let other = Summary(
                [
                    trials[0],
                    JudgedTrial(
                        Finding(
                            trial: TrialID(behaviour: "x.y", parameters: Parameters(retries2: 3)),
                            verdict: .conforms)),
                ], kernel: nil
            ).text

            XCTAssertTrue(both.contains("\nx.y, \(words)\n  T=1.5s "), both)
            XCTAssertTrue(other.contains("\nx.y\n  \(limit) \(words) "), other)
        }
    }

    func testColourIsOnlyWhereItIsAskedForAndTheWordsAreTheSame() throws {
        let trials = try Samples.everyVerdict()

        let plain = Summary(trials, kernel: Samples.kernel).text
        let colored = Summary(
            trials, kernel: Samples.kernel, options: Summary.Options(isColored: true)
        ).text

        XCTAssertFalse(plain.contains("\u{1b}"))
        XCTAssertTrue(colored.contains("\u{1b}["))
        XCTAssertEqual(colored.replacing(/\u{1b}\[[0-9;]*m/, with: ""), plain)
    }

    func testAControlCharacterInAReasonNeverReachesTheTerminal() throws {
        let text = Summary(try Samples.everyVerdict(), kernel: Samples.kernel).text

        let controls = text.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" }
        XCTAssertTrue(controls.isEmpty)
    }

    func testAFailureShowsExpectedAgainstObservedTheCaptureAndTheCommand() throws {
        let (observation, finding) = try Samples.observation(
            "blackhole.established", variant: "at-next-retransmission")
        let trial = JudgedTrial(
            finding, capturePath: "pcap/x.pcapng", frames: FrameMap(observation.captures))

        let text = Summary(
            [trial], kernel: nil, options: Summary.Options(folder: "Reports/r")
        ).text

        XCTAssertEqual(finding.verdict, .deviates)
        XCTAssertTrue(text.contains("expected"), text)
        XCTAssertTrue(text.contains("observed"), text)
        XCTAssertTrue(text.contains("Reports/r/pcap/x.pcapng"), text)
        XCTAssertTrue(text.contains("etimedout run --behaviour blackhole.established"), text)
        XCTAssertTrue(text.contains("--values \"T=3000 ipv4 veth\""), text)
    }

    func testManyTrialsWithOneCauseAreNotListedOneByOne() {
        let cases = [Parameters].matrix(userTimeouts: Array(1...50))
        let trials = cases.map { parameters in
            JudgedTrial(
                Finding(
                    trial: TrialID(behaviour: "zero-window.live", parameters: parameters),
                    verdict: .inconclusive(cause: "the performer died: signal 9")))
        }

        let text = Summary(trials, kernel: nil).text

        XCTAssertTrue(text.contains("and 47 more with the same cause"), text)
    }
}

extension Samples {
    static func observation(
        _ id: String, _ parameters: Parameters
    ) throws -> (observation: Observation, finding: Finding) {
        try observation(id, variant: "at-deadline", parameters)
    }
}
