public import Evidence
import Foundation
import KernelLab
public import Reporting
import Synchronization

/// Asks many kernels the same, and lays what was found side by side.
///
/// Each kernel is a campaign of its own, with a run's folder of its own. What is finished is noted
/// at once, so that an interrupted matrix can be resumed; a guest that is lost costs its own column
/// and no other.
public struct Matrix: Sendable {
    /// Where the evidence goes.
    public var folder: MatrixFolder
    /// What was found before, and what is still to do.
    public var record: MatrixRecord
    /// How many guests run at once.
    public var guestsAtOnce: Int

    /// A new matrix. Its folder says from now on what is to be done.
    /// - Parameter fewer: what a kernel is asked, by its selector, where that is not everything.
    public init(
        kernels: [String], trials: [TrialID], fewer: [String: [TrialID]] = [:],
        shard: MatrixShard?, folder: MatrixFolder, guestsAtOnce: Int
    ) throws(RunFolderError) {
        let folders = Self.folderNames(kernels)
        let columns = kernels.indices.map { place in
            MatrixColumn(
                selector: kernels[place], folder: folders[place],
                state: shard?.holds(place) ?? true ? .pending : .elsewhere,
                trials: fewer[kernels[place]])
        }
        self.folder = folder
        self.guestsAtOnce = guestsAtOnce
        record = MatrixRecord(
            suite: EtimedoutVersion.text, shard: shard, trials: trials, kernels: columns)
        try folder.store(record)
    }

    /// An interrupted matrix. A kernel counts as finished if its folder is whole, by its checksums,
    /// and holds an answer to everything; all others are asked again.
    public init(
        resuming folder: MatrixFolder, guestsAtOnce: Int
    ) async throws(RunFolderError) {
        var record = try folder.record()
        for index in record.kernels.indices where record.kernels[index].state != .elsewhere {
            let column = record.kernels[index]
            record.kernels[index] =
                try await folder.finished(column, record)
                ?? MatrixColumn(
                    selector: column.selector, folder: column.folder, trials: column.trials)
        }
        self.folder = folder
        self.guestsAtOnce = guestsAtOnce
        self.record = MatrixRecord(
            suite: EtimedoutVersion.text, shard: record.shard, trials: record.trials,
            kernels: record.kernels)
    }

    /// The selectors of the kernels that are still to be asked.
    public var pending: [String] {
        record.kernels.filter { $0.state == .pending }.map(\.selector)
    }

    /// A folder a kernel, named as its selector is, each name once.
    static func folderNames(_ kernels: [String]) -> [String] {
        var counts: [String: Int] = [:]
        return kernels.map { selector in
            // What cannot be read as a selector still gets a name; it was refused before.
            let name = (try? KernelSelector(selector))?.fileName ?? "kernel"
            counts[name, default: 0] += 1
            let count = counts[name, default: 1]
            return count == 1 ? name : "\(name)-\(count)"
        }
    }

    /// Who asks a kernel, and what is known of it beforehand.
    public struct Asker: Sendable {
        /// Who performs on it.
        public var performer: any Performer
        /// What it costs, in any unit: the dearest begin first, so that none of them is left over
        /// at the end.
        public var cost: Int
        /// Whether nothing else may run meanwhile: a kernel that is asked in real time is disturbed
        /// by guests, which keep processors busy.
        public var isAlone: Bool

        /// Someone who asks a kernel.
        public init(performer: any Performer, cost: Int = 0, isAlone: Bool = false) {
            self.performer = performer
            self.cost = cost
            self.isAlone = isAlone
        }
    }

    /// Asks every kernel that is pending.
    ///
    /// Cancelling the task stops all performers; what was finished is kept, and the others stay
    /// pending. Throws only where evidence cannot be stored.
    /// - Parameter askers: who asks a kernel, by its selector; one that nobody asks stays pending.
    public func perform(
        askers: [String: Asker],
        progress: @escaping @Sendable (MatrixProgress) -> Void = { _ in }
    ) async throws -> MatrixRecord {
        let began = Date()
        let ledger = MatrixLedger(record, folder)
        let places = order(askers)
        let (alone, together) = (
            places.filter { askers[record.kernels[$0].selector]?.isAlone ?? false },
            places.filter { !(askers[record.kernels[$0].selector]?.isAlone ?? false) }
        )
        let ask: @Sendable (Int) async throws -> Void = { [record, folder] place in
            let column = record.kernels[place]
            guard !Task.isCancelled, let asker = askers[column.selector] else { return }
            let requests = Campaign.requests(for: column.trials ?? record.trials)
            progress(.began(column, trials: requests.count))
            let asked = try await Self.ask(column, asker, requests, folder) { event in
                progress(.event(column, event))
            }
            if let (column, result) = asked {
                try ledger.note(column, at: place)
                progress(.ended(column, result))
            }
        }
        for place in alone { try await ask(place) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            var rest = together[...]
            // One more than guests, so that the next kernel's files are ready when a guest ends.
            for place in rest.prefix(guestsAtOnce + 1) { group.addTask { try await ask(place) } }
            rest = rest.dropFirst(guestsAtOnce + 1)
            while try await group.next() != nil {
                if let place = rest.popFirst() { group.addTask { try await ask(place) } }
            }
        }
        return try await end(ledger, began)
    }

    /// The pending kernels, the dearest first.
    private func order(_ askers: [String: Asker]) -> [Int] {
        func cost(_ place: Int) -> Int { askers[record.kernels[place].selector]?.cost ?? 0 }
        return record.kernels.indices.filter { record.kernels[$0].state == .pending }
            .sorted { (-cost($0), $0) < (-cost($1), $1) }
    }

    /// Asks one kernel; nil where that was interrupted.
    private static func ask(
        _ column: MatrixColumn, _ asker: Asker, _ requests: [Plan.Request],
        _ folder: MatrixFolder, progress: @escaping @Sendable (CampaignProgress) -> Void
    ) async throws -> (MatrixColumn, CampaignResult?)? {
        let run = try folder.freshRunFolder(column)
        let campaign = Campaign(requests: requests, performer: asker.performer, folder: run)
        do {
            let result = try await campaign.perform(progress: progress)
            let reason: String?
            switch result.end {
            case .stopped: return nil
            case .done: reason = nil
            case .failed(let error): reason = "\(error)"
            }
            let asked = MatrixColumn(
                column, record: result.record, trials: result.trials, reason: reason)
            return (asked, result)
        } catch let error as RunFolderError {
            throw error
        } catch {
            run.removeIfEmpty()
            guard !Task.isCancelled, !(error is CancellationError) else { return nil }
            var lost = MatrixColumn(
                selector: column.selector, folder: column.folder, state: .lost,
                trials: column.trials)
            lost.reason = PlainText.line("\(error)")
            return (lost, nil)
        }
    }

    private func end(_ ledger: MatrixLedger, _ began: Date) async throws -> MatrixRecord {
        let ended = Date()
        let record = ledger.record
        var provenance = folder.provenance()
        provenance.sittings.append(
            MatrixProvenance.Sitting(
                began: Timestamp.full(began), ended: Timestamp.full(ended),
                wallMilliseconds: Int(ended.timeIntervalSince(began) * 1000),
                host: ProcessInfo.processInfo.hostName, guestsAtOnce: guestsAtOnce,
                shard: record.shard, kernels: ledger.asked))
        try folder.store(record)
        try folder.store(provenance)
        // A task of its own: what was finished is sealed also where the matrix was interrupted.
        try await Task { [folder] in try await folder.seal(record) }.value
        return record
    }
}

/// What a matrix tells while it goes on.
public enum MatrixProgress: Sendable {
    /// A kernel is being asked so many trials.
    case began(MatrixColumn, trials: Int)
    /// Something happened on it.
    case event(MatrixColumn, CampaignProgress)
    /// It was asked everything, or lost; what came of it, where it ever spoke.
    case ended(MatrixColumn, CampaignResult?)
}

/// What of a matrix is finished, written down each time that it grows.
private final class MatrixLedger: Sendable {
    private struct State {
        var record: MatrixRecord
        var asked: [String] = []
    }

    private let folder: MatrixFolder
    private let state: Mutex<State>

    init(_ record: MatrixRecord, _ folder: MatrixFolder) {
        self.folder = folder
        state = Mutex(State(record: record))
    }

    var record: MatrixRecord { state.withLock { $0.record } }

    /// The kernels that were asked, in the order of their ends.
    var asked: [String] { state.withLock { $0.asked } }

    func note(_ column: MatrixColumn, at place: Int) throws {
        try state.withLock { state in
            var kernels = state.record.kernels
            kernels[place] = column
            state.record = MatrixRecord(
                suite: state.record.suite, shard: state.record.shard,
                trials: state.record.trials, kernels: kernels)
            state.asked.append(column.selector)
            try folder.store(state.record)
        }
    }
}
