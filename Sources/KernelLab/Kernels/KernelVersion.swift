/// The version of a kernel, as far as it counts: `6.1.192` of `6.1.192-2`, `7.3` of `7.3~rc7`.
public struct KernelVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Its numbers: two or three.
    let numbers: [Int]

    /// The version of a text such as `6.1` or `6.1.192`; nil where it is none.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt16($0).map(Int.init) }
        guard (2...3).contains(parts.count), numbers.count == parts.count else { return nil }
        self.numbers = numbers
    }

    /// The series that it belongs to: `6.1` of `6.1.192`.
    public var series: KernelVersion { KernelVersion(numbers: Array(numbers.prefix(2))) }

    /// Whether it names a whole series.
    public var isSeries: Bool { numbers.count == 2 }

    private init(numbers: [Int]) { self.numbers = numbers }

    /// The numbers with points between.
    public var description: String { numbers.map(String.init).joined(separator: ".") }

    /// By number: `6.2` before `6.12`, and a series before its point releases.
    public static func < (left: KernelVersion, right: KernelVersion) -> Bool {
        left.numbers.lexicographicallyPrecedes(right.numbers)
    }
}
