public import Evidence

/// What of a run is deterministic: `run.json`.
public struct RunRecord: Codable, Sendable, Hashable {
    /// The version of this format.
    public static let currentFormat = 1

    /// The version of the format in which the record was written.
    public var format: Int
    /// The version of etimedout.
    public var suite: String
    /// Which kernel was asked.
    public var kernel: KernelIdentity
    /// What was found, in the order of the trials.
    public var findings: [Finding]
    /// What the findings add up to.
    public var status: RunStatus
    /// What the kernel said of itself on the consoles of guests; nil where it said nothing.
    public var complaints: [KernelComplaint]?

    /// The record of these findings, in whichever order.
    public init(
        suite: String, kernel: KernelIdentity, findings: [Finding],
        complaints: [KernelComplaint] = []
    ) {
        self.complaints = complaints.isEmpty ? nil : complaints
        format = Self.currentFormat
        self.suite = suite
        self.kernel = kernel
        self.findings = findings.sorted { $0.trial < $1.trial }
        status = RunStatus(findings)
    }
}

/// What the findings of a run add up to, and the exit status that says so.
public enum RunStatus: String, Codable, Sendable, Hashable, CaseIterable {
    /// Everything that could be asked conforms.
    case conforms
    /// At least one behaviour deviates.
    case deviates
    /// Nothing deviates, but something is inconclusive, or nothing was applicable.
    case inconclusive

    /// What these findings add up to. An expected deviation is as good as a promise kept, and one
    /// that has vanished is as bad as a promise broken, unless that is to be judged strictly.
    public init(_ findings: [Finding], isStrict: Bool = false) {
        self.init(isStrict ? findings.map(\.verdict) : findings.map(\.verdictAsExpected))
    }

    /// What these verdicts add up to. No verdict at all is no success.
    public init(_ verdicts: [Verdict]) {
        var status: RunStatus?
        for verdict in verdicts {
            switch verdict {
            case .deviates:
                self = .deviates
                return
            case .inconclusive: status = .inconclusive
            case .conforms: status = status ?? .conforms
            case .notApplicable: break
            }
        }
        self = status ?? .inconclusive
    }

    /// The exit status.
    public var exitCode: Int32 {
        switch self {
        case .conforms: 0
        case .deviates: 1
        case .inconclusive: 2
        }
    }
}

extension Finding {
    /// The verdict, measured by what is expected of this kernel.
    public var verdictAsExpected: Verdict {
        switch known?.outcome {
        case .shown: .conforms
        case .vanished: .deviates
        case .other, .untold, nil: verdict
        }
    }
}

/// What of a run is not deterministic: `provenance.json`.
public struct Provenance: Codable, Sendable, Hashable {
    /// The version of this format.
    public static let currentFormat = 1

    /// The version of the format in which this was written.
    public var format = Self.currentFormat
    /// When the run began, ISO 8601 in UTC.
    public var began: String
    /// When it ended.
    public var ended: String
    /// How long it took, milliseconds.
    public var wallMilliseconds: Int
    /// How long its longest trial took, milliseconds: what a run cannot be faster than.
    public var longestTrialMilliseconds: Int
    /// The host's name.
    public var host: String
    /// How the performer came to its namespaces.
    public var privilege: String
    /// The versions of what took part, by name.
    public var versions: [String: String]
    /// How often each trial was performed, where it was more than once.
    public var attempts: [String: Int]
    /// Why the run ended before all was done, where it did.
    public var interruption: String?

    /// The circumstances of a run.
    public init(
        began: String, ended: String, wallMilliseconds: Int, longestTrialMilliseconds: Int,
        host: String, privilege: String, versions: [String: String], attempts: [String: Int],
        interruption: String? = nil
    ) {
        self.began = began
        self.ended = ended
        self.wallMilliseconds = wallMilliseconds
        self.longestTrialMilliseconds = longestTrialMilliseconds
        self.host = host
        self.privilege = privilege
        self.versions = versions
        self.attempts = attempts
        self.interruption = interruption
    }
}

/// A finding with what reports print beside it.
public struct JudgedTrial: Sendable, Hashable {
    /// What was found.
    public var finding: Finding
    /// How long the trial took.
    public var duration: Duration
    /// The capture's path, relative to the run's folder, where there is one.
    public var capturePath: String?
    /// Where the packets of each capture stand in that file.
    public var frames: FrameMap

    /// A finding with its capture.
    public init(
        _ finding: Finding, duration: Duration = .zero, capturePath: String? = nil,
        frames: FrameMap = FrameMap()
    ) {
        self.finding = finding
        self.duration = duration
        self.capturePath = capturePath
        self.frames = frames
    }
}
