/// A kernel that Debian offers: one or several packages of one version.
struct KernelRecord: Hashable {
    /// What stands between `linux-image-` and the flavour, such as `6.1.0-56`.
    var release: String
    /// The version of the packages, such as `6.1.192-2`.
    var version: String
    /// The packages with a content, by name.
    var packages: [Package]

    /// One of a kernel's packages.
    struct Package: Hashable {
        var name: String
        /// Its length, in bytes.
        var bytes: Int
        /// The SHA-256 of its file, as the signed list says.
        var sha256: String
    }

    /// The version of the kernel itself: `6.1.192` of `6.1.192-2`, `7.3` of `7.3~rc7-1~exp1`.
    var upstream: String { String(version.prefix { $0.isNumber || $0 == "." }) }

    /// What must be fetched for it, in bytes.
    var bytes: Int { packages.map(\.bytes).reduce(0, +) }

    /// The name of the folder in which its packages are kept.
    var folderName: String { "\(version)_\(release)" }

    /// Whether this is what a version of two or three parts means.
    func matches(_ wanted: String) -> Bool {
        upstream == wanted
            || wanted.split(separator: ".").count == 2 && upstream.hasPrefix(wanted + ".")
    }

    /// The kernels among the records that `apt-cache search --full` prints, the newest first.
    ///
    /// Until 6.18 `linux-image-X` holds everything; later it only depends on `linux-binary-X` and
    /// `linux-modules-X`, and since 7.2 the configuration is in `linux-base-X`.
    static func records(_ text: String, flavour: String) -> [KernelRecord] {
        var found: [String: KernelRecord] = [:]
        for paragraph in text.split(separator: "\n\n") {
            let fields = fields(paragraph)
            guard let name = fields["Package"], let version = fields["Version"],
                let size = fields["Size"].flatMap({ Int($0) }), let sum = fields["SHA256"],
                let (kind, release) = parts(ofPackage: name, flavour: flavour)
            else { continue }
            let key = "\(release) \(version)"
            var record =
                found[key] ?? KernelRecord(release: release, version: version, packages: [])
            let package = Package(name: name, bytes: size, sha256: sum)
            // A package that only depends on others has a kilobyte or two.
            if kind == "base" || size > 100_000, !record.packages.contains(package) {
                record.packages.append(package)
            }
            found[key] = record
        }
        return found.values
            .filter { record in
                record.packages.contains { $0.name.hasPrefix("linux-image-") }
                    || record.packages.contains { $0.name.hasPrefix("linux-binary-") }
            }
            .sorted { $0.isNewer(than: $1) }
    }

    private static func fields(_ paragraph: Substring) -> [Substring: String] {
        var fields: [Substring: String] = [:]
        for line in paragraph.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":"), !line.hasPrefix(" ") else { continue }
            fields[line[..<colon]] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return fields
    }

    /// The pattern of the packages' names, for apt-cache.
    static let pattern = "^linux-(image|binary|modules|base)-[0-9].*-amd64$"

    private static func parts(
        ofPackage name: String, flavour: String
    ) -> (kind: String, release: String)? {
        for kind in ["image", "binary", "modules", "base"] {
            guard let rest = name.dropping("linux-\(kind)-"), rest.first?.isNumber == true,
                rest.hasSuffix("-\(flavour)")
            else { continue }
            let release = String(rest.dropLast(flavour.count + 1))
            // `6.1.0-56-cloud` is no release of the flavour `amd64`.
            let isOther = release.hasSuffix("-cloud") || release.hasSuffix("-rt")
            return isOther ? nil : (kind, release)
        }
        return nil
    }

    /// Whether its version is higher, or, where that is the same, its release's name.
    func isNewer(than other: KernelRecord) -> Bool {
        let (ours, theirs) = (numbers, other.numbers)
        return ours == theirs
            ? release > other.release : theirs.lexicographicallyPrecedes(ours)
    }

    /// The numbers in the version, to compare by. A candidate comes before its release: `~` sorts
    /// before everything (deb-version(7)).
    private var numbers: [Int] {
        var numbers: [Int] = []
        for part in version.split(whereSeparator: { !$0.isNumber && $0 != "~" }) {
            let pieces = part.split(separator: "~", omittingEmptySubsequences: false)
            for (index, piece) in pieces.enumerated() {
                if index > 0 { numbers.append(-1) }
                if let number = Int(piece) { numbers.append(number) }
            }
        }
        return numbers + [0]
    }
}
