/// A kernel's version, as far as it says which source a kernel was built from.
///
/// Used to say what was *expected* of a kernel, and for nothing else: what it does is judged by
/// what it does. Vendors who keep one number for years (RHEL) are known by their build's number.
public struct KernelVersion: Hashable, Codable, Sendable {
    /// The series within which point releases are counted: `6.1`, or `rhel7`.
    public var series: String
    /// The mainline release from which the series began: `6.1`; for `rhel7` it is `3.10`.
    public var major: Int
    /// The second number of that release.
    public var minor: Int
    /// The point release within the series, or the vendor's build number.
    public var patch: Int
    /// Which candidate of the release it is, where it is one.
    public var candidate: Int?

    /// Reads `6.1`, `6.1.192`, `5.11-rc6`, `6.1.0-rc3`, `3.10.0-1160.71.1.el7.x86_64`, or Debian's
    /// `6.1.192-1`; nil where it is none of these.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: true)
        guard let head = parts.first else { return nil }
        let numbers = head.split(separator: ".").prefix { $0.allSatisfy(\.isNumber) }
            .compactMap { Int($0) }
        guard numbers.count >= 2 else { return nil }
        major = numbers[0]
        minor = numbers[1]
        patch = numbers.count > 2 ? numbers[2] : 0
        series = "\(major).\(minor)"
        candidate = parts.dropFirst().lazy.compactMap(Self.candidateNumber).first
        if let release = Self.enterprise(text), parts.count > 1,
            let build = parts[1].split(separator: ".").first.flatMap({ Int($0) })
        {
            series = "rhel\(release)"
            patch = build
        }
    }

    /// The version of a kernel: what its package says, else what `uname -v` says (Debian writes the
    /// package's version there, and the ABI's number into the release), else its release.
    public init?(_ identity: KernelIdentity) {
        if let package = identity.guest?.packageVersion, let version = Self(package) {
            self = version
            return
        }
        let words = identity.version.split(separator: " ")
        if let place = words.firstIndex(of: "Debian"), place + 1 < words.count,
            let version = Self(String(words[place + 1]))
        {
            self = version
            return
        }
        self.init(identity.release)
    }

    private static func candidateNumber(_ part: Substring) -> Int? {
        guard part.hasPrefix("rc") else { return nil }
        return Int(part.dropFirst(2).prefix(while: \.isNumber))
    }

    /// `7` of `….el7.x86_64` and of `….el7_9.x86_64`.
    private static func enterprise(_ text: String) -> Int? {
        text.split(separator: ".").lazy.compactMap { part -> Int? in
            guard part.hasPrefix("el") else { return nil }
            return Int(part.dropFirst(2).prefix(while: \.isNumber))
        }.first
    }

    /// Whether mainline had reached `other` when this version was released.
    public func hasReached(mainline other: KernelVersion) -> Bool {
        if (major, minor) != (other.major, other.minor) {
            return (major, minor) > (other.major, other.minor)
        }
        guard let candidate, !series.hasPrefix("rhel") else { return true }
        return other.candidate.map { candidate >= $0 } ?? false
    }
}

extension KernelVersion {
    /// Series that were kept up for years.
    private static let longTerm: Set<String> = [
        "2.6", "3.0", "3.2", "3.4", "3.10", "3.12", "3.14", "3.16", "3.18", "4.1", "4.4", "4.9",
        "4.14", "4.19", "5.4", "5.10", "5.15", "6.1", "6.6", "6.12", "6.18",
    ]

    /// The last release of each major version.
    private static let lastMinor = [2: 6, 3: 19, 4: 20, 5: 19, 6: 19]

    /// How many mainline releases there were before this one, from 3.0 on.
    private var place: Int {
        (3..<max(3, major)).reduce(minor) { $0 + 1 + (Self.lastMinor[$1] ?? 19) }
    }

    /// Whether fixes of a mainline release may have come to this series: vendors and long-term
    /// series take them for years, others until the release after the next.
    public func wasMaintained(at mainline: KernelVersion) -> Bool {
        series.hasPrefix("rhel") || Self.longTerm.contains(series)
            || mainline.place - place < 3
    }
}

extension KernelVersion: CustomStringConvertible {
    /// Such as `6.1.192`, `5.11-rc6` or `rhel7-1160`.
    public var description: String {
        if series.hasPrefix("rhel") { return "\(series)-\(patch)" }
        let text = patch > 0 ? "\(series).\(patch)" : series
        return candidate.map { "\(text)-rc\($0)" } ?? text
    }
}
