/// A release of Debian: where its kernels are looked for.
enum DebianRelease: String, CaseIterable {
    case bullseye, bookworm, trixie, forky, sid, experimental

    /// Each suite with the archive in which it is: Debian's own, or that of security updates.
    var suites: [(archive: DebianArchive, suite: String)] {
        switch self {
        case .bullseye:
            [(.main, rawValue), (.security, "\(rawValue)-security")]
        case .bookworm, .trixie:
            [
                (.main, rawValue), (.main, "\(rawValue)-updates"),
                (.main, "\(rawValue)-backports"), (.security, "\(rawValue)-security"),
            ]
        case .forky, .sid, .experimental:
            [(.main, rawValue)]
        }
    }

    /// All releases, those first that are likely to have a version: each began with one series.
    static func likely(for version: String) -> [DebianRelease] {
        let series = version.split(separator: ".").prefix(2).joined(separator: ".")
        let first: [DebianRelease] =
            switch series {
            case "5.10": [.bullseye]
            case "6.1": [.bookworm]
            case "6.12": [.trixie]
            default: [.sid, .trixie, .experimental, .forky]
            }
        return first + allCases.filter { !first.contains($0) }
    }
}

/// One of Debian's archives.
enum DebianArchive: String {
    case main = "debian"
    case security = "debian-security"
}
