/// A folder with the packages of one kernel and their checksums, as the signed list has them.
struct KeptPackages {
    private let folder: String
    private static let sums = "SHA256SUMS"

    init(_ folder: String) { self.folder = folder }

    /// The paths of the packages.
    var packages: [String] {
        Files.names(in: folder).filter(KernelStore.isPackage).map { "\(folder)/\($0)" }
    }

    /// Compares what was fetched with what the list says, and writes that down beside it.
    /// - Throws: `badPackage` for the first that is not what it should be.
    func seal(_ record: KernelRecord) async throws {
        var lines = ""
        for package in record.packages {
            guard let path = packages.first(where: { Self.name($0).hasPrefix("\(package.name)_") })
            else { throw KernelLabError.badPackage(package.name, reason: "was not fetched") }
            let bytes = try Files.size(path)
            guard bytes == package.bytes else {
                throw KernelLabError.badPackage(
                    package.name,
                    reason: "has \(bytes) bytes, and should have \(package.bytes): "
                        + "the download was cut short; try again")
            }
            guard try await Program.sha256([path]) == [package.sha256] else {
                throw KernelLabError.badPackage(
                    package.name, reason: "is not what Debian's list says (SHA-256); try again")
            }
            lines += "\(package.sha256)  \(Self.name(path))\n"
        }
        try Files.write(Array(lines.utf8), to: "\(folder)/\(Self.sums)")
    }

    /// The paths of the packages if all are there and are what they were; else nil, and they are to
    /// be fetched again.
    func verified() async throws -> [String]? {
        guard let text = try? Files.read("\(folder)/\(Self.sums)") else { return nil }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        let wanted = lines.map { String($0.prefix(64)) }
        let paths = lines.map { "\(folder)/\($0.dropFirst(66))" }
        guard !paths.isEmpty, paths.allSatisfy(Files.exists) else { return nil }
        return try await Program.sha256(paths) == wanted ? paths : nil
    }

    /// The checksums that are written down beside packages; nil unless there is one for each.
    static func sums(of packages: [String]) -> [String]? {
        guard let folder = packages.first?.split(separator: "/").dropLast().joined(separator: "/"),
            let text = try? Files.read("/\(folder)/\(sums)")
        else { return nil }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        let known = Dictionary(
            lines.map { (String($0.dropFirst(66)), String($0.prefix(64))) },
            uniquingKeysWith: { first, _ in first })
        let found = packages.compactMap { known[name($0)] }
        return found.count == packages.count ? found : nil
    }

    private static func name(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
