public import Evidence

/// A series of kernels whose list of commits is known: what each behaviour is expected to show of
/// it follows from that list, and from the eras of the variants.
///
/// Where kernels are not in the list, `Change.isExpected` says what their version leads to expect.
/// A difference is no verdict: behaviours are judged by what is promised, and the audit reports
/// what is other than expected beside that, in either direction.
public struct KnownKernel: Sendable, Hashable {
    /// What people call it, such as `Debian 6.1`.
    public let name: String
    /// Who builds it, as `uname -v` has it.
    public let vendor: String
    /// The releases of which the list speaks.
    public let kernels: Expectation.Kernels
    /// The mainline release from which the series began: it has every change until then.
    public let base: String
    /// The later changes that were taken back, by their commits.
    public let taken: [String]
    /// The later changes of which it is not known: their effect cannot be told, and the source was
    /// not read for them.
    public let unread: [String]

    /// A series of kernels.
    public init(
        _ name: String, vendor: String, _ kernels: Expectation.Kernels, base: String,
        taken: [String] = [], unread: [String] = []
    ) {
        self.name = name
        self.vendor = vendor
        self.kernels = kernels
        self.base = base
        self.taken = taken
        self.unread = unread
    }

    /// Whether it has a change; nil where that is not known.
    public func has(_ change: Change) -> Bool? {
        if taken.contains(change.id) { return true }
        if unread.contains(change.id) { return nil }
        guard let first = change.first, let base = KernelVersion(base) else { return nil }
        return base.hasReached(mainline: first)
    }

    /// The variants that it is expected to show; none where no era says.
    public func variants(of behaviour: Behaviour, _ parameters: Parameters) -> [String] {
        let known = Change.all.compactMap { change in has(change).map { (change.id, $0) } }
        return behaviour.expectedVariants(
            parameters, given: Dictionary(known, uniquingKeysWith: { first, _ in first }))
    }

    /// The entry of which a kernel is one.
    public static func of(_ kernel: KernelIdentity) -> KnownKernel? {
        guard let version = KernelVersion(kernel) else { return nil }
        return all.first { known in
            kernel.version.contains(known.vendor) && known.kernels.contains(version)
        }
    }

    /// Whether a kernel is expected to have a change: by its list, else by its version.
    public static func expects(_ change: Change, of kernel: KernelIdentity) -> Bool? {
        if let has = of(kernel)?.has(change) { return has }
        return KernelVersion(kernel).flatMap(change.isExpected)
    }
}

extension KnownKernel {
    /// Those that are known, oldest first.
    public static let all = debian

    /// What Debian ships. The lists follow from what `Change` says of these releases; the stored
    /// guests of `Fixtures` show what they lead to expect. They hold from the
    /// release on that took the last of them.
    private static let debian = [
        KnownKernel(
            "Debian 5.10", vendor: "Debian", .within("5.10.227", "5.10.9999"), base: "5.10",
            taken: [
                "9d9b1ee0b2d1", "344db93ae3ee", "686dc2db2a0f", "536a6c8e05f9", "e4dd0d3a2f64",
                "1c2709cfff1d", "e89688e3e978", "36534d3c5453", "97a9063518f1", "b41b4cbd9655",
                "19757cebf0c5",
            ], unread: ["b59db45d7eba", "853c3bd7b791"]),
        KnownKernel(
            "Debian 6.1", vendor: "Debian", .within("6.1.177", "6.1.9999"), base: "6.1",
            taken: [
                "e4dd0d3a2f64", "1c2709cfff1d", "e89688e3e978", "36534d3c5453", "97a9063518f1",
                "853c3bd7b791", "b41b4cbd9655", "cve-2026-53236",
            ], unread: ["b59db45d7eba"]),
        KnownKernel(
            "Debian 6.12", vendor: "Debian", .within("6.12.94", "6.12.9999"), base: "6.12",
            taken: ["2b9f6f7065d4", "cve-2026-53236"]),
        KnownKernel("Debian 7.2", vendor: "Debian", .series("7.2"), base: "7.2"),
        KnownKernel("Debian 7.3", vendor: "Debian", .series("7.3"), base: "7.3"),
    ]
}
