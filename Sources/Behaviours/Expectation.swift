public import Evidence

/// What a known kernel is expected to do other than promised: data beside the catalogue.
///
/// An expected deviation is reported as known, with its reference, and fails nothing; one that has
/// vanished fails, so that the list stays true. Lists of them stand in `Expected/`, and the build
/// collects them.
public struct Expectation: Sendable, Hashable {
    /// The kernels of which it speaks.
    public let kernels: Kernels
    /// The behaviour's id.
    public let behaviour: String
    /// With which values; nil is all of the behaviour's.
    public let values: [Parameters]?
    /// The variant that is expected; nil where it is like none that is known.
    public let variant: String?
    /// Where it is written up: a report, a commit that is missing.
    public let reference: String

    /// An expected deviation.
    public init(
        _ kernels: Kernels, _ behaviour: String, _ values: [Parameters]? = nil,
        variant: String?, reference: String
    ) {
        self.kernels = kernels
        self.behaviour = behaviour
        self.values = values
        self.variant = variant
        self.reference = reference
    }

    /// A range of kernels: within one series, or whole series.
    public struct Kernels: Sendable, Hashable {
        var earliest: KernelVersion?
        var latest: KernelVersion?

        /// From one version to another of the same series, both included.
        public static func within(_ earliest: String, _ latest: String) -> Kernels {
            Kernels(earliest: KernelVersion(earliest), latest: KernelVersion(latest))
        }

        /// Every release of a series that is known so far, and those to come.
        public static func series(_ series: String) -> Kernels {
            var latest = KernelVersion(series)
            latest?.patch = .max
            return Kernels(earliest: KernelVersion(series), latest: latest)
        }

        /// That mainline release and all after it.
        public static func since(_ earliest: String) -> Kernels {
            Kernels(earliest: KernelVersion(earliest), latest: nil)
        }

        /// Whether a kernel is one of them.
        public func contains(_ version: KernelVersion) -> Bool {
            guard let earliest else { return false }
            guard let latest else {
                return version.series == earliest.series
                    ? version.patch >= earliest.patch : version.hasReached(mainline: earliest)
            }
            return version.series == earliest.series
                && (earliest.patch...latest.patch).contains(version.patch)
        }
    }

    /// Whether it speaks of a trial on a kernel.
    public func speaks(of trial: TrialID, on version: KernelVersion) -> Bool {
        behaviour == trial.behaviour && (values?.contains(trial.parameters) ?? true)
            && kernels.contains(version)
    }
}

extension Expectation {
    /// All expected deviations.
    public static let all = collected

    /// What is expected of a trial on a kernel, if anything other than promised.
    public static func expected(of trial: TrialID, on kernel: KernelIdentity) -> Expectation? {
        guard let version = KernelVersion(kernel) else { return nil }
        return all.first { $0.speaks(of: trial, on: version) }
    }
}
