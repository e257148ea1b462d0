import Evidence
import KernelTimers

/// A run as kcidb takes it in: the report format of kernelci.org, schema 5.0 (and so of 5.3).
///
/// A kernel is a build, each trial is a test. Nothing has a URL: whoever submits it may add where
/// the folder was put.
public struct KCIDB: Codable, Sendable, Hashable {
    var version = Version()
    var checkouts: [Checkout]
    var builds: [Build]
    var tests: [Test]

    struct Version: Codable, Sendable, Hashable {
        var major = 5
        var minor = 0
    }

    struct Checkout: Codable, Sendable, Hashable {
        var id: String
        var origin: String
        var comment: String
        var valid = true
    }

    struct Build: Codable, Sendable, Hashable {
        var checkout_id: String
        var id: String
        var origin: String
        var architecture: String
        var comment: String
        var misc: [String: String]
    }

    struct Test: Codable, Sendable, Hashable {
        var build_id: String
        var id: String
        var origin: String
        var path: String
        var comment: String
        var status: String
        var duration: Double
        var start_time: String?
        var log_excerpt: String?
        var environment: Environment
        var misc: [String: String]
    }

    struct Environment: Codable, Sendable, Hashable {
        var comment: String
    }

    /// Who reports: the prefix of every id.
    static let origin = "etimedout"

    /// The report of a run.
    public init(_ run: ReportedRun) {
        let kernel = run.record.kernel
        let name = "\(kernel.release) \(kernel.version) \(kernel.machine)"
        let checkout = "\(Self.origin):\(Self.plain(name))"
        let key = kernel.guest.map { String($0.kernelSHA256.prefix(16)) } ?? "host"
        let build = "\(checkout):\(Self.plain(key))"
        checkouts = [
            Checkout(id: checkout, origin: Self.origin, comment: Self.plain("Linux \(name)"))
        ]
        builds = [
            Build(
                checkout_id: checkout, id: build, origin: Self.origin,
                architecture: String(
                    kernel.machine.lowercased().map {
                        $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_"
                    }), comment: Self.plain("chosen by \(kernel.selector)"),
                misc: Self.identity(kernel))
        ]
        let occasion = run.provenance.map { ":\(Self.plain($0.began))" } ?? ""
        let environment = Environment(comment: Self.plain(Self.environment(run)))
        tests = run.trials.map { trial in
            Test(trial, build: build, occasion: occasion, environment: environment, run: run)
        }
    }

    private static func identity(_ kernel: KernelIdentity) -> [String: String] {
        var misc = ["hz": String(kernel.hz), "version": plain(kernel.version)]
        if let guest = kernel.guest {
            misc["kernel_sha256"] = plain(guest.kernelSHA256)
            misc["initramfs_sha256"] = plain(guest.initramfsSHA256)
            misc["package"] = guest.packageVersion.map(plain)
        }
        return misc
    }

    private static func environment(_ run: ReportedRun) -> String {
        run.record.kernel.guest?.emulator ?? run.provenance.map { "host \($0.host)" } ?? "host"
    }

    /// Text that the schema takes: without control characters.
    static func plain(_ text: String) -> String { PlainText.line(text) }
}

extension KCIDB.Test {
    fileprivate init(
        _ trial: ReportedTrial, build: String, occasion: String, environment: KCIDB.Environment,
        run: ReportedRun
    ) {
        let finding = trial.finding
        build_id = build
        origin = KCIDB.origin
        id = "\(build)\(occasion):\(KCIDB.plain("\(finding.trial)"))"
        path = Self.path(finding.trial)
        comment = KCIDB.plain("\(finding.trial.behaviour) \(finding.trial.parameters.summary)")
        status = Self.status(finding.verdict)
        duration = trial.judged.duration.inSeconds
        start_time = run.provenance.map { KCIDB.plain($0.began) }
        let details = JUnit.details(trial.judged).split(separator: "\n").map {
            KCIDB.plain(String($0))
        }
        let isFailure = finding.verdict.name == "deviates" || finding.verdict.reason != nil
        log_excerpt =
            isFailure
            ? ([finding.verdict.reason.map(KCIDB.plain)].compactMap { $0 } + details)
                .joined(separator: "\n") : nil
        self.environment = environment
        misc = [
            "again": KCIDB.plain(Reproduction.line(finding.trial, run.record.kernel)),
            "variants": finding.variants.map(KCIDB.plain).joined(separator: " "),
        ]
        misc["capture"] = trial.judged.capturePath.map(KCIDB.plain)
        misc["known"] = finding.known.map { KCIDB.plain($0.reference) }
    }

    private static func status(_ verdict: Verdict) -> String {
        switch verdict {
        case .conforms: "PASS"
        case .deviates: "FAIL"
        case .inconclusive: "ERROR"
        case .notApplicable: "SKIP"
        }
    }

    /// Parts of letters, digits, `-` and `_`, with points between them: `etimedout`, the
    /// behaviour's id, the values.
    private static func path(_ trial: TrialID) -> String {
        let values = "\(trial)".dropFirst(trial.behaviour.count).drop { $0 == "+" }
        let parts = ["etimedout"] + trial.behaviour.split(separator: ".").map(String.init)
        return (parts + [String(values)]).map { part in
            String(
                part.map { character in
                    let isPlain =
                        character.isASCII
                        && (character.isLetter || character.isNumber || "-_".contains(character))
                    return isPlain ? character : "_"
                })
        }.filter { !$0.isEmpty }.joined(separator: ".")
    }
}
