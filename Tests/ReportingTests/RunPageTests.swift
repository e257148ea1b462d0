import Behaviours
import Evidence
import Foundation
import KernelTimers
import XCTest

@testable import Reporting

final class RunPageTests: XCTestCase {
    func testThePageNamesEveryVerdictInWordsAndShowsEveryTrial() throws {
        let run = try Samples.reportedRun()

        let page = RunPage(run).text

        for word in ["conforms", "deviates", "inconclusive", "not applicable"] {
            XCTAssertTrue(page.contains("</b> \(word)</span>"), word)
        }
        for trial in run.trials {
            XCTAssertTrue(page.contains("id=\"\(TrialView.anchor(trial.finding.trial))\""))
        }
    }

    func testThePageIsBalancedItsIdsAreUniqueAndEveryLinkInsideItLeadsSomewhere() throws {
        let page = RunPage(try Samples.reportedRun()).text

        XCTAssertEqual(Markup.fault(in: page), nil)
        let ids = Markup.values(of: "id", in: page)
        XCTAssertEqual(Set(ids).count, ids.count)
        let inside = Markup.values(of: "href", in: page).filter { $0.hasPrefix("#") }
        XCTAssertFalse(inside.isEmpty)
        XCTAssertEqual(Set(inside.map { String($0.dropFirst()) }).subtracting(ids), [])
    }

    func testThePageFetchesNothingAndItsPolicyNamesItsScript() throws {
        let page = RunPage(try Samples.reportedRun()).text

        XCTAssertEqual(Markup.values(of: "src", in: page), [])
        for word in ["http:", "https:", "//cdn", "@import", "url("] {
            XCTAssertFalse(page.contains(word), word)
        }
        let script = try XCTUnwrap(
            page.components(separatedBy: "<script>").last?.components(separatedBy: "</script>")
                .first)
        let digest = try Digest.policy(of: script)
        XCTAssertTrue(
            page.contains("script-src '\(digest)'"), "PageAssets.scriptDigest must be \(digest)")
    }

    func testWhatWentWrongIsOpenAndSaysWhereItParts() throws {
        let page = RunPage(try Samples.reportedRun()).text

        let deviating = try XCTUnwrap(
            page.components(separatedBy: "<details class=\"trial\"").dropFirst().first {
                $0.contains("data-v=\"deviates\"")
            })
        XCTAssertTrue(deviating.contains(" open>"))
        XCTAssertTrue(deviating.contains("Where it parts from what was promised"))
        XCTAssertTrue(
            deviating.contains("etimedout run --behaviour blackhole.established --values"))
    }

    func testForeignTextIsShownAsText() throws {
        var run = try Samples.reportedRun()
        run.record.kernel.release = "6.1\"\u{301} onmouseover=alert(1) \u{202e}txt"
        run.record.kernel.version = "<script>alert(1)</script>\u{1b}[31m"
        run.trials[0].judged.capturePath = "javascript:alert(1)//\"><img src=x>.pcapng"
        run.trials[0].judged.finding.notes = ["</details><b>\u{0}"]

        let page = RunPage(run).text

        XCTAssertEqual(Markup.fault(in: page), nil)
        XCTAssertFalse(page.contains("<script>alert"))
        XCTAssertFalse(page.contains("\"\u{301} onmouseover"))
        XCTAssertTrue(page.contains("⟨U+202E⟩txt"))
        XCTAssertTrue(page.contains("␛[31m"))
        XCTAssertTrue(page.contains("href=\"./javascript%3Aalert%281%29"))
        XCTAssertTrue(page.contains("&lt;/details&gt;&lt;b&gt;␀"))
        XCTAssertTrue(
            page.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" || $0 == "\t" })
    }

    func testWhatTheKernelSaysOfItselfIsShownAsTextAndLeadsToItsTrials() throws {
        var run = try Samples.reportedRun()
        let trial = run.trials[0].finding.trial
        run.record.complaints = [
            KernelComplaint(
                guest: 2, line: "[ 1.000000] WARNING: <img src=x> \u{1b}[2J", trials: [trial])
        ]

        let page = RunPage(run).text

        XCTAssertEqual(Markup.fault(in: page), nil)
        XCTAssertTrue(page.contains("WARNING: &lt;img src=x&gt; ␛[2J</code> during <a href=\"#t-"))
        XCTAssertTrue(page.contains("href=\"./console-2.txt\""))
    }

    func testSilenceIsExplainedWhereAttemptsLeaveNothingOnTheWire() throws {
        let silent = try Samples.view("unroutable.idle")
        let loud = try Samples.view("blackhole.established")

        XCTAssertTrue(silent.silence.joined().contains("leave nothing on the wire"))
        XCTAssertTrue(silent.silence.joined().contains("Ip.OutNoRoutes went up by"))
        XCTAssertEqual(loud.silence, [])
    }

    func testATrialShowsItsWitnessesOptionsCountersAndScript() throws {
        let view = try Samples.view("blackhole.established")

        XCTAssertTrue(view.calls.contains { $0.result == "-1 ETIMEDOUT" })
        XCTAssertTrue(view.wire.contains { $0.value.contains("0 dropped by the capture") })
        XCTAssertTrue(view.kernel.contains { $0.name == "RTO at rest" })
        XCTAssertEqual(view.options.map(\.name), ["TCP_USER_TIMEOUT"])
        XCTAssertEqual(
            view.counters.first { $0.name == "TcpExt.TCPAbortOnTimeout" }?.change, "+1")
        XCTAssertFalse(view.script.isEmpty)
        XCTAssertTrue(view.events.allSatisfy { !$0.derivation.isEmpty })
        XCTAssertTrue(view.events.compactMap(\.place).allSatisfy { (0...100).contains($0) })
    }

    func testTheEndThatCameAtAnotherTimeStandsInTheTable() throws {
        let (observation, finding) = try Samples.observation(
            "blackhole.established", variant: "at-next-retransmission")
        let view = TrialView(
            ReportedTrial(JudgedTrial(finding), observation: observation),
            Catalogue.behaviour("blackhole.established"), Samples.kernel)

        let last = try XCTUnwrap(view.events.last)
        XCTAssertTrue(last.isParting)
        XCTAssertEqual(last.expected, view.expected)
        XCTAssertEqual(last.observed, view.observed)
    }

    func testTheIdentitySaysWhatWasBootedHowItWasBuiltAndWhoAsked() throws {
        var run = try Samples.reportedRun()
        run.record.kernel.configuration = KernelConfiguration(text: "# CONFIG_TLS is not set")
        run.record.kernel.configuredHZ = 250
        run.record.kernel.guest = GuestIdentity(
            kernelSHA256: "aa11", initramfsSHA256: "bb22", packageVersion: "6.1.1-1",
            emulator: "QEMU 7.2", commandLine: ["qemu", "-append", "a b"])
        for index in run.trials.indices {
            run.trials[index].observation?.sysctls["net.ipv4.tcp_retries2"] = "15"
        }
        run.provenance = Provenance(
            began: "2026-01-01T00:00:00Z", ended: "2026-01-01T00:00:09Z", wallMilliseconds: 9000,
            longestTrialMilliseconds: 3500, host: "vm", privilege: "root",
            versions: ["commit": "0123456789ab"], attempts: [:])

        let identity = IdentityView(run).html.text

        for pair in [
            "CONFIG_TLS<dd>n", "HZ<dd>250 measured, 250 configured", "kernel sha256<dd>aa11",
            "initramfs sha256<dd>bb22", "package<dd>6.1.1-1", "emulator<dd>QEMU 7.2",
            "qemu -append ", "net.ipv4.tcp_retries2<dd>15", "suite’s commit<dd>0123456789ab",
        ] {
            XCTAssertTrue(identity.contains(pair), pair)
        }
    }

    func testAGuestIsPerformedAgainWithItsKernel() {
        var kernel = Samples.kernel
        kernel.selector = "it's a/kernel"
        let trial = TrialID(
            behaviour: "option.rejects", parameters: Parameters(userTimeoutMilliseconds: 3000))

        XCTAssertEqual(
            Reproduction.line(trial, kernel),
            #"etimedout run --kernel 'it'\''s a/kernel' --behaviour option.rejects "#
                + #"--values "T=3000 ipv4 veth""#)
    }
}

extension Samples {
    /// A run of a trial of each verdict.
    static func reportedRun() throws -> ReportedRun {
        let (observation, finding) = try observation()
        var trials = try everyVerdict().map { ReportedTrial($0, observation: nil) }
        trials[0] = ReportedTrial(
            JudgedTrial(
                finding, duration: .milliseconds(3500), capturePath: "pcap/a.pcapng",
                frames: FrameMap(observation.captures)),
            observation: observation, observationPath: "observations/a.json")
        let record = RunRecord(
            suite: "1", kernel: kernel, findings: trials.map(\.finding))
        return ReportedRun(record, trials: trials)
    }

    /// What the section of a trial shows of a kernel that keeps its promise.
    static func view(_ id: String) throws -> TrialView {
        let (observation, finding) = try observation(id)
        return TrialView(
            ReportedTrial(JudgedTrial(finding), observation: observation),
            Catalogue.behaviour(id), kernel)
    }
}
