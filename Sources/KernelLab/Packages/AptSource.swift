import Foundation

/// A release of Debian, fetched with apt's own tools, which verify signatures and checksums.
///
/// Everything is private: configuration, lists, archives. Nothing of the machine's package
/// management is changed, and nothing needs root. Taken from the machine are only the mirror's
/// address and how the network is reached (`Acquire::…`, such as a proxy).
///
/// The folder of a release is whole or not there: lists are updated in a copy, which then takes its
/// place.
struct AptSource: PackageSource {
    private let release: DebianRelease
    /// The folder of all releases.
    private let base: String

    init(_ release: DebianRelease, cache: String) {
        self.release = release
        base = "\(cache)/apt"
    }

    var name: String { release.rawValue }

    /// For how long lists count as fresh.
    private static let freshness: TimeInterval = 24 * 3600
    private static let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

    /// The folder of this release.
    private var place: String { "\(base)/\(release.rawValue)" }
    /// What it offers, as apt-cache printed it when the lists were new.
    private var offer: String { "\(place)/offer" }

    func kernels(flavour: String) async throws -> [KernelRecord] {
        try Files.makeFolders(base)
        let text = try await StoreLock.hold("\(base)/\(release.rawValue).lock") {
            try await update()
            return String(decoding: try Files.read(offer), as: UTF8.self)
        }
        return KernelRecord.records(text, flavour: flavour)
    }

    func fetch(_ record: KernelRecord, into folder: String) async throws {
        let get = try Program.find("apt-get", package: "apt")
        // apt-get download writes into the current folder.
        let names = record.packages.map { "\($0.name)=\(record.version)" }
        try await StoreLock.hold("\(base)/\(release.rawValue).lock") {
            _ = try await Program.output(
                get, ["--quiet", "download"] + names,
                environment: ["APT_CONFIG": "\(place)/apt.conf"], in: folder)
        }
    }

    // MARK: - Lists

    /// Fetches the lists unless they are fresh. Where that fails, stale ones do.
    private func update() async throws {
        if let age = Self.age(of: offer), age < Self.freshness { return }
        guard Files.exists(Self.keyring) else {
            throw KernelLabError.file(
                Self.keyring, reason: "is missing; Debian's package debian-archive-keyring has it")
        }
        // We have the lock: what somebody else began here is nobody's any more.
        for name in Files.names(in: base) where name.hasPrefix("\(release.rawValue).") {
            if !name.hasSuffix(".lock") { Files.remove("\(base)/\(name)") }
        }
        let scratch = try Files.makeScratch(in: base, named: release.rawValue)
        defer { Files.remove(scratch) }
        do {
            try await fill(scratch)
        } catch let error as KernelLabError {
            guard Files.exists(offer) else { throw error }
            return
        }
        Files.remove(place)
        try Files.install(scratch, as: place)
    }

    private func fill(_ scratch: String) async throws {
        for name in ["state", "cache/archives/partial", "parts"] {
            try Files.makeFolders("\(scratch)/\(name)")
        }
        let lists = "\(scratch)/state/lists"
        if Files.exists("\(place)/state/lists") {
            // What has not changed need not be fetched again.
            try? FileManager.default.copyItem(atPath: "\(place)/state/lists", toPath: lists)
        }
        try Files.makeFolders("\(lists)/partial")
        try Files.write([], to: "\(scratch)/state/status")
        let sources = try await sources()
        let network = try await Self.networkSettings()
        func configure(_ file: String, for folder: String) throws {
            let text = network + settings(in: folder)
            try Files.write(
                Array(text.joined(separator: "\n").utf8) + [0x0a], to: "\(scratch)/\(file)")
        }
        try Files.write(Array(sources.utf8), to: "\(scratch)/sources.list")
        try configure("scratch.conf", for: scratch)
        let environment = ["APT_CONFIG": "\(scratch)/scratch.conf"]
        _ = try await Program.output(
            try Program.find("apt-get", package: "apt"),
            ["--quiet", "--option", "APT::Update::Error-Mode=any", "update"],
            environment: environment)
        let text = try await Program.output(
            try Program.find("apt-cache", package: "apt"),
            ["search", "--names-only", "--full", KernelRecord.pattern], environment: environment)
        try configure("apt.conf", for: place)
        try Files.write(Array(text.utf8), to: "\(scratch)/offer")
    }

    private static func age(of path: String) -> TimeInterval? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let date = attributes?[.modificationDate] as? Date
        return date.map { Date().timeIntervalSince($0) }
    }

    // MARK: - Settings

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

    /// How the machine reaches the network.
    private static func networkSettings() async throws -> [String] {
        let config = try Program.find("apt-config", package: "apt")
        let dump = try await Program.output(config, ["dump"])
        return dump.split(separator: "\n").filter { $0.hasPrefix("Acquire::") }.map(String.init)
    }

    /// apt reads the file that APT_CONFIG names before the machine's, whose folders are then
    /// elsewhere: hooks (`Post-Invoke`) of the machine must not run.
    private func settings(in folder: String) -> [String] {
        [
            "Dir::Etc::parts \"\(folder)/parts\";", "Dir::Etc::main \"\(folder)/none\";",
            "Dir::Etc::preferences \"\(folder)/none\";",
            "Dir::Etc::preferencesparts \"\(folder)/parts\";",
            "Dir::Etc::sourcelist \"\(folder)/sources.list\";",
            "Dir::Etc::sourceparts \"\(folder)/parts\";", "Dir::State \"\(folder)/state\";",
            "Dir::State::status \"\(folder)/state/status\";", "Dir::Cache \"\(folder)/cache\";",
            // Four times the lists, and made again in a second.
            "Dir::Cache::pkgcache \"\";", "Dir::Cache::srcpkgcache \"\";",
            "APT::Architecture \"amd64\";", "APT::Architectures { \"amd64\"; };",
            // Its user may not write into ours.
            "APT::Sandbox::User \"\(NSUserName())\";", "Acquire::Languages \"none\";",
            "Acquire::Retries \"3\";",
        ]
    }
}
