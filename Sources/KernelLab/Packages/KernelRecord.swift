/// A kernel that Debian offers: one or several packages of one version.
struct KernelRecord: Hashable {
    /// What stands between `linux-image-` and the flavour, such as `6.1.0-56`.
    var release: String
    /// The version of the packages, such as `6.1.192-2`.
    var version: String
    /// The packages with a content, by name.
    var packages: [String]

    /// The version of the kernel itself: `6.1.192` of `6.1.192-2`, `7.3` of `7.3~rc7-1~exp1`.
    var upstream: String { String(version.prefix { $0.isNumber || $0 == "." }) }

    /// Whether this is what a version of two or three parts means.
    func matches(_ wanted: String) -> Bool {
        upstream == wanted
            || wanted.split(separator: ".").count == 2 && upstream.hasPrefix(wanted + ".")
    }

    /// The kernels among the records that `apt-cache search --full` prints, the newest first.
    ///
    /// Until 6.18 `linux-image-X` holds everything; later it only depends on `linux-binary-X` and
    /// `linux-modules-X`.
    static func records(_ text: String, flavour: String) -> [KernelRecord] {
        var found: [String: KernelRecord] = [:]
        for paragraph in text.split(separator: "\n\n") {
            var fields: [Substring: String] = [:]
            for line in paragraph.split(separator: "\n") {
                guard let colon = line.firstIndex(of: ":"), !line.hasPrefix(" ") else { continue }
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                fields[line[..<colon]] = String(value)
            }
            guard let name = fields["Package"], let version = fields["Version"],
                let size = fields["Size"].flatMap({ Int($0) }),
                let release = release(ofPackage: name, flavour: flavour)
            else { continue }
            let key = "\(release) \(version)"
            var record =
                found[key] ?? KernelRecord(release: release, version: version, packages: [])
            // A package that only depends on others has a kilobyte or two.
            if size > 100_000 { record.packages.append(name) }
            found[key] = record
        }
        return found.values
            .filter { record in
                record.packages.contains { !$0.hasPrefix("linux-modules-") }
            }
            .sorted { $0.isNewer(than: $1) }
    }

    private static func release(ofPackage name: String, flavour: String) -> String? {
        for prefix in ["linux-image-", "linux-binary-", "linux-modules-"] {
            guard let rest = name.dropping(prefix), rest.first?.isNumber == true,
                rest.hasSuffix("-\(flavour)")
            else { continue }
            let release = String(rest.dropLast(flavour.count + 1))
            // `6.1.0-56-cloud` is no release of the flavour `amd64`.
            return release.hasSuffix("-cloud") || release.hasSuffix("-rt") ? nil : release
        }
        return nil
    }

    /// Whether its version is higher, or, where that is the same, its release's name.
    func isNewer(than other: KernelRecord) -> Bool {
        let (ours, theirs) = (numbers, other.numbers)
        return ours == theirs
            ? release > other.release : theirs.lexicographicallyPrecedes(ours)
    }

    /// The numbers in the version, to compare by.
    private var numbers: [Int] {
        version.split { !$0.isNumber }.map { Int($0) ?? 0 }
    }
}
