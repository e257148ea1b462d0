import Behaviours
public import Evidence
import Foundation
public import Reporting

/// A run that was read back.
public struct StoredRun: Sendable {
    /// What was found at the time; nil for a single observation, and for a run that was killed
    /// before it was over.
    public var record: RunRecord?
    /// Under which circumstances; nil where that was not stored.
    public var provenance: Provenance?
    /// All attempts that were stored, in the order of their trials.
    public var observations: [StoredObservation]
}

/// An observation that was read back.
public struct StoredObservation: Sendable {
    /// The observation, packets included.
    public var observation: Observation
    /// The capture's path, relative to the run's folder.
    public var capturePath: String
    /// The path of the observation's own file, relative to the run's folder.
    public var path: String
}

extension RunFolder {
    /// Reads a run's folder, or one observation's JSON file, all of it or nothing.
    ///
    /// Every file is checked; the error names the one that is missing, damaged or of an unknown
    /// format, in one line.
    public static func load(_ path: String) throws(RunFolderError) -> StoredRun {
        guard FileSystem.exists(path) else { throw RunFolderError(path, "is not there") }
        guard FileSystem.isFolder(path) else { return try loadSingle(path) }
        let folder = RunFolder(path: path)
        let record = folder.wasKilled ? nil : try folder.loadRecord()
        let observations = try folder.loadObservations()
        guard let record else { return try killed(path, observations) }
        try folder.checkCompleteness(record, observations)
        return StoredRun(
            record: record, provenance: try folder.loadProvenance(), observations: observations)
    }

    /// Reads all observations back, in the order of their names.
    func loadObservations() throws(RunFolderError) -> [StoredObservation] {
        let names = try FileSystem.names(in: "\(path)/\(Name.observations)")
        let stored = names.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
        // The first that cannot be read is named, as if one came after another.
        return try Concurrently.map(stored) { name in
            Result { () throws(RunFolderError) in
                try loadObservation(String(name.dropLast(5)))
            }
        }.map { result throws(RunFolderError) in try result.get() }
    }

    /// Whether a run was killed before it could say what it found: then there is no record, and
    /// nothing was sealed. In a folder that was sealed a missing record is damage.
    private var wasKilled: Bool {
        !FileSystem.exists("\(path)/\(Name.run)")
            && !FileSystem.exists("\(path)/\(Checksums.name)")
            && FileSystem.isFolder("\(path)/\(Name.observations)")
    }

    private static func killed(
        _ path: String, _ observations: [StoredObservation]
    ) throws(RunFolderError) -> StoredRun {
        guard !observations.isEmpty else {
            throw RunFolderError(
                path, "holds no \(Name.run) and no observation: the run was killed too early")
        }
        return StoredRun(observations: observations)
    }

    private func loadProvenance() throws(RunFolderError) -> Provenance? {
        let path = "\(path)/\(Name.provenance)"
        guard FileSystem.exists(path) else { return nil }
        return try Self.decode(path, currentFormat: Provenance.currentFormat)
    }

    private static func loadSingle(_ path: String) throws(RunFolderError) -> StoredRun {
        guard path.hasSuffix(".json") else {
            throw RunFolderError(path, "is neither a run's folder nor an observation (.json)")
        }
        let file = URL(filePath: path)
        let folder = RunFolder(
            path: file.deletingLastPathComponent().deletingLastPathComponent().relativePath)
        let name = file.deletingPathExtension().lastPathComponent
        return StoredRun(observations: [try folder.loadObservation(name, json: path)])
    }

    private func loadRecord() throws(RunFolderError) -> RunRecord {
        let path = "\(path)/\(Name.run)"
        let record: RunRecord = try Self.decode(path, currentFormat: RunRecord.currentFormat)
        for finding in record.findings {
            if let fault = ObservationCheck.fault(of: finding.trial.parameters) {
                throw RunFolderError(path, fault)
            }
        }
        var known: Set<TrialID> = []
        for finding in record.findings where !known.insert(finding.trial).inserted {
            let trial = PlainText.line("\(finding.trial)")
            throw RunFolderError(path, "holds two findings of \(trial)")
        }
        return record
    }

    private func loadObservation(
        _ name: String, json: String? = nil
    ) throws(RunFolderError) -> StoredObservation {
        let path = json ?? observationPath(name)
        var observation: Observation = try Self.decode(
            path, currentFormat: Observation.currentFormat)
        guard Catalogue.behaviour(observation.trial.behaviour) != nil else {
            let id = PlainText.line(observation.trial.behaviour)
            throw RunFolderError(path, TrialSelection.unknown(id))
        }
        let capturePath = "\(self.path)/\(Self.capturePath(name))"
        let bytes = try FileSystem.read(capturePath)
        let packets: [[PacketRecord]]
        do {
            packets = try AnnotatedCapture.packets(of: observation.captures, in: bytes)
        } catch {
            throw RunFolderError(capturePath, "\(error)")
        }
        for index in packets.indices { observation.captures[index].packets = packets[index] }
        if let reason = ObservationCheck.fault(of: observation) {
            throw RunFolderError(path, reason)
        }
        return StoredObservation(
            observation: observation, capturePath: Self.capturePath(name),
            path: "\(Name.observations)/\(name).json")
    }

    /// Whoever removes an observation must not keep what was found of it.
    private func checkCompleteness(
        _ record: RunRecord, _ observations: [StoredObservation]
    ) throws(RunFolderError) {
        let there = Set(observations.map(\.observation.trial))
        for finding in record.findings where !there.contains(finding.trial) {
            if case .inconclusive = finding.verdict { continue }
            throw RunFolderError(
                PlainText.line(observationPath("\(finding.trial)")),
                "is missing, though \(Name.run) has a finding of it")
        }
    }

    /// The part of every format that tells its version.
    private struct Versioned: Decodable { var format: Int }

    /// Reads a value of a known format; the error names the file.
    static func decode<Value: Decodable>(
        _ path: String, currentFormat: Int
    ) throws(RunFolderError) -> Value {
        let bytes = try FileSystem.read(path)
        do {
            let format = try JSONText.decode(Versioned.self, from: bytes).format
            guard format == currentFormat else {
                throw RunFolderError(
                    path,
                    "format \(format) is unknown, this program knows format \(currentFormat)")
            }
            return try JSONText.decode(Value.self, from: bytes)
        } catch let error as RunFolderError {
            throw error
        } catch {
            throw RunFolderError(path, "is damaged: \(error)")
        }
    }
}
