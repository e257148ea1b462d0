public import Evidence

/// One upstream change that can be told from outside, or is said why not.
///
/// Changes are data: the files in `Changes/` hold lists of them, and the build collects those as it
/// collects behaviours. To add one is to add it there, and to name it in the era of a variant.
public struct Change: Sendable, Hashable {
    /// The commit's first twelve digits, or another name where it has none.
    public let id: String
    /// What it is called.
    public let title: String
    /// The first mainline release that has it, such as `5.11-rc6`.
    public let first: KernelVersion?
    /// What is known of other trees.
    public let backports: [Backport]
    /// What can be seen of it from outside.
    public let effect: String
    /// Further commits that belong to it.
    public let with: [String]
    /// Changes without which there is nothing to change: whoever has this one has those.
    public let needs: [String]
    /// Changes that are broken where this one is missing.
    public let repairs: [String]
    /// Whether vendors and stable trees take it back: a feature stays in mainline.
    public let isFix: Bool
    /// Why no behaviour tells it, where none does.
    public let untold: String?

    /// A change.
    public init(
        _ id: String, _ title: String, first: String, _ backports: Backport..., effect: String,
        with: [String] = [], needs: [String] = [], repairs: [String] = [], isFix: Bool = true,
        untold: String? = nil
    ) {
        self.id = id
        self.title = title
        self.first = KernelVersion(first)
        self.backports = backports
        self.effect = effect
        self.with = with
        self.needs = needs
        self.repairs = repairs
        self.isFix = isFix
        self.untold = untold
    }

    /// What is known of a change in one tree other than mainline.
    public struct Backport: Sendable, Hashable {
        /// The last version known to be without it.
        public var lastWithout: KernelVersion?
        /// The first version known to have it.
        public var firstWith: KernelVersion?

        /// It came with that version.
        public static func since(_ version: String) -> Backport {
            let version = KernelVersion(version)
            guard var before = version else { return Backport() }
            before.patch -= 1
            return Backport(lastWithout: before, firstWith: version)
        }

        /// That version has it; from which on is not known.
        public static func seen(_ version: String) -> Backport {
            Backport(firstWith: KernelVersion(version))
        }

        /// It came between those versions.
        public static func between(_ without: String, _ with: String) -> Backport {
            Backport(lastWithout: KernelVersion(without), firstWith: KernelVersion(with))
        }

        /// That version doesn't have it; whether a later one has is not known.
        public static func notYet(_ version: String) -> Backport {
            Backport(lastWithout: KernelVersion(version))
        }

        /// The series of which it speaks.
        public var series: String? { firstWith?.series ?? lastWithout?.series }
    }

    /// Whether a kernel of that version is expected to have it; nil where that is not known.
    public func isExpected(in version: KernelVersion) -> Bool? {
        guard let first else { return nil }
        if version.hasReached(mainline: first) { return true }
        if version.series == first.series { return false }
        guard let backport = backports.first(where: { $0.series == version.series }) else {
            return isFix && version.wasMaintained(at: first) ? nil : false
        }
        if let with = backport.firstWith, version.patch >= with.patch { return true }
        if let without = backport.lastWithout, version.patch <= without.patch { return false }
        return nil
    }
}

extension Change {
    /// Every change that there is, oldest first.
    public static let all = collected.sorted { left, right in
        guard let one = left.first, let other = right.first else { return right.first != nil }
        return (one.major, one.minor, one.candidate ?? 99, left.id)
            < (other.major, other.minor, other.candidate ?? 99, right.id)
    }

    private static let byName: [String: Change] = Dictionary(
        all.flatMap { change in ([change.id] + change.with).map { ($0, change) } },
        uniquingKeysWith: { first, _ in first })

    /// The change of that name: its own, or that of a commit that belongs to it.
    public static func named(_ name: String) -> Change? { byName[name] }

    /// The changes that a kernel has which has this one: it, and what it needs.
    public var impliedPresent: Set<String> {
        var found: Set<String> = []
        var left = [id]
        while let next = left.popLast() {
            guard found.insert(next).inserted else { continue }
            left += Change.named(next)?.needs ?? []
        }
        return found
    }

    /// The changes that a kernel lacks which lacks this one: it, and what needs it.
    public var impliedAbsent: Set<String> {
        var found: Set<String> = []
        var left = [id]
        while let next = left.popLast() {
            guard found.insert(next).inserted else { continue }
            left += Change.all.filter { $0.needs.contains(next) }.map(\.id)
        }
        return found
    }
}

extension Variant {
    /// What a kernel has (true) and lacks (false) that shows this variant and no other, as far as
    /// all of its eras agree. Nothing where no era names a change.
    public var implications: [String: Bool] {
        let telling = eras.filter(\.namesChanges)
        guard let first = telling.first else { return [:] }
        return telling.dropFirst().reduce(first.implications) { common, era in
            let own = era.implications
            return common.filter { own[$0.key] == $0.value }
        }
    }

    /// Whether one of its eras begins or ends with a change.
    public func names(_ change: Change) -> Bool {
        eras.contains { era in
            (era.since + era.until).contains { Change.named($0)?.id == change.id }
        }
    }

    /// Whether it is an answer that no kernel known ever gave.
    public var isUnknownToKernels: Bool { eras.contains { $0.text.hasPrefix("no kernel") } }
}

extension Era {
    /// What a kernel of this era has (true) and lacks (false).
    public var implications: [String: Bool] {
        var result: [String: Bool] = [:]
        for id in until {
            for absent in Change.named(id)?.impliedAbsent ?? [] { result[absent] = false }
        }
        for id in since {
            for present in Change.named(id)?.impliedPresent ?? [] { result[present] = true }
        }
        return result
    }

    /// Whether a kernel that has (true) and lacks (false) these changes is of this era; nil where
    /// one of those that decide is not known.
    public func holds(given changes: [String: Bool]) -> Bool? {
        if text.hasPrefix("every kernel") { return true }
        guard namesChanges else { return nil }
        let needed = since.map { changes[Change.named($0)?.id ?? $0] }
        let ended = until.map { changes[Change.named($0)?.id ?? $0] }
        if needed.contains(false) || ended.contains(true) { return false }
        return needed.contains(nil) || ended.contains(nil) ? nil : true
    }
}

extension Behaviour {
    /// The variants that a kernel with and without these changes shows, as far as their eras say;
    /// none where that is not known.
    public func expectedVariants(
        _ parameters: Parameters, given changes: [String: Bool]
    ) -> [String] {
        variants(for: parameters).filter { variant in
            variant.eras.contains { $0.holds(given: changes) == true }
        }.map(\.name)
    }
}
