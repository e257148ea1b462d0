import Evidence

/// What a stored run can be turned into.
public enum ReportFormat: String, Sendable, CaseIterable {
    /// The page for people.
    case html
    /// What continuous integration reads.
    case junit
    /// The kernel's test protocol.
    case ktap
    /// What kernelci.org takes in.
    case kcidb
    /// What CI systems show with a job.
    case markdown
    /// The record of the run.
    case json

    /// The report of a run, as bytes of a file.
    public func bytes(of run: ReportedRun) throws -> [UInt8] {
        switch self {
        case .html: return Array(RunPage(run).text.utf8)
        case .junit:
            return Array(
                JUnit.text(run.trials.map(\.judged), suite: "etimedout on \(run.kernelLine)").utf8)
        case .ktap:
            return Array(KTAP.text(run.trials.map(\.judged), kernel: run.kernelLine).utf8)
        case .kcidb: return try JSONText.encode(KCIDB(run))
        case .markdown: return Array(Markdown.text(run).utf8)
        case .json: return try JSONText.encode(run.record)
        }
    }
}

extension ReportedRun {
    /// The kernel in a line: `Linux 6.1.0-49-cloud-amd64 x86_64`.
    var kernelLine: String { "Linux \(record.kernel.release) \(record.kernel.machine)" }
}
