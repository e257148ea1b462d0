import Behaviours
import Campaign
import Evidence
import Judge
import KernelTimers
import XCTest

@testable import Reporting

/// The pages of what real kernels did, and of what a broken one could do.
final class StoredPageTests: XCTestCase {
    func testAThousandTrialsOfRealKernelsWouldStayWellBelowTenMegabytes() throws {
        let runs = try Fixtures.runs().map(\.reported)
        let trials = runs.flatMap(\.trials)
        let record = try XCTUnwrap(runs.first).record

        let page = RunPage(ReportedRun(record, trials: trials)).text

        XCTAssertGreaterThan(trials.count, 100)
        // What a page holds once, whatever the number of its trials.
        let once = 150_000
        let perTrial = (page.utf8.count - once) / trials.count
        XCTAssertLessThan(once + 1000 * perTrial, 9_000_000)
    }

    func testAFloodIsShownByItsBeginningAndItsEnd() throws {
        let behaviour = try XCTUnwrap(Catalogue.behaviour("window-retracted.answered"))
        let observation = try Fixtures.observation(
            behaviour, "T=250 ipv4 veth tcp_early_retrans=0")
        var flooded = observation
        flooded.end = flooded.end + .seconds(50)
        for capture in flooded.captures.indices {
            let last = try XCTUnwrap(flooded.captures[capture].packets.last)
            flooded.captures[capture].packets += (1...5000).map { number in
                var packet = last
                packet.realtimeNanoseconds += Int64(number) * 8_000_000
                return packet
            }
        }
        for step in flooded.steps.indices {
            guard let call = flooded.steps[step].calls.last else { continue }
            flooded.steps[step].calls += Array(repeating: call, count: 5000)
        }
        for number in 10001...15000 {
            flooded.counters.after["TcpExt.Flood\(number)"] = 1
            flooded.sysctls["net.ipv4.flood\(number)"] = "1"
        }
        var finding = Judge.judge(observation, as: behaviour)
        let calm = html(observation, finding, behaviour).utf8.count
        let comparison = try XCTUnwrap(finding.comparisons.last)
        finding.comparisons += Array(repeating: comparison, count: 5000)
        finding.notes = (1...5000).map { "note \($0)" }

        let page = html(flooded, finding, behaviour)

        XCTAssertLessThan(page.utf8.count - calm, 80_000)
        XCTAssertTrue(page.contains("Not drawn, in the middle"))
        XCTAssertTrue(page.contains("more, left out here"))
        XCTAssertTrue(page.contains("note 5000") && page.contains("Flood15000 "))
    }

    func testTextsWithoutEndAreShownByTheirBeginning() throws {
        var run = try XCTUnwrap(try Fixtures.runs().first).reported
        let calm = RunPage(run).text.utf8.count
        run.record.kernel.version = String(repeating: "<", count: 1_000_000)
        run.record.complaints = (1...5000).map { number in
            KernelComplaint(guest: 1, line: "WARNING: \(number)", trials: [])
        }

        let page = RunPage(run).text

        XCTAssertLessThan(page.utf8.count - calm, 120_000)
        XCTAssertTrue(page.contains("990000 more characters left out"))
        XCTAssertTrue(page.contains("4920 more, left out here; all are in the consoles"))
    }

    private func html(
        _ observation: Observation, _ finding: Finding, _ behaviour: Behaviour
    ) -> String {
        let kernel = KernelIdentity(
            selector: "host", release: "6", version: "#1", machine: "x86_64", hz: 250)
        return TrialView(
            ReportedTrial(JudgedTrial(finding), observation: observation), behaviour, kernel
        ).html(.open).text
    }
}
