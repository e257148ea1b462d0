import Evidence
import Foundation
public import Reporting

/// The folder of a matrix.
///
///     matrix.json          kernels × behaviours × trials, deterministic
///     provenance.json      dates, hosts
///     index.html           the page for people
///     KERNEL/              the run's folder of each kernel
///     SHA256SUMS           of matrix.json and of each kernel's SHA256SUMS
public struct MatrixFolder: Sendable, Hashable {
    /// Where it is.
    public let path: String

    enum Name {
        static let record = "matrix.json"
        static let provenance = "provenance.json"
        static let page = "index.html"
    }

    /// Makes the folder of a new matrix, as `RunFolder.create` does.
    public static func create(
        at path: String?, base: String = ".", name: String = "matrix"
    ) throws(RunFolderError) -> MatrixFolder {
        MatrixFolder(
            path: try RunFolder.place(at: path, base: base, selector: name, now: Date()))
    }

    /// The folder of a matrix that is there.
    public init(existing path: String) throws(RunFolderError) {
        guard FileSystem.exists(path) else { throw RunFolderError(path, "is not there") }
        guard FileSystem.exists("\(path)/\(Name.record)") else {
            throw RunFolderError(path, "is not a matrix's folder: it holds no \(Name.record)")
        }
        self.path = path
    }

    private init(path: String) { self.path = path }

    /// Whether a folder is a matrix's.
    public static func isMatrix(_ path: String) -> Bool {
        FileSystem.exists("\(path)/\(Name.record)")
    }

    // MARK: - The record

    /// Reads what was found so far.
    public func record() throws(RunFolderError) -> MatrixRecord {
        let file = "\(path)/\(Name.record)"
        let record: MatrixRecord = try RunFolder.decode(
            file, currentFormat: MatrixRecord.currentFormat)
        for trial in record.trials + record.kernels.flatMap({ $0.trials ?? [] }) {
            if let fault = ObservationCheck.fault(of: trial.parameters) {
                throw RunFolderError(file, fault)
            }
        }
        var folders: Set<String> = []
        for column in record.kernels {
            let name = column.folder
            guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/"),
                folders.insert(name).inserted
            else {
                throw RunFolderError(file, "names the folder \"\(PlainText.line(name))\"")
            }
        }
        return record
    }

    func store(_ record: MatrixRecord) throws(RunFolderError) {
        try RunFolder.write(record, to: "\(path)/\(Name.record)")
    }

    /// Writes the page and `SHA256SUMS`: the last thing that is done to a matrix's folder.
    func seal(_ record: MatrixRecord) async throws(RunFolderError) {
        try FileSystem.write(Array(MatrixPage(record).text.utf8), to: "\(path)/\(Name.page)")
        let sealed = record.kernels.map { "\($0.folder)/\(Checksums.name)" }
            .filter { FileSystem.exists("\(path)/\($0)") }
        try await Checksums(of: [Name.record] + sealed, in: path).write(in: path)
    }

    /// What of all the evidence is not as it was stored, one line a file; none if it is whole.
    public func damage(_ record: MatrixRecord) async throws(RunFolderError) -> [String] {
        var lines = try await Checksums(in: path).damage(in: path)
        for column in record.kernels where column.state == .done {
            lines += try await runFolder(column).damage()
        }
        return lines
    }

    // MARK: - Kernels

    /// The run's folder of a kernel.
    public func runFolder(_ column: MatrixColumn) -> RunFolder {
        RunFolder(path: "\(path)/\(column.folder)")
    }

    /// Makes the run's folder of a kernel anew; what an interrupted run left of it is removed.
    func freshRunFolder(_ column: MatrixColumn) throws(RunFolderError) -> RunFolder {
        let folder = "\(path)/\(column.folder)"
        try FileSystem.remove(folder)
        return try RunFolder.create(at: folder)
    }

    /// What a kernel's folder holds, judged again; nil unless it is whole, ended by itself and
    /// answers exactly these trials.
    func finished(
        _ column: MatrixColumn, _ record: MatrixRecord
    ) async throws(RunFolderError) -> MatrixColumn? {
        let folder = runFolder(column)
        guard FileSystem.exists("\(folder.path)/\(Checksums.name)"),
            try await folder.damage().isEmpty
        else { return nil }
        let provenance: Provenance = try RunFolder.decode(
            "\(folder.path)/\(RunFolder.Name.provenance)", currentFormat: 1)
        let run = try RunFolder.load(folder.path)
        guard provenance.interruption == nil, let stored = run.record,
            Set(stored.findings.map(\.trial)) == Set(column.trials ?? record.trials)
        else { return nil }
        let again = Rejudgement(run)
        return MatrixColumn(column, record: again.record, trials: again.trials)
    }

    // MARK: - Provenance

    /// What is known of earlier sittings; none where nothing is.
    func provenance() -> MatrixProvenance {
        let file = "\(path)/\(Name.provenance)"
        return (try? RunFolder.decode(file, currentFormat: 1)) ?? MatrixProvenance()
    }

    func store(_ provenance: MatrixProvenance) throws(RunFolderError) {
        try RunFolder.write(provenance, to: "\(path)/\(Name.provenance)")
    }
}

/// What of a matrix is not deterministic: its `provenance.json`.
public struct MatrixProvenance: Codable, Sendable, Hashable {
    /// The version of this format.
    public var format = 1
    /// When and where its kernels were asked: once, after each interruption again, and on several
    /// machines where it is merged from shards.
    public var sittings: [Sitting] = []

    /// One time at which kernels were asked.
    public struct Sitting: Codable, Sendable, Hashable {
        /// When it began, ISO 8601 in UTC.
        public var began: String
        /// When it ended.
        public var ended: String
        /// How long it took, milliseconds.
        public var wallMilliseconds: Int
        /// The host's name.
        public var host: String
        /// How many guests could run at once.
        public var guestsAtOnce: Int
        /// Which shard it was part of, where it was.
        public var shard: MatrixShard?
        /// The kernels that were asked then.
        public var kernels: [String]
    }
}
