import KernelLab
import Reporting

/// The file `SHA256SUMS` of a folder, as `sha256sum -c` reads it: a line a file, sorted by name.
struct Checksums: Hashable {
    /// The file's name.
    static let name = "SHA256SUMS"

    /// The sums by the files' paths, relative to the folder.
    var sums: [String: String]

    /// The sums of these files as they are now.
    init(of files: [String], in folder: String) async throws(RunFolderError) {
        do {
            let sums = try await FileSums.sha256(files.map { "\(folder)/\($0)" })
            self.sums = Dictionary(zip(files, sums), uniquingKeysWith: { $1 })
        } catch {
            throw RunFolderError(folder, "cannot be summed: \(PlainText.line("\(error)"))")
        }
    }

    /// Reads the file of a folder.
    init(in folder: String) throws(RunFolderError) {
        let path = "\(folder)/\(Self.name)"
        let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
        sums = [:]
        for (number, line) in text.split(separator: "\n").enumerated() {
            let sum = line.prefix(64)
            let file = String(line.dropFirst(66))
            let parts = file.split(separator: "/", omittingEmptySubsequences: false)
            // Nothing outside of the folder is read on a file's say-so.
            guard line.dropFirst(64).hasPrefix("  "), sum.allSatisfy(\.isHexDigit),
                parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
            else { throw RunFolderError(path, "line \(number + 1) is damaged") }
            sums[file] = sum.lowercased()
        }
        guard !sums.isEmpty else { throw RunFolderError(path, "is empty") }
    }

    /// The file's content.
    var text: String {
        sums.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)\n" }.joined()
    }

    func write(in folder: String) throws(RunFolderError) {
        try FileSystem.write(Array(text.utf8), to: "\(folder)/\(Self.name)")
    }

    /// What differs from these sums in a folder now, a line a file.
    func damage(in folder: String) async throws(RunFolderError) -> [String] {
        let files = sums.keys.sorted()
        let there = files.filter { FileSystem.exists("\(folder)/\($0)") }
        let now = try await Checksums(of: there, in: folder)
        return files.compactMap { file in
            guard let sum = now.sums[file] else { return "\(folder)/\(file): is missing" }
            return sum == sums[file]
                ? nil : "\(folder)/\(file): is not what \(Self.name) says; it was changed"
        }
    }
}

extension RunFolder {
    /// What `SHA256SUMS` does not name: itself, and what belongs to the occasion and not to the
    /// kernel: the page and the report to kernelci.org name it too, and can be made again from the
    /// rest. So two runs of a guest are the same if these files are, and nothing else need be
    /// compared.
    private static let occasional = [
        Checksums.name, Name.provenance, Name.page, Name.kcidb,
    ]

    /// The files of this folder that are evidence, relative to it.
    private func evidence() throws(RunFolderError) -> [String] {
        var files: [String] = []
        for name in try FileSystem.names(in: path)
        where !Self.occasional.contains(name) && !name.hasPrefix(".") {
            if !FileSystem.isFolder("\(path)/\(name)") { files.append(name) }
        }
        for folder in [Name.observations, Name.captures] {
            for name in try FileSystem.names(in: "\(path)/\(folder)") where !name.hasPrefix(".") {
                files.append("\(folder)/\(name)")
            }
        }
        return files
    }

    /// Writes `SHA256SUMS`: the last thing that is done to a run's folder.
    func seal() async throws(RunFolderError) {
        try await Checksums(of: try evidence(), in: path).write(in: path)
    }

    /// What of the evidence is not as it was stored, one line a file; none if it is whole.
    ///
    /// A file of an observation or a capture that `SHA256SUMS` does not name was added later.
    public func damage() async throws(RunFolderError) -> [String] {
        let sums = try Checksums(in: path)
        let added = try evidence().filter { $0.contains("/") && sums.sums[$0] == nil }
        return try await sums.damage(in: path)
            + added.map { "\(path)/\($0): is not named by \(Checksums.name); it was added" }
    }
}
