public import Behaviours
public import Evidence

/// The findings of one kernel, read as a list of upstream changes: which of them it has.
///
/// Each variant that an observation matches says which changes a kernel has that shows it, and
/// which it lacks (`Variant.implications`). What all variants agree on that one observation matches
/// is evidence; the evidence of all behaviours and all values is put together.
public struct Audit: Codable, Sendable, Hashable {
    /// The version of this format.
    public static let currentFormat = 1

    /// The version of the format in which the audit was written.
    public var format: Int
    /// Which kernel.
    public var kernel: KernelIdentity
    /// Its version, as far as that says what was to be expected.
    public var version: String?
    /// The changes, oldest first.
    public var entries: [Entry]
    /// Trials that match no known variant: what they show is no evidence for any change.
    public var unknown: [TrialID]
    /// Where a behaviour shows another variant than the version leads to expect.
    public var differences: [Difference]

    /// One change, and what shows it.
    public struct Entry: Codable, Sendable, Hashable {
        /// The commit's first twelve digits, or the change's name.
        public var change: String
        /// What it is called.
        public var title: String
        /// The first mainline release that has it.
        public var first: String
        /// What can be seen of it.
        public var effect: String
        /// Whether the kernel has it.
        public var state: State
        /// Whether a kernel of that version is expected to have it; nil where that is not known.
        public var expected: Bool?
        /// Whether that differs from what is shown.
        public var differs: Bool
        /// Why, in a sentence: what is broken, why it cannot be told.
        public var reason: String?
        /// The trials that show it, those that contradict first.
        public var evidence: [Proof]
    }

    /// Whether a kernel has a change.
    public enum State: String, Codable, Sendable, Hashable, CaseIterable {
        /// It has it.
        case present
        /// It lacks it.
        case absent
        /// It has it, and what it needs to work is missing, or only some behaviours show it.
        case broken
        /// No finding tells.
        case unknown
    }

    /// A trial that shows a change.
    public struct Proof: Codable, Sendable, Hashable {
        /// The trial.
        public var trial: TrialID
        /// The variants that it matches, all of which say so.
        public var variants: [String]
        /// Whether it shows the change (or its absence).
        public var isPresent: Bool
        /// The capture's path in the run's folder.
        public var capture: String?
    }

    /// A trial whose variant is not the one that the version leads to expect.
    public struct Difference: Codable, Sendable, Hashable {
        /// The trial.
        public var trial: TrialID
        /// The variants that a kernel with this version's changes shows.
        public var expected: [String]
        /// Those that were observed; none is unknown.
        public var observed: [String]
    }
}

extension Audit {
    /// The audit of these findings of one kernel; `captures` are paths in the run's folder.
    public init(
        _ findings: [Finding], kernel: KernelIdentity, captures: [TrialID: String] = [:],
        catalogue: [Behaviour] = Catalogue.behaviours, changes: [Change] = Change.all
    ) {
        let behaviours = Dictionary(
            catalogue.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let version = KernelVersion(kernel)
        var proofs: [String: [Proof]] = [:]
        var unknown: [TrialID] = []
        for finding in findings.sorted(by: { $0.trial < $1.trial }) {
            guard let behaviour = behaviours[finding.trial.behaviour], finding.isAnswered else {
                continue
            }
            guard !finding.variants.isEmpty else {
                unknown.append(finding.trial)
                continue
            }
            for (change, isPresent) in Self.claims(finding, behaviour) {
                proofs[change, default: []].append(
                    Proof(
                        trial: finding.trial, variants: finding.variants, isPresent: isPresent,
                        capture: captures[finding.trial]))
            }
        }
        format = Self.currentFormat
        self.kernel = kernel
        self.version = version.map { "\($0)" }
        self.unknown = unknown
        let expected = Self.expected(of: kernel, changes)
        entries = Self.entries(changes, proofs, expected, unknown, behaviours)
        differences = version == nil ? [] : Self.differences(findings, expected, behaviours)
    }

    /// What all variants agree on that a finding matches. One that no kernel ever showed is left
    /// aside while there is another.
    private static func claims(_ finding: Finding, _ behaviour: Behaviour) -> [String: Bool] {
        let matched = behaviour.variants.filter { finding.variants.contains($0.name) }
        let known = matched.filter { !$0.isUnknownToKernels }
        let claims = known.map(\.implications)
        guard let first = claims.first else { return [:] }
        return claims.dropFirst().reduce(first) { common, own in
            common.filter { own[$0.key] == $0.value }
        }
    }

    /// Which changes a kernel is expected to have (true) or to lack: by the list of its commits
    /// where that is known, else by its version.
    private static func expected(of kernel: KernelIdentity, _ changes: [Change]) -> [String: Bool] {
        let known = changes.compactMap { change in
            KnownKernel.expects(change, of: kernel).map { (change.id, $0) }
        }
        return Dictionary(known, uniquingKeysWith: { first, _ in first })
    }

    private static func entries(
        _ changes: [Change], _ proofs: [String: [Proof]], _ expectations: [String: Bool],
        _ unknown: [TrialID], _ behaviours: [String: Behaviour]
    ) -> [Entry] {
        func shown(_ id: String) -> Bool? {
            let own = Set((proofs[id] ?? []).map(\.isPresent))
            return own.count == 1 ? own.first : nil
        }
        return changes.map { change in
            let own = proofs[change.id] ?? []
            let (state, reason) = state(change, own, changes, shown, unknown, behaviours)
            let expected = expectations[change.id]
            return Entry(
                change: change.id, title: change.title,
                first: change.first.map { "\($0)" } ?? "unknown", effect: change.effect,
                state: state, expected: expected,
                differs: differs(change, state, expectations, changes), reason: reason,
                evidence: own.sorted { !$0.isPresent && $1.isPresent })
        }
    }

    private static func state(
        _ change: Change, _ proofs: [Proof], _ changes: [Change], _ shown: (String) -> Bool?,
        _ unknown: [TrialID], _ behaviours: [String: Behaviour]
    ) -> (State, String?) {
        guard let first = proofs.first else {
            return (.unknown, untold(change, unknown, behaviours))
        }
        if let other = proofs.first(where: { $0.isPresent != first.isPresent }) {
            return (
                .broken,
                "\(first.trial.behaviour) shows it \(first.isPresent ? "present" : "absent"), "
                    + "\(other.trial.behaviour) \(other.isPresent ? "present" : "absent")"
            )
        }
        guard first.isPresent else { return (.absent, nil) }
        let repairs = changes.filter { $0.repairs.contains(change.id) }
        if let missing = repairs.first(where: { shown($0.id) == false }) {
            return (.broken, "its repair is missing: \(missing.id)")
        }
        if let trial = unknown.first(where: { trial in
            behaviours[trial.behaviour]?.canTell(change.id, trial.parameters) ?? false
        }) {
            return (
                .broken,
                "\(trial.behaviour) \(trial.parameters.summary) shows none of the known variants"
            )
        }
        return (.present, nil)
    }

    /// Why a change cannot be told: because of what it is, or of what was asked.
    private static func untold(
        _ change: Change, _ unknown: [TrialID], _ behaviours: [String: Behaviour]
    ) -> String {
        let telling = behaviours.values.filter { behaviour in
            behaviour.variants.contains { $0.names(change) }
                && behaviour.cases.contains { behaviour.canTell(change.id, $0) }
        }.map(\.id).sorted()
        guard !telling.isEmpty else {
            return change.untold ?? "no behaviour asks for it"
        }
        if let trial = unknown.first(where: { telling.contains($0.behaviour) }) {
            return "\(trial.behaviour) would tell, but shows none of the known variants"
        }
        let names = telling.prefix(3).joined(separator: ", ")
        return "\(names) \(telling.count == 1 ? "tells" : "tell") it, not in this run"
    }

    private static func differs(
        _ change: Change, _ state: State, _ expectations: [String: Bool], _ changes: [Change]
    ) -> Bool {
        guard let expected = expectations[change.id] else { return false }
        switch state {
        case .unknown: return false
        case .present: return !expected
        case .absent: return expected
        case .broken:
            let lacksRepair = changes.contains {
                $0.repairs.contains(change.id) && expectations[$0.id] == false
            }
            return !(expected && lacksRepair)
        }
    }

    private static func differences(
        _ findings: [Finding], _ expected: [String: Bool], _ behaviours: [String: Behaviour]
    ) -> [Difference] {
        return findings.compactMap { finding in
            guard finding.isAnswered, let behaviour = behaviours[finding.trial.behaviour] else {
                return nil
            }
            let names = behaviour.expectedVariants(finding.trial.parameters, given: expected)
            guard !names.isEmpty, Set(names).isDisjoint(with: finding.variants) else { return nil }
            return Difference(
                trial: finding.trial, expected: names, observed: finding.variants)
        }.sorted { $0.trial < $1.trial }
    }

    /// What the audit adds up to: 1 where the kernel is not what its version says, or something is
    /// broken that should not be; 2 where nothing could be told; else 0.
    public var exitCode: Int32 {
        if entries.contains(where: \.differs) || !differences.isEmpty || !unknown.isEmpty {
            return 1
        }
        return entries.allSatisfy { $0.state == .unknown } ? 2 : 0
    }
}

extension Finding {
    /// Whether it says something about the kernel.
    var isAnswered: Bool {
        switch verdict {
        case .conforms, .deviates: true
        case .notApplicable, .inconclusive: false
        }
    }
}

extension Behaviour {
    /// Whether some variant for these values speaks of a change, and another does not say the same.
    func canTell(_ change: String, _ parameters: Parameters) -> Bool {
        let claims = variants(for: parameters).filter { !$0.isUnknownToKernels }
            .map { $0.implications[change] }
        return Set(claims).count > 1
    }
}
