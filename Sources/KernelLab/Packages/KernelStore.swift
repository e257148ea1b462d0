import Foundation

/// Kernels fetched and unpacked, kept between runs.
///
/// Below its folder are `apt` (lists of what there is), `packages` (a folder a kernel), `kernels`
/// (unpacked, by the packages' SHA-256). What is there is whole: everything is made beside and
/// renamed, and packages are compared with their checksums each time they are used.
public struct KernelStore: Sendable {
    /// Where it is.
    public var folder: String
    /// What is told of what takes time, or of what could not be had as it was asked for; one line.
    public var say: @Sendable (String) -> Void
    /// Where packages come from.
    let sources: [any PackageSource]

    /// The store in a folder; by default `$ETIMEDOUT_CACHE`, or `etimedout` in the user's cache.
    public init(folder: String? = nil, say: @escaping @Sendable (String) -> Void = { _ in }) {
        let folder = folder ?? Self.usualFolder
        self.init(
            folder: folder, sources: DebianRelease.allCases.map { AptSource($0, cache: folder) },
            say: say)
    }

    init(
        folder: String, sources: [any PackageSource],
        say: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.folder = folder
        self.sources = sources
        self.say = say
    }

    static var usualFolder: String {
        let environment = ProcessInfo.processInfo.environment
        func named(_ key: String) -> String? { environment[key].flatMap { $0.isEmpty ? nil : $0 } }
        return named("ETIMEDOUT_CACHE") ?? named("XDG_CACHE_HOME").map { "\($0)/etimedout" }
            ?? "\(NSHomeDirectory())/.cache/etimedout"
    }

    /// The kernel that a selector means, fetched and unpacked as far as it is not yet.
    /// - Throws: `KernelLabError`.
    public func kernel(_ selector: KernelSelector) async throws -> Kernel {
        switch selector {
        case .host:
            throw KernelLabError.notASelector("host", reason: "it runs already")
        case .debian(let version, let flavour):
            let (packages, packageVersion) = try await debian(version, flavour, selector)
            // They were compared with these sums just now.
            return try await unpacked(
                packages, selector, version: packageVersion, sums: KeptPackages.sums(of: packages))
        case .userMode(let path):
            return try await UserModeKernel.kernel(path, selector: selector.description)
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

    static func isPackage(_ path: String) -> Bool {
        path.hasSuffix(".deb") || path.hasSuffix(".rpm")
    }

    /// The kernel in packages, which are unpacked once.
    private func unpacked(
        _ packages: [String], _ selector: KernelSelector, version: String? = nil,
        sums known: [String]? = nil
    ) async throws -> Kernel {
        let sums: [String]
        if let known {
            sums = known.sorted()
        } else {
            sums = try await Program.sha256(packages).sorted()
        }
        // The first 16 digits of each tell them apart well enough, and make a name that is short.
        let name = sums.map { String($0.prefix(16)) }.joined(separator: "-")
        let place = "\(folder)/kernels/\(name)"
        try Files.makeFolders("\(folder)/kernels")
        try await StoreLock.hold("\(folder)/kernels.lock") {
            if PackageUnpacking.isWhole(place) { return }
            Files.removeScratch(in: "\(folder)/kernels")
            let scratch = try Files.makeScratch(in: "\(folder)/kernels")
            defer { Files.remove(scratch) }
            try PackageUnpacking.unpack(packages, into: scratch)
            Files.remove(place)
            try Files.install(scratch, as: place)
        }
        return try KernelFiles.kernel(
            image: "\(place)/vmlinuz", selector: selector.description, packageVersion: version)
    }
}
