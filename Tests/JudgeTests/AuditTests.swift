import Behaviours
import Evidence
import Judge
import KernelTimers
import Support
import XCTest

/// The findings of a kernel read as a list of changes.
final class AuditTests: XCTestCase {
    private func kernel(_ release: String, version: String = "") -> KernelIdentity {
        KernelIdentity(
            selector: "test", release: release, version: version, machine: "x86_64", hz: 250)
    }

    /// The finding of a kernel that behaves as a variant says.
    private func finding(
        _ behaviour: Behaviour, _ variant: String, _ parameters: Parameters
    ) throws -> Finding {
        let chosen = try XCTUnwrap(
            behaviour.variants(for: parameters).first { $0.name == variant })
        let observation = try SyntheticObservation.make(behaviour, chosen, parameters, seed: 11)
        return Judge.judge(observation, as: behaviour)
    }

    private func entry(_ id: String, in audit: Audit) throws -> Audit.Entry {
        try XCTUnwrap(audit.entries.first { $0.change == id })
    }

    private let threeSeconds = Parameters(userTimeoutMilliseconds: 3000)

    func testAnswerOfTodaysMainlineShowsAllChangesThatItRestsOn() throws {
        let live = try finding(.zeroWindowLive, "at-deadline", threeSeconds)

        let audit = Audit([live], kernel: kernel("6.18.44"))

        for id in ["b248230c3497", "9721e709fa68", "9d9b1ee0b2d1", "344db93ae3ee"] {
            let entry = try entry(id, in: audit)
            XCTAssertEqual(entry.state, .present, id)
            XCTAssertEqual(entry.expected, true, id)
            XCTAssertFalse(entry.differs, id)
            XCTAssertEqual(entry.evidence.first?.variants, ["at-deadline"])
        }
        XCTAssertEqual(audit.exitCode, 0)
    }

    func testRegressionWithoutItsRepairIsBrokenAndDiffersFromARepairedVersion() throws {
        let silent = try finding(.zeroWindowSilent, "from-unanswered-count", threeSeconds)
        let live = try finding(.zeroWindowLive, "from-unanswered-count", threeSeconds)

        let audit = Audit([silent, live], kernel: kernel("5.10.104"))

        let broken = try entry("9721e709fa68", in: audit)
        XCTAssertEqual(broken.state, .broken)
        XCTAssertEqual(broken.reason, "its repair is missing: 9d9b1ee0b2d1")
        XCTAssertTrue(broken.differs)
        let absent = try entry("9d9b1ee0b2d1", in: audit)
        XCTAssertEqual(absent.state, .absent)
        XCTAssertTrue(absent.differs)
        XCTAssertEqual(audit.exitCode, 1)
    }

    func testThatRegressionIsWhatAnUnrepairedVersionLeadsToExpect() throws {
        let silent = try finding(.zeroWindowSilent, "from-unanswered-count", threeSeconds)

        let audit = Audit([silent], kernel: kernel("5.8.1"))

        XCTAssertEqual(try entry("9721e709fa68", in: audit).state, .broken)
        XCTAssertEqual(audit.entries.filter(\.differs).map(\.change), [])
        XCTAssertEqual(audit.differences, [])
    }

    func testVariantsThatCannotBeToldApartProveOnlyWhatTheyAgreeOn() throws {
        // A peer that answers: "ignored" and "from-unanswered-count" both mean that it never ends.
        let live = try finding(.zeroWindowLive, "ignored", threeSeconds)
        XCTAssertGreaterThan(live.variants.count, 1)

        let alone = Audit([live], kernel: kernel("6.18.44"))
        let silent = try finding(.zeroWindowSilent, "ignored", threeSeconds)
        let together = Audit([live, silent], kernel: kernel("6.18.44"))

        XCTAssertEqual(try entry("b248230c3497", in: alone).state, .unknown)
        XCTAssertEqual(try entry("9d9b1ee0b2d1", in: alone).state, .absent)
        XCTAssertEqual(try entry("b248230c3497", in: together).state, .absent)
    }

    func testBehavioursThatContradictEachOtherMakeAChangeBroken() throws {
        let live = try finding(.zeroWindowLive, "at-deadline", threeSeconds)
        let silent = try finding(.zeroWindowSilent, "at-next-probe", threeSeconds)

        let audit = Audit([live, silent], kernel: kernel("6.18.44"))

        let entry = try entry("344db93ae3ee", in: audit)
        XCTAssertEqual(entry.state, .broken)
        XCTAssertEqual(entry.evidence.map(\.isPresent), [false, true])
        XCTAssertEqual(try self.entry("9d9b1ee0b2d1", in: audit).state, .present)
    }

    func testKernelLikeNoKnownVariantProvesNothingAndBreaksWhatOthersShow() throws {
        var odd = try finding(.zeroWindowSilent, "at-deadline", threeSeconds)
        odd.variants = []
        odd.verdict = .deviates
        let live = try finding(.zeroWindowLive, "at-deadline", threeSeconds)

        let alone = Audit([odd], kernel: kernel("6.18.44"))
        let beside = Audit([odd, live], kernel: kernel("6.18.44"))

        XCTAssertEqual(try entry("344db93ae3ee", in: alone).state, .unknown)
        XCTAssertEqual(alone.exitCode, 1)
        XCTAssertEqual(try entry("344db93ae3ee", in: beside).state, .broken)
        XCTAssertEqual(beside.unknown, [odd.trial])
    }

    func testVariantOtherThanTheVersionsIsADifference() throws {
        let blackhole = try finding(.blackholeEstablished, "at-next-retransmission", threeSeconds)

        let audit = Audit([blackhole], kernel: kernel("6.18.44"))

        XCTAssertEqual(audit.differences.first?.observed, ["at-next-retransmission"])
        XCTAssertEqual(audit.differences.first?.expected.contains("at-deadline"), true)
        XCTAssertTrue(try entry("b701a99e431d", in: audit).differs)
    }

    func testInconclusiveAndNotApplicableTrialsProveNothing() throws {
        var finding = try finding(.zeroWindowLive, "at-deadline", threeSeconds)
        for verdict in [Verdict.inconclusive(cause: "x"), .notApplicable(reason: "x")] {
            finding.verdict = verdict

            let audit = Audit([finding], kernel: kernel("6.18.44"))

            XCTAssertTrue(audit.entries.allSatisfy { $0.state == .unknown })
            XCTAssertEqual(audit.exitCode, 2)
        }
    }
}

/// The list of changes, and the versions in which they are expected.
final class ChangeTests: XCTestCase {
    /// Changes whose behaviours are still to come.
    private let awaited: Set<String> = ["500462a9de65"]

    private var eras: [(behaviour: String, era: Era)] {
        Catalogue.behaviours.flatMap { behaviour in
            behaviour.variants.flatMap { variant in variant.eras.map { (behaviour.id, $0) } }
        }
    }

    func testEveryEraNamesChangesThatAreInTheList() {
        for (behaviour, era) in eras {
            for name in era.since + era.until {
                XCTAssertNotNil(Change.named(name), "\(behaviour), \"\(era)\": \(name)")
            }
        }
    }

    func testEveryChangeIsToldByABehaviourOrSaysWhyNot() {
        let named = Set(
            eras.flatMap { $0.era.since + $0.era.until }.compactMap { Change.named($0)?.id })
        let silent = Change.all.filter { $0.untold == nil && !named.contains($0.id) }.map(\.id)

        XCTAssertEqual(Set(silent).subtracting(awaited), [])
    }

    func testChangesNeedAndRepairWhatIsInTheList() {
        for change in Change.all {
            for name in change.needs + change.repairs {
                XCTAssertEqual(Change.named(name)?.id, name, "\(change.id) names \(name)")
            }
            XCTAssertNotNil(change.first, change.id)
            for backport in change.backports { XCTAssertNotNil(backport.series, change.id) }
        }
        XCTAssertEqual(Set(Change.all.map(\.id)).count, Change.all.count)
    }

    func testErasAreReadAsPeopleWriteThem() {
        let era: Era = "4.14 8c72c65b426b … 5.1 9721e709fa68"
        XCTAssertEqual(era.since, ["8c72c65b426b"])
        XCTAssertEqual(era.until, ["9721e709fa68"])
        XCTAssertEqual(Era("… 3.18 b248230c3497").until, ["b248230c3497"])
        XCTAssertFalse(Era("RHEL 7.3 … 7.9").namesChanges)
        XCTAssertEqual(era.with(since: "5.4 595e0651d029").since.count, 2)
        XCTAssertEqual(
            era.holds(given: ["8c72c65b426b": true, "9721e709fa68": false]), true)
        XCTAssertEqual(era.holds(given: ["9721e709fa68": true]), false)
        XCTAssertNil(era.holds(given: ["8c72c65b426b": true]))
    }

    /// What the sources of these kernels were read to have.
    func testVersionsLeadToExpectWhatTheirSourcesHave() throws {
        let facts: [(String, String, Bool?)] = [
            ("6.1.192-1", "2b9f6f7065d4", false), ("6.12.117-1", "2b9f6f7065d4", true),
            ("6.18.15", "2b9f6f7065d4", false), ("6.18.44", "2b9f6f7065d4", true),
            ("7.0.9", "2b9f6f7065d4", false), ("7.1-rc1", "2b9f6f7065d4", false),
            ("7.1-rc2", "2b9f6f7065d4", true), ("6.12.92", "2b9f6f7065d4", nil),
            ("5.10.198", "97a9063518f1", false), ("5.10.262", "97a9063518f1", true),
            ("5.10.104", "344db93ae3ee", true), ("5.8.1", "9d9b1ee0b2d1", false),
            ("5.9.1", "9d9b1ee0b2d1", nil),
            ("3.10.0-1160.71.1.el7.x86_64", "b248230c3497", true),
            ("3.10.0-1160.71.1.el7.x86_64", "8c72c65b426b", false),
            ("3.10.0-1062.el7", "595e0651d029", false),
            ("3.10.0-1127.el7", "595e0651d029", true),
            ("4.18.0-147.el8.x86_64", "b701a99e431d", true),
            ("4.18.0-240.el8", "3976535af0cb", false), ("4.19.191", "3256a2d6ab1f", false),
            ("6.12.117", "54a378f43425", false), ("6.18.44", "54a378f43425", true),
        ]
        for (version, change, isExpected) in facts {
            let version = try XCTUnwrap(KernelVersion(version))
            let change = try XCTUnwrap(Change.named(change))
            XCTAssertEqual(
                change.isExpected(in: version), isExpected, "\(change.id) in \(version)")
        }
    }

    func testDebiansVersionIsItsPackagesNotItsABIs() throws {
        let debian = KernelIdentity(
            selector: "host", release: "6.1.0-56-cloud-amd64",
            version: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1 (2026-11-01)", machine: "x86_64",
            hz: 250)

        XCTAssertEqual(KernelVersion(debian).map { "\($0)" }, "6.1.192")
        XCTAssertEqual(KernelVersion("6.18.44").map { "\($0)" }, "6.18.44")
        XCTAssertNil(KernelVersion("of unknown release"))
    }
}
