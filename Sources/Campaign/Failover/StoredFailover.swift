public import Evidence
import Judge
public import Reporting

/// A failover laboratory's folder, read back and judged again.
public struct StoredFailover: Sendable {
    /// What the laboratory found.
    static let name = "failover.json"

    /// What was found at the time.
    public var before: FailoverRecord
    /// What is found now.
    public var record: FailoverRecord
    /// The cells as performed.
    public var cells: [FailoverCell]
    /// Where that differs, a line each.
    public var differences: [String]

    /// Whether a folder is one.
    public static func isThere(_ path: String) -> Bool {
        FileSystem.exists("\(path)/\(name)")
    }

    /// The folder.
    private let path: String

    /// What was found at the time, as a file for people or machines; nil for `kcidb`, which takes
    /// in tests of a kernel: a cell is one of programs on it.
    public func bytes(_ format: ReportFormat) throws -> [UInt8]? {
        let report = FailoverReport(before, cells: cells)
        switch format {
        case .html:
            var page = FailoverPage(before, cells: cells)
            for finding in before.findings where finding.verdict.reason == nil {
                let observation = try Self.observation(path, finding.id)
                page.add(FailoverPage.Plot(observation, finding), of: finding)
            }
            return Array(page.text.utf8)
        case .junit: return Array(report.junit.utf8)
        case .ktap: return Array(report.ktap.utf8)
        case .markdown: return Array(report.markdown.utf8)
        case .json: return try JSONText.encode(before)
        case .kcidb: return nil
        }
    }

    private static func observation(_ path: String, _ id: String) throws -> FailoverObservation {
        var observation = try JSONText.decode(
            FailoverObservation.self,
            from: try FileSystem.read("\(path)/\(RunFolder.Name.observations)/\(id).json"))
        guard !observation.captures.isEmpty else { return observation }
        let file = "\(path)/\(RunFolder.Name.captures)/\(id).pcapng"
        do {
            let packets = try FailoverCaptureFile.packets(
                of: observation, in: try FileSystem.read(file))
            for index in packets.indices { observation.captures[index].packets = packets[index] }
        } catch let error as AnnotatedCaptureError {
            throw FailoverCampaign.Failure(description: "\(file): \(error)")
        }
        return observation
    }

    /// Reads a folder whose evidence is whole, and judges it.
    public init(_ path: String) async throws {
        self.path = path
        let folder = RunFolder(path: path)
        if FileSystem.exists("\(path)/\(Checksums.name)"),
            let line = try await folder.damage().first
        {
            throw FailoverCampaign.Failure(description: line)
        }
        before = try RunFolder.decode(
            "\(path)/\(Self.name)", currentFormat: FailoverRecord.currentFormat)
        record = before
        cells = []
        differences = []
        for (index, then) in before.findings.enumerated() {
            // Its name comes from a file, and may be anything.
            guard !then.id.contains("/") else {
                throw FailoverCampaign.Failure(
                    description: "\(path)/\(Self.name): \(then.id) is no cell's name")
            }
            let observation = try Self.observation(path, then.id)
            cells.append(observation.cell)
            let now = FailoverJudge.judge(observation)
            record.findings[index] = now
            if now.outcome != then.outcome || now.checks != then.checks {
                differences.append("\(now.id): \(then.outcome), now \(now.outcome)")
            }
        }
    }
}
