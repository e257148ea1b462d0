public import Foundation

extension KernelStore {
    /// A kernel of Debian whose packages are kept.
    public struct Kept: Sendable, Hashable {
        /// The selector that means it and no other.
        public var selector: KernelSelector
        /// The version of its packages.
        public var packageVersion: String
        /// Their length in all, in bytes.
        public var bytes: Int
        /// When they were fetched.
        public var since: Date
        fileprivate var path: String
    }

    /// The kernels of Debian that are kept, by flavour and version.
    public func kept() -> [Kept] {
        let place = "\(folder)/packages"
        return Files.names(in: place).flatMap { flavour in
            keptRecords(flavour: flavour).reversed().map { record in
                let path = "\(place)/\(flavour)/\(record.folderName)"
                let files = KeptPackages(path).packages
                let attributes = try? FileManager.default.attributesOfItem(atPath: path)
                return Kept(
                    selector: .debian(version: record.upstream, flavour: flavour),
                    packageVersion: record.version,
                    bytes: files.compactMap { try? Files.size($0) }.reduce(0, +),
                    since: attributes?[.modificationDate] as? Date ?? .distantPast, path: path)
            }
        }
    }

    /// Removes what is kept: everything, or only the packages of some kernels; what is unpacked
    /// goes in any case, and so do booted guests. Only what the store makes: the folder may hold
    /// more.
    /// - Returns: how many bytes were let go of.
    public func clean(_ selectors: [KernelSelector] = []) async throws -> Int {
        guard Files.isFolder(folder) else { return 0 }
        // Whoever fetches or unpacks is not robbed of it.
        return try await StoreLock.hold("\(folder)/packages.lock") {
            try await StoreLock.hold("\(folder)/kernels.lock") {
                var paths = ["\(folder)/kernels", "\(folder)/snapshots"]
                paths +=
                    selectors.isEmpty
                    ? ["\(folder)/apt", "\(folder)/packages"] : try keptPaths(selectors)
                var bytes = 0
                for path in paths where Files.exists(path) {
                    bytes += Files.all(below: path)
                        .compactMap { Files.isFolder($0) ? nil : try? Files.size($0) }
                        .reduce(0, +)
                    Files.remove(path)
                    guard !Files.exists(path) else {
                        throw KernelLabError.file(path, reason: "cannot be removed")
                    }
                }
                return bytes
            }
        }
    }

    /// The folders of the kept kernels that selectors mean: a series means all of it.
    private func keptPaths(_ selectors: [KernelSelector]) throws -> [String] {
        let kept = kept()
        return try selectors.flatMap { selector in
            let paths = kept.filter { Self.means(selector, $0.selector) }.map(\.path)
            guard !paths.isEmpty else {
                throw KernelLabError.notASelector(selector.description, reason: "it is not kept")
            }
            return paths
        }
    }

    private static func means(_ wanted: KernelSelector, _ kept: KernelSelector) -> Bool {
        guard case .debian(let version, let flavour) = wanted,
            case .debian(let ours, flavour) = kept
        else { return false }
        return ours == version
            || KernelVersion(version)?.isSeries == true && ours.hasPrefix("\(version).")
    }
}
