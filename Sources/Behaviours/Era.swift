/// From when to when kernels gave an answer: between two changes to the source.
///
/// Written as people write it, `4.19 b701a99e431d … 5.11 9d9b1ee0b2d1`: what stands before the
/// ellipsis began it, what stands behind it ended it, and the changes are known by their commits.
/// An era without commits (`RHEL 7.3 … 7.9`) says where else the answer was seen, and proves
/// nothing.
public struct Era: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// As it is written.
    public let text: String
    /// The changes that a kernel has which gives this answer.
    public let since: [String]
    /// The changes that it doesn't have.
    public let until: [String]

    /// An era as people write it.
    public init(_ text: String) {
        self.text = text
        let sides = text.split(separator: "…", maxSplits: 1, omittingEmptySubsequences: false)
        since = Self.changes(in: sides.first ?? "")
        until = sides.count > 1 ? Self.changes(in: sides[1]) : []
    }

    /// The era of those kernels in it that have one more change, such as `5.4 595e0651d029`. An era
    /// that names no change stays what it is.
    public func with(since change: String?) -> Era {
        guard let change, namesChanges else { return self }
        return Era(since.isEmpty ? "\(change) \(text)" : "\(change), \(text)")
    }

    /// An era as people write it.
    public init(stringLiteral text: String) { self.init(text) }

    /// As it is written.
    public var description: String { text }

    /// Whether it names a change at all.
    public var namesChanges: Bool { !since.isEmpty || !until.isEmpty }

    private static func changes(in text: Substring) -> [String] {
        text.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.map(String.init)
            .filter { isCommit($0) || $0.hasPrefix("cve-") }
    }

    private static func isCommit(_ word: String) -> Bool {
        word.count == 12 && word.allSatisfy(\.isHexDigit)
    }
}
