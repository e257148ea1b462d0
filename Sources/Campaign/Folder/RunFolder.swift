public import Evidence
import Foundation
import KernelTimers
public import Reporting

/// The folder that a run leaves behind.
///
///     run.json                     what is deterministic
///     provenance.json              dates, host, versions, attempts
///     observations/TRIAL.json      what was witnessed, but for the packets
///     pcap/TRIAL.pcapng            the packets
///     index.html                   the page for people
///     junit.xml, results.ktap      for CI
///     kcidb.json                   for kernelci.org
///     console-1.txt, …             what guests printed
///     SHA256SUMS                   of all of these but provenance.json and the page
///
/// An earlier attempt of a trial that was performed again is `TRIAL.attempt1`. Every file is
/// written whole or not at all, observations as they arrive.
public struct RunFolder: Sendable, Hashable {
    /// Where it is.
    public let path: String
    /// Whether it was made for this run, and not there before.
    private var isOurs = false

    /// The names of the files.
    enum Name {
        static let run = "run.json"
        static let provenance = "provenance.json"
        static let observations = "observations"
        static let captures = "pcap"
        static let page = "index.html"
        static let kcidb = "kcidb.json"
        static let junit = "junit.xml"
        static let ktap = "results.ktap"
    }

    init(path: String) { self.path = path }

    // MARK: - Creating

    /// Makes the folder of a new run.
    ///
    /// A `path` must not be there yet, or be empty. Without one it is
    /// `Reports/YYYY-MM-DDTHHMMSSZ-SELECTOR` below `base`, with `-2` and so on where that is taken.
    public static func create(
        at path: String?, base: String = ".", selector: String = "host"
    ) throws(RunFolderError) -> RunFolder {
        try create(at: path, base: base, selector: selector, now: Date())
    }

    static func create(
        at path: String?, base: String, selector: String, now: Date
    ) throws(RunFolderError) -> RunFolder {
        let isOurs = path.map { !FileSystem.exists($0) } ?? true
        var folder = RunFolder(path: try place(at: path, base: base, selector: selector, now: now))
        folder.isOurs = isOurs
        for name in [Name.observations, Name.captures] {
            _ = try FileSystem.makeFolder("\(folder.path)/\(name)")
        }
        return folder
    }

    /// The path of a folder that is new or empty.
    static func place(
        at path: String?, base: String, selector: String, now: Date
    ) throws(RunFolderError) -> String {
        if let path { return try named(path) }
        return try dated(base, selector, now)
    }

    private static func named(_ path: String) throws(RunFolderError) -> String {
        if FileSystem.exists(path) {
            guard FileSystem.isFolder(path) else {
                throw RunFolderError(path, "is there, and is not a folder")
            }
            guard try FileSystem.names(in: path).isEmpty else {
                throw RunFolderError(path, "is not empty; name a new folder")
            }
            return path
        }
        try FileSystem.makeFolders(path)
        return path
    }

    private static func dated(
        _ base: String, _ selector: String, _ now: Date
    ) throws(RunFolderError) -> String {
        let reports = base == "." ? "Reports" : "\(base)/Reports"
        try FileSystem.makeFolders(reports)
        let stamp = Timestamp.compact(now)
        for number in 1...99 {
            let path = "\(reports)/\(stamp)-\(selector)" + (number == 1 ? "" : "-\(number)")
            if try FileSystem.makeFolder(path) { return path }
        }
        throw RunFolderError("\(reports)/\(stamp)-\(selector)", "is taken, and 98 more like it")
    }

    // MARK: - Names

    /// The name of an earlier attempt's files without their ending.
    static func name(_ request: String, attempt: Int) -> String {
        "\(request).attempt\(attempt)"
    }

    /// The path of a capture relative to the folder.
    static func capturePath(_ name: String) -> String { "\(Name.captures)/\(name).pcapng" }

    func observationPath(_ name: String) -> String { "\(path)/\(Name.observations)/\(name).json" }

    // MARK: - Writing

    /// Stores an observation under a request's name, its packets first, so that one whose JSON is
    /// there is complete. Returns what reports print beside its finding.
    @discardableResult
    public func store(
        _ observation: Observation, as name: String, finding: Finding, kernel: KernelIdentity
    ) throws(RunFolderError) -> JudgedTrial {
        let capture: AnnotatedCapture
        do {
            capture = try AnnotatedCapture(observation, finding: finding, kernel: kernel)
        } catch {
            throw RunFolderError("\(path)/\(Self.capturePath(name))", "\(error)")
        }
        try FileSystem.write(capture.bytes, to: "\(path)/\(Self.capturePath(name))")
        try Self.write(observation, to: observationPath(name))
        return JudgedTrial(
            finding, duration: .nanoseconds(observation.end.nanoseconds),
            capturePath: Self.capturePath(name), frames: capture.frames)
    }

    /// Stores all that a guest printed.
    func store(console: String, guest: Int) throws(RunFolderError) {
        try FileSystem.write(Array(console.utf8), to: "\(path)/console-\(guest).txt")
    }

    /// Renames the files of an attempt, before the trial is performed again.
    func setAside(_ old: String, attempt: Int) throws(RunFolderError) {
        let new = Self.name(old, attempt: attempt)
        try FileSystem.rename(
            "\(path)/\(Self.capturePath(old))", to: "\(path)/\(Self.capturePath(new))")
        try FileSystem.rename(observationPath(old), to: observationPath(new))
    }

    /// Stores what the run found and under which circumstances, and the reports for machines.
    public func store(
        _ record: RunRecord, _ provenance: Provenance, _ trials: [JudgedTrial]
    ) throws(RunFolderError) {
        let kernel = "Linux \(record.kernel.release) \(record.kernel.machine)"
        try FileSystem.write(
            Array(JUnit.text(trials, suite: "etimedout on \(kernel)").utf8),
            to: "\(path)/\(Name.junit)")
        try FileSystem.write(
            Array(KTAP.text(trials, kernel: kernel).utf8), to: "\(path)/\(Name.ktap)")
        try Self.write(provenance, to: "\(path)/\(Name.provenance)")
        try Self.write(record, to: "\(path)/\(Name.run)")
    }

    /// Stores the page for people and the report for kernelci.org, made of the observations as they
    /// were read back, as `report` of the folder makes them. Both name the occasion. Of controls,
    /// which perform a trial in several altered ways, there are none: they say nothing about a
    /// kernel.
    func storeReports(of stored: StoredRun) throws(RunFolderError) {
        let trials = stored.record?.findings.map(\.trial) ?? []
        guard Set(trials).count == trials.count else { return }
        let run = stored.reported
        try FileSystem.write(Array(RunPage(run).text.utf8), to: "\(path)/\(Name.page)")
        try Self.write(KCIDB(run), to: "\(path)/\(Name.kcidb)")
    }

    /// Writes a file that somebody asked for: whole, or not at all.
    public static func write(_ bytes: [UInt8], toFile path: String) throws(RunFolderError) {
        try FileSystem.write(bytes, to: path)
    }

    /// Removes the folder with all that is in it: of a run that told nothing new.
    public func remove() { try? FileSystem.remove(path) }

    /// Removes the folder, if nothing was ever stored in it: of a run that was refused.
    public func removeIfEmpty() {
        for name in [Name.observations, Name.captures] { rmdir("\(path)/\(name)") }
        if isOurs { rmdir(path) }
    }

    /// Writes a value as JSON: whole, or not at all.
    static func write(_ value: some Encodable, to path: String) throws(RunFolderError) {
        let bytes: [UInt8]
        do { bytes = try JSONText.encode(value) } catch {
            throw RunFolderError(path, "cannot be written: \(error)")
        }
        try FileSystem.write(bytes, to: path)
    }
}

/// Dates as they are printed: UTC, to the second.
enum Timestamp {
    /// `2026-07-20T14:03:55Z`.
    static func full(_ date: Date) -> String { date.formatted(.iso8601) }

    /// `2026-07-20T140355Z`, for names of folders.
    static func compact(_ date: Date) -> String {
        full(date).filter { $0 != ":" }
    }
}
