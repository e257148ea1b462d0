public import Evidence

/// What `failover.json` holds: which kernel, with which programs, and what came of each cell.
public struct FailoverRecord: Codable, Sendable, Hashable {
    /// The version of this format.
    public static let currentFormat = 1

    /// The format of this file.
    public var format = Self.currentFormat
    /// The kernel.
    public var kernel: KernelIdentity
    /// The programs and their versions.
    public var programs: [String: String]
    /// The cells' findings, in the order of the plan.
    public var findings: [FailoverFinding]

    /// A record.
    public init(
        kernel: KernelIdentity, programs: [String: String], findings: [FailoverFinding]
    ) {
        self.kernel = kernel
        self.programs = programs
        self.findings = findings
    }

    /// 1 if anything deviates, else 2 if anything is inconclusive or nothing was applicable, else
    /// 0: as every run exits.
    public var exitCode: Int32 {
        switch status {
        case .deviates: 1
        case .inconclusive: 2
        case .conforms: 0
        }
    }
}
