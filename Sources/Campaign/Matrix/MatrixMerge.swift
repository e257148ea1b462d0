public import Reporting

/// Puts the shards of a matrix together. The whole is what one machine would have made, to the
/// byte, but for `provenance.json` and the pages that show it.
public enum MatrixMerge {
    /// Merges shards into a new folder.
    ///
    /// All of them must be of one matrix, be finished, and have arrived whole; nothing is copied
    /// before that is sure. Throws one line that names the folder.
    public static func merge(
        _ paths: [String], into output: String
    ) async throws(RunFolderError) -> (record: MatrixRecord, folder: MatrixFolder) {
        var shards: [(folder: MatrixFolder, record: MatrixRecord)] = []
        for path in paths {
            let folder = try MatrixFolder(existing: path)
            let record = try folder.record()
            try check(record, of: folder, beside: shards)
            if let damage = try await folder.damage(record).first {
                throw RunFolderError(path, "is damaged: \(damage)")
            }
            shards.append((folder, record))
        }
        guard let first = shards.first?.record else {
            throw RunFolderError(output, "cannot be made of nothing; name the shards' folders")
        }
        try checkCompleteness(shards.map(\.record), first, output)

        let target = try MatrixFolder.create(at: output)
        var kernels = first.kernels
        for (folder, record) in shards {
            for (place, column) in record.kernels.enumerated() where column.state != .elsewhere {
                kernels[place] = column
                let source = folder.runFolder(column).path
                // A kernel that never spoke has left no folder.
                guard FileSystem.exists(source) else { continue }
                try FileSystem.copy(source, to: target.runFolder(column).path)
            }
        }
        let whole = MatrixRecord(suite: first.suite, trials: first.trials, kernels: kernels)
        try target.store(whole)
        var provenance = MatrixProvenance()
        provenance.sittings = shards.flatMap { $0.folder.provenance().sittings }
        try target.store(provenance)
        try await target.seal(whole)
        return (whole, target)
    }

    private static func check(
        _ record: MatrixRecord, of folder: MatrixFolder,
        beside others: [(folder: MatrixFolder, record: MatrixRecord)]
    ) throws(RunFolderError) {
        let path = folder.path
        guard let shard = record.shard else {
            throw RunFolderError(path, "is a whole matrix, and no shard of one")
        }
        if let open = record.kernels.first(where: { $0.state == .pending }) {
            throw RunFolderError(
                path,
                "is not finished: \(PlainText.line(open.selector)) was not asked; "
                    + "etimedout matrix --resume \(path)")
        }
        guard let first = others.first else { return }
        guard shard.count == first.record.shard?.count, record.suite == first.record.suite,
            record.trials == first.record.trials,
            record.kernels.map(\.selector) == first.record.kernels.map(\.selector)
        else {
            throw RunFolderError(
                path,
                "is a shard of another matrix than \(first.folder.path): their kernels, trials, "
                    + "numbers of shards or versions of etimedout differ")
        }
        if let same = others.first(where: { $0.record.shard == shard }) {
            throw RunFolderError(path, "is shard \(shard), as \(same.folder.path) is")
        }
    }

    private static func checkCompleteness(
        _ records: [MatrixRecord], _ first: MatrixRecord, _ output: String
    ) throws(RunFolderError) {
        let count = first.shard?.count ?? 0
        let there = Set(records.compactMap(\.shard?.index))
        let missing = (1...max(1, count)).filter { !there.contains($0) }
        guard missing.isEmpty else {
            let names = missing.map { "\($0)/\(count)" }.joined(separator: ", ")
            throw RunFolderError(output, "cannot be made: shard \(names) is missing")
        }
    }
}
