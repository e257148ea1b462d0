/// What a guest boots from: the performer as process 1, the libraries that it needs, and modules.
///
/// It depends on nothing but its content, so that the same performer and kernel make the same
/// bytes. The plan is an archive of its own behind it, which the kernel unpacks over it.
public struct Initramfs: Sendable {
    /// The path of its file.
    public var path: String
    /// The SHA-256 of the file.
    public var sha256: String
    /// Its length.
    public var bytes: Int

    /// The folder that the performer reads (`GuestInit`).
    private static let folder = "etimedout"

    /// Modules that trials need and that many kernels do not have built in, in this order.
    static let wantedModules = [
        "af_packet", "ipv6", "nf_tables", "tcp_diag", "veth", "aes_generic", "ctr", "ghash_generic",
        "gcm", "tls",
    ]

    /// Makes the initramfs for a kernel.
    /// - Parameters:
    ///   - performer: the path of the performer.
    ///   - programs: further programs, which are put where they are here.
    ///   - furtherModules: modules that these need.
    ///   - mode: the performer's mode, where it is not that of trials.
    ///   - path: where to write it.
    public static func make(
        performer: String, kernel: Kernel, programs: [String] = [],
        furtherModules: [String] = [], mode: String? = nil, at path: String
    ) async throws -> Initramfs {
        var libraries: [String: String] = [:]
        for program in [performer] + programs {
            for (name, source) in try await SharedLibraries.of(program) {
                libraries[name] = source
            }
        }
        let modules = try kernel.load(wantedModules + furtherModules)
        let archive = try CpioArchive(path: path)
        for name in ["dev", "etimedout", "lib", "lib64", "mnt", "proc", "sys"] {
            try archive.addFolder(name)
        }
        try archive.addDevice("dev/console", major: 5, minor: 1)
        try archive.addFile("init", try Files.read(performer))
        for program in programs { try add(program, to: archive) }
        if let mode { try archive.addFile("\(folder)/mode", Array(mode.utf8)) }
        for (name, source) in libraries.sorted(by: { $0.key < $1.key }) {
            try archive.addFile(name, try Files.read(source))
        }
        var list = ""
        for module in modules {
            try archive.addFile("\(folder)/\(module.name).ko", module.content)
            list += "/\(folder)/\(module.name).ko\n"
        }
        try archive.addFile("\(folder)/modules", Array(list.utf8))
        try archive.finish()
        let sum = try await Program.sha256([path])[0]
        return Initramfs(path: path, sha256: sum, bytes: try Files.size(path))
    }

    /// Adds a program with the folders on the way to it.
    private static func add(_ program: String, to archive: CpioArchive) throws {
        let name = String(program.drop { $0 == "/" })
        let parts = name.split(separator: "/").dropLast()
        for count in parts.indices {
            try archive.addFolder(parts[...count].joined(separator: "/"))
        }
        try archive.addFile(name, try Files.read(program))
    }

    /// Writes this initramfs with a plan behind it.
    func write(with plan: [UInt8], to target: String) throws(KernelLabError) {
        let part = target + ".plan"
        let archive = try CpioArchive(path: part)
        try archive.addFile("\(Self.folder)/plan", plan)
        try archive.finish()
        defer { Files.remove(part) }
        try Files.concatenate([path, part], to: target)
    }
}

/// The shared libraries of a program, with those that they need in turn.
enum SharedLibraries {
    /// Where each goes in a guest, and where it is here. The loader goes where programs look for
    /// it, everything else to `/lib`, to which LD_LIBRARY_PATH points.
    static func of(_ program: String) async throws -> [(name: String, source: String)] {
        guard let elf = ELFFile(try Files.read(program)), let section = elf.section(".interp")
        else {
            throw KernelLabError.file(program, reason: "is not a program with shared libraries")
        }
        let loader = String(decoding: section.prefix { $0 != 0 }, as: UTF8.self)
        // What ldd does.
        let text = try await Program.output(loader, ["--list", program])
        var found = [(name: String(loader.drop { $0 == "/" }), source: loader)]
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard words.count >= 3, words[1] == "=>" else { continue }
            guard words[2].hasPrefix("/") else {
                throw KernelLabError.file(program, reason: "needs \(words[0]), which is missing")
            }
            found.append((name: "lib/\(words[0])", source: words[2]))
        }
        return found.sorted { $0.name < $1.name }
    }
}
