import Foundation

/// Debian's packages, fetched with apt's own tools, which verify signatures and checksums.
///
/// Everything is private: configuration, lists, archives. Nothing of the machine's package
/// management is changed, and nothing needs root. Taken from the machine are only the mirror's
/// address and how the network is reached (`Acquire::…`, such as a proxy).
struct AptSource {
    /// The folder for lists and settings.
    let folder: String
    private let release: DebianRelease

    init(_ release: DebianRelease, cache: String) {
        self.release = release
        folder = "\(cache)/apt/\(release.rawValue)"
    }

    /// For how long lists count as fresh.
    private static let freshness: TimeInterval = 24 * 3600
    private static let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

    /// All kernels of a flavour, the newest first.
    func kernels(flavour: String) async throws -> [KernelRecord] {
        try await prepare()
        let cache = try Program.find("apt-cache", package: "apt")
        let pattern = "^linux-(image|binary|modules)-[0-9].*-\(flavour)$"
        let text = try await Program.output(
            cache, ["search", "--names-only", "--full", pattern], environment: environment)
        return KernelRecord.records(text, flavour: flavour)
    }

    /// Fetches packages into a folder; their paths.
    func fetch(_ record: KernelRecord, into folder: String) async throws -> [String] {
        let get = try Program.find("apt-get", package: "apt")
        // apt-get download writes into the current folder.
        let names = record.packages.map { "\($0)=\(record.version)" }
        _ = try await Program.output(
            get, ["--quiet", "download"] + names, environment: environment, in: folder)
        let files = Files.names(in: folder).filter { $0.hasSuffix(".deb") }
        guard files.count == record.packages.count else {
            throw KernelLabError.programFailed(get, reason: "it fetched \(files.count) packages")
        }
        return files.map { "\(folder)/\($0)" }
    }

    // MARK: - Settings

    private var environment: [String: String] { ["APT_CONFIG": "\(folder)/apt.conf"] }

    /// Writes the settings, and fetches the lists unless they are fresh. Where that fails, stale
    /// ones do.
    private func prepare() async throws {
        let stamp = "\(folder)/fetched"
        if let age = Self.age(of: stamp), age < Self.freshness { return }
        for name in ["state/lists/partial", "cache/archives/partial", "parts"] {
            try Files.makeFolders("\(folder)/\(name)")
        }
        guard Files.exists(Self.keyring) else {
            throw KernelLabError.file(
                Self.keyring, reason: "is missing; Debian's package debian-archive-keyring has it")
        }
        try Files.write(Array(try await sources().utf8), to: "\(folder)/sources.list")
        try Files.write(Array(try await configuration().utf8), to: "\(folder)/apt.conf")
        try Files.write([], to: "\(folder)/state/status")
        let get = try Program.find("apt-get", package: "apt")
        do {
            let options = ["--quiet", "--option", "APT::Update::Error-Mode=any", "update"]
            _ = try await Program.output(get, options, environment: environment)
            try Files.write([], to: stamp)
        } catch let error as KernelLabError {
            guard Files.exists(stamp) else { throw error }
        }
    }

    private static func age(of path: String) -> TimeInterval? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let date = attributes?[.modificationDate] as? Date
        return date.map { Date().timeIntervalSince($0) }
    }

    private func sources() async throws -> String {
        // An archive that the machine does not know is left out: no address is ours to choose.
        let machine = await Self.mirrors()
        guard machine[.main] != nil else {
            throw KernelLabError.file(
                "apt-get indextargets",
                reason: "names no mirror of Debian; configure one and run apt-get update")
        }
        return release.suites.compactMap { archive, suite in
            machine[archive].map {
                "deb [signed-by=\(Self.keyring)] \($0) \(suite) main\n"
            }
        }.joined()
    }

    /// Debian's archives as the machine is told to reach them.
    private static func mirrors() async -> [DebianArchive: String] {
        guard let get = try? Program.find("apt-get", package: "apt"),
            let text = try? await Program.output(
                get, ["indextargets", "--format", "$(REPO_URI) $(LABEL) $(ORIGIN)"])
        else { return [:] }
        var found: [DebianArchive: String] = [:]
        for line in text.split(separator: "\n") where line.hasSuffix(" Debian") {
            var address = line.prefix { $0 != " " }
            while address.hasSuffix("/") { address.removeLast() }
            let archive: DebianArchive = line.contains("Debian-Security") ? .security : .main
            found[archive] = found[archive] ?? String(address)
        }
        return found
    }

    /// apt reads the file that APT_CONFIG names before the machine's, whose folders are then
    /// elsewhere: hooks (`Post-Invoke`) of the machine must not run.
    private func configuration() async throws -> String {
        let config = try Program.find("apt-config", package: "apt")
        let dump = try await Program.output(config, ["dump"])
        let network = dump.split(separator: "\n").filter { $0.hasPrefix("Acquire::") }
        let own = [
            "Dir::Etc::parts \"\(folder)/parts\"", "Dir::Etc::main \"\(folder)/none\"",
            "Dir::Etc::preferences \"\(folder)/none\"",
            "Dir::Etc::preferencesparts \"\(folder)/parts\"",
            "Dir::Etc::sourcelist \"\(folder)/sources.list\"",
            "Dir::Etc::sourceparts \"\(folder)/parts\"", "Dir::State \"\(folder)/state\"",
            "Dir::State::status \"\(folder)/state/status\"", "Dir::Cache \"\(folder)/cache\"",
            "APT::Architecture \"amd64\"", "APT::Architectures { \"amd64\"; }",
            // Its user may not write into ours.
            "APT::Sandbox::User \"\(NSUserName())\"", "Acquire::Languages \"none\"",
            "Acquire::Retries \"3\"",
        ]
        return (network.map(String.init) + own.map { $0 + ";" }).joined(separator: "\n") + "\n"
    }
}
