import Behaviours
public import Evidence
import Foundation
import Judge
import KernelTimers
public import Reporting

/// A stored run, performed again and compared.
///
/// How closely two runs can be compared depends on what they are runs of. A guest of the same
/// kernel and initramfs under the same emulator must give the same bytes. One that was made anew
/// must show the same events. The host is asked in real time, where no two runs are the same to the
/// microsecond, and must come to the same conclusions.
public struct Verification: Sendable {
    /// The run that was stored.
    public let stored: StoredRun
    /// Its folder.
    public let folder: RunFolder
    /// What was found at the time.
    public let record: RunRecord

    /// How closely two runs are compared.
    public enum Level: String, Sendable {
        /// Every observation and every capture, byte by byte.
        case bytes
        /// The verdicts, and each event in its order.
        case events
        /// The verdicts alone.
        case verdicts
    }

    /// What came of it.
    public struct Outcome: Sendable {
        /// How closely they were compared.
        public var level: Level
        /// Why no closer, or what is the same.
        public var because: String
        /// What differs, one line each.
        public var differences: [String]
        /// Why some trials could not be compared, one line each.
        public var gaps: [String]
        /// How many trials were compared.
        public var trials: Int

        /// 1 if anything differs, else 2 if anything could not be compared.
        public var status: RunStatus {
            if !differences.isEmpty { return .deviates }
            return gaps.isEmpty && trials > 0 ? .conforms : .inconclusive
        }
    }

    /// Reads a run that is to be verified.
    ///
    /// Evidence that is not as it was stored is found here, before anything boots: throws one line
    /// that names the file.
    public init(_ path: String) async throws(RunFolderError) {
        folder = RunFolder(path: path)
        guard FileSystem.exists(path) else { throw RunFolderError(path, "is not there") }
        guard FileSystem.exists("\(path)/\(Checksums.name)") else {
            throw RunFolderError(
                path, "holds no \(Checksums.name), so that nothing tells whether it is whole")
        }
        let damage = try await folder.damage()
        if let first = damage.first {
            let more = damage.count > 1 ? " (and \(damage.count - 1) more files)" : ""
            throw RunFolderError(path, "is damaged: \(first)\(more)")
        }
        stored = try RunFolder.load(path)
        guard let record = stored.record else { throw RunFolderError(path, "holds no run") }
        self.record = record
        guard stored.observations.allSatisfy({ $0.isOfATrial }) else {
            throw RunFolderError(
                path, "holds controls, whose altered stimuli are not stored; perform them again")
        }
    }

    /// The selectors by which the same kernel is looked for, the most exact first.
    public static func selectors(of kernel: KernelIdentity) -> [String] {
        let package = kernel.guest?.packageVersion ?? ""
        let version = package.prefix { $0.isNumber || $0 == "." }
        guard kernel.selector.hasPrefix("debian:"), !version.isEmpty else {
            return [kernel.selector]
        }
        let flavour = kernel.selector.firstIndex(of: "-").map { kernel.selector[$0...] } ?? ""
        let exact = "debian:\(version)\(flavour)"
        return exact == kernel.selector ? [exact] : [exact, kernel.selector]
    }

    /// What is performed again: the stored scripts, in the order in which a run performs them.
    public var requests: [Plan.Request] {
        var scripts: [TrialID: Script] = [:]
        for stored in stored.observations {
            scripts[stored.observation.trial] = stored.observation.script
        }
        let asked = Set(record.findings.map(\.trial))
        let known = Catalogue.behaviours.flatMap(\.trials).filter(asked.contains)
        let others = asked.subtracting(known).sorted()
        return Campaign.requests(for: known + others).map { request in
            var request = request
            request.script = scripts[request.trial] ?? request.script
            return request
        }
    }

    /// Compares the stored run with another of the same requests.
    public func compare(with again: CampaignResult, in other: RunFolder) async throws -> Outcome {
        let (level, because) = level(again.record)
        var differences: [String] = []
        var gaps: [String] = []
        // Today's judge for both: a judge that has learned is no difference of the kernel.
        let before = Rejudgement(stored).record.findings
        let after = Dictionary(
            again.record.findings.map { ($0.trial, $0) }, uniquingKeysWith: { $1 })
        for finding in before {
            let name = "\(finding.trial.behaviour) \(finding.trial.parameters.summary)"
            guard let now = after[finding.trial] else {
                gaps.append("\(name): was not performed")
                continue
            }
            if case .inconclusive(let cause) = now.verdict,
                finding.verdict.name != now.verdict.name
            {
                gaps.append("\(name): \(cause)")
                continue
            }
            if let words = FindingDifference(finding, now, level: level).words {
                differences.append("\(name): \(words)")
            }
        }
        if level == .bytes, gaps.isEmpty {
            differences += try await differingFiles(other, areEventsTheSame: differences.isEmpty)
        }
        return Outcome(
            level: level, because: because, differences: differences, gaps: gaps,
            trials: before.count - gaps.count)
    }

    private func level(_ again: RunRecord) -> (Level, String) {
        guard let before = record.kernel.guest, let now = again.kernel.guest else {
            let isSame = record.kernel.version == again.kernel.version
            return (
                .verdicts,
                "in real time no two runs are the same to the microsecond"
                    + (isSame ? "" : "; and this is another kernel, \(again.kernel.release)")
            )
        }
        var others: [String] = []
        if before.kernelSHA256 != now.kernelSHA256 {
            others.append("the kernel (\(record.kernel.release), now \(again.kernel.release))")
        }
        if before.initramfsSHA256 != now.initramfsSHA256 { others.append("the initramfs") }
        if before.emulator != now.emulator {
            others.append("the emulator (\(before.emulator), now \(now.emulator))")
        }
        if before.commandLine != now.commandLine { others.append("the emulator's command line") }
        if record.suite != again.suite {
            others.append("etimedout (\(record.suite), now \(again.suite))")
        }
        guard others.isEmpty else { return (.events, "another: \(others.joined(separator: ", "))") }
        return (.bytes, "kernel, initramfs, emulator and command line are the same")
    }

    /// The files of the evidence that are not the same to the byte.
    private func differingFiles(
        _ other: RunFolder, areEventsTheSame: Bool
    ) async throws -> [String] {
        let (before, now) = (try Checksums(in: folder.path), try Checksums(in: other.path))
        let names = Set(before.sums.keys).union(now.sums.keys).filter { name in
            name == RunFolder.Name.run || name.contains("/")
        }
        let differing = names.filter { before.sums[$0] != now.sums[$0] }.sorted()
        guard !differing.isEmpty else { return [] }
        let words =
            areEventsTheSame
            ? "not the same to the byte, though all events are" : "not the same to the byte"
        let shown = differing.prefix(3).joined(separator: ", ")
        let more = differing.count > 3 ? " and \(differing.count - 3) more" : ""
        return ["\(differing.count) of \(names.count) files are \(words): \(shown)\(more)"]
    }
}

extension StoredObservation {
    /// Whether it is of a trial as the catalogue has it: its file is named as the trial is.
    fileprivate var isOfATrial: Bool {
        let name = capturePath.split(separator: "/").last ?? ""
        let trial = "\(observation.trial)"
        return name == "\(trial).pcapng"
            || name == "\(trial).attempt\(observation.attempt).pcapng"
    }
}

/// What differs between two findings of one trial.
private struct FindingDifference {
    var words: String?

    init(_ before: Finding, _ now: Finding, level: Verification.Level) {
        words =
            Self.verdicts(before, now, isExact: level != .verdicts)
            ?? (level == .verdicts ? nil : Self.events(before, now))
    }

    private static func verdicts(
        _ before: Finding, _ now: Finding, isExact: Bool
    ) -> String? {
        if before.verdict.name != now.verdict.name {
            return "was \(before.verdict.name), is \(now.verdict.name)"
        }
        // In real time a window may straddle a decision, and more or fewer variants match.
        let isShared = !Set(before.variants).isDisjoint(with: now.variants)
        let isSame = before.variants == now.variants || !isExact && isShared
        if !isSame { return "was \(names(before)), is \(names(now))" }
        if before.errno != now.errno {
            return "heard \(before.errno?.name ?? "nothing"), hears \(now.errno?.name ?? "nothing")"
        }
        return nil
    }

    private static func names(_ finding: Finding) -> String {
        finding.variants.isEmpty ? "no known variant" : finding.variants.joined(separator: "/")
    }

    private static func events(_ before: Finding, _ now: Finding) -> String? {
        let (old, new) = (before.comparisons.map(text), now.comparisons.map(text))
        guard old != new else { return nil }
        let index = zip(old, new).prefix { $0.0 == $0.1 }.underestimatedCount
        func event(_ list: [String]) -> String { index < list.count ? list[index] : "nothing" }
        return "event \(index + 1) was \(event(old)), is \(event(new))"
    }

    private static func text(_ comparison: Comparison) -> String {
        comparison.observed?.what.description ?? "not seen"
    }
}
