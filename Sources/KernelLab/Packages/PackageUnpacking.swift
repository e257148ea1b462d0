/// Takes the kernel out of packages: the image, its configuration, and the modules of the network
/// and of what those need.
struct PackageUnpacking {
    private let packages: [String]
    private let folder: String
    /// The image that was found, and in which package.
    private var image: (content: [UInt8], package: String)?
    /// For which release there are modules, and in which package.
    private var moduleRelease: (name: String, package: String)?
    private var sizes: [String: Int] = [:]

    private static let manifest = "manifest"

    /// Unpacks packages that make one kernel into a folder, laid out as `KernelFiles` reads it.
    static func unpack(_ packages: [String], into folder: String) throws(KernelLabError) {
        var unpacking = PackageUnpacking(packages: packages, folder: folder)
        try unpacking.run()
    }

    private init(packages: [String], folder: String) {
        self.packages = packages
        self.folder = folder
    }

    /// Whether a folder holds all that was once unpacked there.
    static func isWhole(_ folder: String) -> Bool {
        guard let text = try? Files.read("\(folder)/\(manifest)") else { return false }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        return !lines.isEmpty
            && lines.allSatisfy { line in
                let parts = line.split(separator: " ", maxSplits: 1)
                return parts.count == 2
                    && (try? Files.size("\(folder)/\(parts[1])")) == Int(parts[0])
            }
    }

    private mutating func run() throws(KernelLabError) {
        try Files.makeFolders("\(folder)/modules")
        for package in packages { try unpack(package) }
        let names = packages.joined(separator: ", ")
        guard let image else { throw .badPackage(names, reason: "holds no kernel image") }
        let release = try KernelImage(image.content, path: image.package).release
        if let modules = moduleRelease, modules.name != release {
            throw .badPackage(
                modules.package,
                reason: "holds modules of \(modules.name), and the image is \(release)")
        }
        let lines = sizes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)\n" }
        try Files.write(Array(lines.joined().utf8), to: "\(folder)/\(Self.manifest)")
    }

    private mutating func unpack(_ package: String) throws(KernelLabError) {
        guard package.hasSuffix(".deb") else {
            // An rpm is a cpio archive behind a header that libarchive takes for a filter.
            return try take(from: try ArchiveReader(path: package), package)
        }
        let outer = try ArchiveReader(path: package)
        while let name = try outer.nextFile() {
            guard name.hasPrefix("data.tar") else { continue }
            let content = try outer.read(limit: Files.limit)
            let kept = content.withUnsafeBytes { bytes -> Result<Self, KernelLabError> in
                var copy = self
                do throws(KernelLabError) {
                    try copy.take(from: try ArchiveReader(bytes: bytes, name: package), package)
                    return .success(copy)
                } catch {
                    return .failure(error)
                }
            }
            self = try kept.get()
            return
        }
        throw .badPackage(package, reason: "is no Debian package: it holds no data.tar")
    }

    private mutating func take(
        from reader: ArchiveReader, _ package: String
    ) throws(KernelLabError) {
        while let path = try reader.nextFile() {
            let parts = path.split(separator: "/").map(String.init)
            guard let place = Self.place(of: parts) else { continue }
            let content = try reader.read(limit: Files.limit)
            if place == "vmlinuz" {
                // Some lay the same image down in two places.
                if let image, image.content != content {
                    throw .badPackage(
                        package,
                        reason: image.package == package
                            ? "holds several kernels" : "is another kernel than \(image.package)")
                }
                image = (content, package)
            }
            if place.hasPrefix("modules/") { try note(modulesAt: parts, package) }
            try Files.write(content, to: "\(folder)/\(place)")
            sizes[place] = content.count
        }
    }

    private mutating func note(
        modulesAt parts: [String], _ package: String
    ) throws(KernelLabError) {
        guard let index = parts.firstIndex(of: "modules"), index + 1 < parts.count else { return }
        let release = parts[index + 1]
        if let known = moduleRelease, known.name != release {
            throw .badPackage(
                package,
                reason: "holds modules of \(release), and \(known.package) of \(known.name)")
        }
        moduleRelease = (release, package)
    }

    /// Where a package's file goes; nil if nobody needs it.
    ///
    /// Debian up to 7.1 and RHEL 7: `boot/vmlinuz-X`; RHEL 8, Fedora and Debian since 7.2:
    /// `lib/modules/X/vmlinuz`; the configuration stands beside it.
    private static func place(of parts: [String]) -> String? {
        guard let file = parts.last else { return nil }
        let isBoot = parts.first == "boot" || parts.contains("modules")
        guard isBoot else { return nil }
        if file == "vmlinuz" || file.hasPrefix("vmlinuz-") { return "vmlinuz" }
        if file == "config" || file.hasPrefix("config-") { return "config" }
        guard KernelModule.name(ofFile: file) != nil,
            let root = parts.firstIndex(of: "kernel").map({ parts[($0 + 1)...] })
        else { return nil }
        // drivers/net/veth.ko and its neighbours, but not the hundreds of drivers of cards.
        let isWanted =
            ["net", "lib", "crypto"].contains(root.first)
            || root.starts(with: ["drivers", "net"]) && root.count == 3
        return isWanted ? "modules/\(file)" : nil
    }
}
