/// A kernel that Debian offers, or that is kept from when it did.
public struct DebianKernel: Sendable, Hashable {
    /// The kernel's own version.
    public var version: KernelVersion
    /// Its flavour, such as `cloud-amd64`.
    public var flavour: String
    /// The version of its packages.
    public var packageVersion: String
    /// Whether it is kept, so that nothing need be fetched.
    public var isKept: Bool

    /// The selector that means this kernel and no other.
    public var selector: KernelSelector {
        .debian(version: "\(version)", flavour: flavour)
    }
}

/// All kernels of one flavour that Debian offers.
public struct DebianOffer: Sendable, Hashable {
    /// The kernels, the oldest first; each version once, in its newest package.
    public var kernels: [DebianKernel]
    /// Why it may not be all: one line for each release whose lists could not be had.
    public var gaps: [String]

    /// The newest point release of each series, the oldest series first.
    public var newestOfEachSeries: [DebianKernel] {
        var newest: [KernelVersion: DebianKernel] = [:]
        for kernel in kernels { newest[kernel.version.series] = kernel }
        return newest.values.sorted { $0.version < $1.version }
    }

    /// The kernels of a range of versions, both ends included; a series at its end means all of it.
    ///
    /// Between two series that is the newest point release of each; where an end names a point
    /// release, all point releases are meant.
    public func kernels(from first: KernelVersion, through last: KernelVersion) -> [DebianKernel] {
        let candidates = first.isSeries && last.isSeries ? newestOfEachSeries : kernels
        return candidates.filter { kernel in
            let isBelow =
                last.isSeries ? kernel.version.series <= last : kernel.version <= last
            return kernel.version >= first && isBelow
        }
    }

    /// The offer of records, the newest of which come first.
    init(_ records: [KernelRecord], flavour: String, kept: Set<String>, gaps: [String]) {
        var found: [KernelVersion: DebianKernel] = [:]
        var newest: [KernelVersion: KernelRecord] = [:]
        for record in records {
            guard let version = KernelVersion(record.upstream) else { continue }
            if let other = newest[version], !record.isNewer(than: other) { continue }
            newest[version] = record
            found[version] = DebianKernel(
                version: version, flavour: flavour, packageVersion: record.version,
                isKept: kept.contains(record.folderName))
        }
        kernels = found.values.sorted { $0.version < $1.version }
        self.gaps = gaps
    }
}
