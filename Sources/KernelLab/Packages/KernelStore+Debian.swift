extension KernelStore {
    // MARK: - What there is

    /// All kernels of a flavour that Debian offers, by the lists of its releases, which are fetched
    /// once a day. Where there are none, what is kept.
    /// - Throws: `KernelLabError.offline` where nothing is known and nothing kept.
    public func offer(
        flavour: String = KernelSelector.usualFlavour
    ) async throws -> DebianOffer {
        let lists = await withTaskGroup(of: (Int, Result<[KernelRecord], any Error>).self) {
            group in
            for (index, source) in sources.enumerated() {
                group.addTask {
                    do {
                        return (index, .success(try await source.kernels(flavour: flavour)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var lists: [(Int, Result<[KernelRecord], any Error>)] = []
            for await list in group { lists.append(list) }
            return lists.sorted { $0.0 < $1.0 }
        }
        var records = keptRecords(flavour: flavour)
        let kept = Set(records.map(\.folderName))
        var gaps: [String] = []
        for (index, list) in lists {
            switch list {
            case .success(let found): records += found
            case .failure(let error):
                if error is CancellationError { throw error }
                gaps.append("\(sources[index].name): \(error)")
            }
        }
        guard !records.isEmpty || gaps.isEmpty else {
            throw KernelLabError.offline("Debian's list of kernels", reason: gaps[0])
        }
        return DebianOffer(records, flavour: flavour, kept: kept, gaps: gaps)
    }

    // MARK: - One kernel

    /// The packages of a kernel, fetched unless they are kept, and their version.
    func debian(
        _ version: String, _ flavour: String, _ selector: KernelSelector
    ) async throws -> (packages: [String], version: String) {
        let isSeries = version.split(separator: ".").count == 2
        if !isSeries, let kept = try await kept(version, flavour) { return kept }
        var offered: [String] = []
        var failure: KernelLabError?
        for source in likelySources(for: version) {
            do {
                let records = try await source.kernels(flavour: flavour)
                if let record = records.first(where: { $0.matches(version) }) {
                    return (try await fetched(record, flavour, from: source), record.version)
                }
                offered += records.map(\.upstream)
            } catch let error as KernelLabError {
                if case .programMissing = error { throw error }
                failure = failure ?? error
                // What is kept does, if the release that should have it cannot be asked.
                if let kept = try await kept(version, flavour) {
                    say("\(selector) is \(kept.version), kept from earlier: \(error)")
                    return kept
                }
            }
        }
        if let kept = try await kept(version, flavour) { return kept }
        if let failure {
            if case .offline = failure { throw failure }
            throw KernelLabError.offline(selector.description, reason: "\(failure)")
        }
        throw KernelLabError.notOffered(
            selector.description, offered: Self.near(version, offered))
    }

    /// The sources, those first that are likely to have a version.
    private func likelySources(for version: String) -> [any PackageSource] {
        let order = DebianRelease.likely(for: version).map(\.rawValue)
        func rank(_ source: any PackageSource) -> Int {
            order.firstIndex(of: source.name) ?? order.count
        }
        return sources.enumerated()
            .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
    }

    /// Those of the same series, else one of each series there is.
    private static func near(_ version: String, _ offered: [String]) -> [String] {
        let versions = offered.compactMap { KernelVersion($0) }
        let wanted = KernelVersion(version)?.series
        let same = versions.filter { $0.series == wanted }
        return Set(same.isEmpty ? versions.map(\.series) : same).sorted().map(\.description)
    }

    /// The packages of a kernel, fetched unless they are kept.
    private func fetched(
        _ record: KernelRecord, _ flavour: String, from source: any PackageSource
    ) async throws -> [String] {
        let place = "\(folder)/packages/\(flavour)/\(record.folderName)"
        let name = "debian:\(record.upstream) (\(flavour))"
        return try await withPackages(waitingFor: name) {
            if let packages = try await KeptPackages(place).verified() { return packages }
            let parent = "\(folder)/packages/\(flavour)"
            Files.removeScratch(in: parent)
            let scratch = try Files.makeScratch(in: parent)
            defer { Files.remove(scratch) }
            say("fetching \(name), \(Files.megabytes(record.bytes)), from Debian's \(source.name)")
            do {
                try await source.fetch(record, into: scratch)
            } catch let error as KernelLabError {
                if case .programFailed(_, let reason) = error {
                    throw KernelLabError.offline(name, reason: reason)
                }
                throw error
            }
            try await KeptPackages(scratch).seal(record)
            Files.remove(place)
            try Files.install(scratch, as: place)
            return KeptPackages(place).packages
        }
    }

    private func withPackages<Result>(
        waitingFor name: String = "packages", _ work: () async throws -> Result
    ) async throws -> Result {
        try Files.makeFolders("\(folder)/packages")
        return try await StoreLock.hold(
            "\(folder)/packages.lock",
            waiting: { say("\(name): waiting for another process that fetches") }, work)
    }

    // MARK: - What is kept

    /// The newest of the kernels that are kept, match, and are what their checksums say.
    private func kept(
        _ version: String, _ flavour: String
    ) async throws -> (packages: [String], version: String)? {
        let place = "\(folder)/packages/\(flavour)"
        for record in keptRecords(flavour: flavour) where record.matches(version) {
            let kept = KeptPackages("\(place)/\(record.folderName)")
            if let packages = try await kept.verified() { return (packages, record.version) }
        }
        return nil
    }

    /// The kernels that are kept, the newest first; their packages are not looked at.
    func keptRecords(flavour: String) -> [KernelRecord] {
        Files.names(in: "\(folder)/packages/\(flavour)").compactMap { name in
            let parts = name.split(separator: "_", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return nil }
            return KernelRecord(release: parts[1], version: parts[0], packages: [])
        }
        .sorted { $0.isNewer(than: $1) }
    }
}
