public import Evidence
import KernelTimers

/// What of a matrix, kernels × behaviours × trials, is deterministic: `matrix.json`.
///
/// Each kernel that was asked has an ordinary run's folder beside it, of which this is the summary.
/// Before a matrix is performed all of its kernels are `pending`: an interrupted one says what is
/// still to do.
public struct MatrixRecord: Codable, Sendable, Hashable {
    /// The version of this format.
    public static let currentFormat = 1

    /// The version of the format in which the record was written.
    public var format: Int
    /// The version of etimedout.
    public var suite: String
    /// Which part of the matrix this is; nil for the whole.
    public var shard: MatrixShard?
    /// What each kernel is asked, in the catalogue's order.
    public var trials: [TrialID]
    /// The kernels, in the order in which they were named: all of them, also in a shard.
    public var kernels: [MatrixColumn]
    /// What it all adds up to.
    public var status: RunStatus

    /// The record of these kernels.
    public init(
        suite: String, shard: MatrixShard? = nil, trials: [TrialID], kernels: [MatrixColumn]
    ) {
        format = Self.currentFormat
        self.suite = suite
        self.shard = shard
        self.trials = trials
        self.kernels = kernels
        status = Self.status(kernels)
    }

    /// The behaviours that are asked, in the order of the trials.
    public var behaviours: [String] {
        var seen: Set<String> = []
        return trials.map(\.behaviour).filter { seen.insert($0).inserted }
    }

    /// 1 if anything deviates; else 2 if a kernel of this part was lost or not asked, or anything
    /// is inconclusive.
    private static func status(_ kernels: [MatrixColumn]) -> RunStatus {
        let own = kernels.filter { $0.state != .elsewhere }
        if own.contains(where: { $0.status == .deviates }) { return .deviates }
        let isWhole = own.allSatisfy { $0.state == .done && $0.status == .conforms }
        return isWhole && !own.isEmpty ? .conforms : .inconclusive
    }
}

/// One of several parts of a matrix.
public struct MatrixShard: Codable, Sendable, Hashable, CustomStringConvertible {
    /// Which, from 1.
    public var index: Int
    /// Of how many.
    public var count: Int

    /// Reads `2/5`; nil if that is no part of anything.
    public init?(_ text: String) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1],
            (1...999).contains(count), (1...count).contains(index)
        else { return nil }
        self.index = index
        self.count = count
    }

    /// Whether the kernel at this place (from 0) belongs to it: they are dealt out like cards, so
    /// that the rule knows nothing of machines, and neighbours, which take equally long, part.
    public func holds(_ place: Int) -> Bool { place % count == index - 1 }

    /// As it is written.
    public var description: String { "\(index)/\(count)" }
}

/// One kernel of a matrix.
public struct MatrixColumn: Codable, Sendable, Hashable {
    /// The selector by which it was chosen.
    public var selector: String
    /// Its run's folder, relative to the matrix's.
    public var folder: String
    /// How far it is.
    public var state: State
    /// Why, where it was lost.
    public var reason: String?
    /// What it is asked, where that is less than the whole matrix: on the host trials take the time
    /// that they take.
    public var trials: [TrialID]?
    /// The kernel, where it ever spoke.
    public var kernel: KernelIdentity?
    /// What was found, in the order of the trials; none unless it was asked.
    public var cells: [MatrixCell]
    /// What that adds up to.
    public var status: RunStatus

    /// How far a kernel of a matrix is.
    public enum State: String, Codable, Sendable {
        /// It was not asked yet.
        case pending
        /// It belongs to another shard.
        case elsewhere
        /// All that was to be performed was.
        case done
        /// It, or rather its guest, was lost: cells may be missing or inconclusive. That says
        /// nothing of the kernel.
        case lost
    }

    /// A kernel that was not asked.
    public init(
        selector: String, folder: String, state: State = .pending, trials: [TrialID]? = nil
    ) {
        self.selector = selector
        self.folder = folder
        self.state = state
        self.trials = trials
        cells = []
        status = .inconclusive
    }

    /// The same kernel with what was found of it; `reason`: why it was lost, where it was.
    public init(
        _ column: MatrixColumn, record: RunRecord, trials: [JudgedTrial], reason: String? = nil
    ) {
        self.init(
            selector: column.selector, folder: column.folder,
            state: reason == nil ? .done : .lost, trials: column.trials)
        self.reason = reason
        kernel = record.kernel
        cells = trials.map(MatrixCell.init).sorted { $0.trial < $1.trial }
        status = record.status
    }
}

/// One trial on one kernel.
public struct MatrixCell: Codable, Sendable, Hashable {
    /// Which trial.
    public var trial: TrialID
    /// What was found.
    public var verdict: Verdict
    /// Every variant that the observation matches; none if it matches none known.
    public var variants: [String]
    /// The variant that comes nearest, where none matches.
    public var nearest: String?
    /// The errno that the application heard.
    public var errno: String?
    /// Where the observation parts first from what was expected.
    public var parting: String?
    /// The capture's path, relative to the kernel's folder.
    public var capture: String?
    /// What this kernel is known to do instead of what is promised, where it is.
    public var known: KnownDeviation?

    /// The cell of a judged trial.
    public init(_ trial: JudgedTrial) {
        let finding = trial.finding
        self.trial = finding.trial
        verdict = finding.verdict
        variants = finding.variants
        nearest = finding.nearest
        errno = finding.errno?.name
        parting = finding.partings.first.map {
            "\($0.aspect.rawValue): \(trial.frames.renumbered($0.text))"
        }
        capture = trial.capturePath
        known = finding.known
    }
}
