import Foundation

/// Kernels fetched and unpacked, kept between runs.
///
/// Below its folder are `apt`, `packages` (a folder a kernel), `kernels` (unpacked, by the
/// packages' SHA-256). What is there is whole: everything is made beside and renamed.
public struct KernelStore: Sendable {
    /// Where it is.
    public var folder: String

    /// The store in a folder; by default `$ETIMEDOUT_CACHE`, or `etimedout` in the user's cache.
    public init(folder: String? = nil) {
        let environment = ProcessInfo.processInfo.environment
        self.folder =
            folder ?? environment["ETIMEDOUT_CACHE"]
            ?? environment["XDG_CACHE_HOME"].map { "\($0)/etimedout" }
            ?? "\(NSHomeDirectory())/.cache/etimedout"
    }

    /// The kernel that a selector means, fetched and unpacked as far as it is not yet.
    /// - Throws: `KernelLabError`.
    public func kernel(_ selector: KernelSelector) async throws -> Kernel {
        switch selector {
        case .host:
            throw KernelLabError.notASelector("host", reason: "it runs already")
        case .debian(let version, let flavour):
            return try await debian(version, flavour, selector)
        case .path(let path):
            return try await kernel(at: path, selector)
        }
    }

    private func kernel(at path: String, _ selector: KernelSelector) async throws -> Kernel {
        if Files.isFolder(path) {
            let packages = Files.names(in: path).filter(Self.isPackage)
            guard packages.isEmpty else {
                return try await unpacked(packages.map { "\(path)/\($0)" }, selector)
            }
            return try KernelFiles.kernel(
                image: try KernelFiles.image(in: path), selector: selector.description)
        }
        guard Self.isPackage(path) else {
            return try KernelFiles.kernel(image: path, selector: selector.description)
        }
        return try await unpacked([path], selector)
    }

    private static func isPackage(_ path: String) -> Bool {
        path.hasSuffix(".deb") || path.hasSuffix(".rpm")
    }

    /// The kernel in packages, which are unpacked once.
    private func unpacked(
        _ packages: [String], _ selector: KernelSelector, version: String? = nil
    ) async throws -> Kernel {
        let sums = try await Program.sha256(packages).sorted()
        // The first 16 digits of each tell them apart well enough, and make a name that is short.
        let name = sums.map { String($0.prefix(16)) }.joined(separator: "-")
        let place = "\(folder)/kernels/\(name)"
        if !Files.exists("\(place)/vmlinuz") {
            let scratch = try Files.makeScratch(in: "\(folder)/kernels")
            do {
                try PackageUnpacking.unpack(packages, into: scratch)
                try Files.install(scratch, as: place)
            } catch {
                Files.remove(scratch)
                throw error
            }
        }
        return try KernelFiles.kernel(
            image: "\(place)/vmlinuz", selector: selector.description, packageVersion: version)
    }

    // MARK: - Debian

    private func debian(
        _ version: String, _ flavour: String, _ selector: KernelSelector
    ) async throws -> Kernel {
        if version.split(separator: ".").count == 3, let kept = kept(version, flavour) {
            return try await unpacked(kept.packages, selector, version: kept.version)
        }
        var offered: [String] = []
        var failure: KernelLabError?
        for release in DebianRelease.likely(for: version) {
            let source = AptSource(release, cache: folder)
            do {
                let records = try await source.kernels(flavour: flavour)
                if let record = records.first(where: { $0.matches(version) }) {
                    let packages = try await fetched(record, flavour, from: source)
                    return try await unpacked(packages, selector, version: record.version)
                }
                offered += records.map(\.upstream)
            } catch let error as KernelLabError {
                if case .programMissing = error { throw error }
                failure = failure ?? error
                if case .programFailed = error, let kept = kept(version, flavour) {
                    return try await unpacked(kept.packages, selector, version: kept.version)
                }
            }
        }
        if let failure, offered.isEmpty {
            throw KernelLabError.offline(selector.description, reason: "\(failure)")
        }
        throw KernelLabError.notOffered(
            selector.description, offered: Self.near(version, offered))
    }

    /// Those of the same series, else one of each series there is.
    private static func near(_ version: String, _ offered: [String]) -> [String] {
        func series(_ version: String) -> String {
            version.split(separator: ".").prefix(2).joined(separator: ".")
        }
        let same = offered.filter { series($0) == series(version) }
        return Set(same.isEmpty ? offered.map(series) : same).sorted {
            $0.compare($1, options: .numeric) == .orderedAscending
        }
    }

    /// The packages of a kernel, fetched unless they are kept.
    private func fetched(
        _ record: KernelRecord, _ flavour: String, from source: AptSource
    ) async throws -> [String] {
        let place = "\(folder)/packages/\(flavour)/\(record.version)_\(record.release)"
        if !Files.isFolder(place) {
            let scratch = try Files.makeScratch(in: "\(folder)/packages/\(flavour)")
            do {
                _ = try await source.fetch(record, into: scratch)
                try Files.install(scratch, as: place)
            } catch {
                Files.remove(scratch)
                throw error
            }
        }
        return Files.names(in: place).map { "\(place)/\($0)" }
    }

    /// The kernels of Debian that are kept, in the order of their flavours and names.
    public func kept() -> [(version: String, packages: String)] {
        Files.names(in: "\(folder)/packages").flatMap { flavour in
            let place = "\(folder)/packages/\(flavour)"
            return Files.names(in: place).filter { !$0.hasPrefix("scratch.") }.map { name in
                let version = String(name.prefix { $0.isNumber || $0 == "." })
                let suffix = flavour == KernelSelector.usualFlavour ? "" : "-\(flavour)"
                let packages = Files.names(in: "\(place)/\(name)").joined(separator: " ")
                return (version + suffix, packages)
            }
        }
    }

    /// Removes everything that is kept. Only what the store makes: the folder may hold more.
    public func clean() throws {
        for name in ["apt", "kernels", "packages"] {
            let path = "\(folder)/\(name)"
            guard Files.exists(path) else { continue }
            Files.remove(path)
            guard !Files.exists(path) else {
                throw KernelLabError.file(path, reason: "cannot be removed")
            }
        }
    }

    /// The newest of the kernels that are kept and match.
    private func kept(
        _ version: String, _ flavour: String
    ) -> (version: String, packages: [String])? {
        let place = "\(folder)/packages/\(flavour)"
        let records = Files.names(in: place).compactMap { name -> KernelRecord? in
            let parts = name.split(separator: "_", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return nil }
            let record = KernelRecord(release: parts[1], version: parts[0], packages: [name])
            return record.matches(version) ? record : nil
        }
        guard let newest = records.max(by: { $1.isNewer(than: $0) }) else { return nil }
        let folder = "\(place)/\(newest.packages[0])"
        return (newest.version, Files.names(in: folder).map { "\(folder)/\($0)" })
    }
}
