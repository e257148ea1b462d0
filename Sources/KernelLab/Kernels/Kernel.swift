public import Evidence

/// A kernel that can be booted: its image, and its modules where it has some.
public struct Kernel: Sendable, Hashable {
    /// The selector by which it was chosen.
    public var selector: String
    /// What runs it.
    public var kind = Kind.machine
    /// The path of its image: a bzImage, or the program of User-Mode Linux.
    public var image: String
    /// `uname -r`, as the image says.
    public var release: String
    /// The package's version, where it came in one.
    public var packageVersion: String?
    /// The files of its modules by the modules' names.
    var modules: [String: String]
    /// What it was built with, where the configuration is beside the image.
    public var configuration: KernelConfiguration?
    /// CONFIG_HZ.
    public var configuredHZ: Int? { configuration?.hz }

    /// What a kernel is made to run on.
    public enum Kind: Sendable, Hashable {
        /// An x86-64 machine, real or not.
        case machine
        /// Another Linux: it is a program (User-Mode Linux).
        case program
    }

    /// The modules that are wanted and there, with those that they need, in the order in which they
    /// are to be loaded: their names and their contents, which are not compressed any more.
    func load(_ wanted: [String]) throws(KernelLabError) -> [(name: String, content: [UInt8])] {
        var loaded: [(name: String, content: [UInt8])] = []
        var begun: Set<String> = []
        func add(_ name: String) throws(KernelLabError) {
            guard let path = modules[name], begun.insert(name).inserted else { return }
            let content = try ArchiveReader.content(ofCompressed: path)
            guard let module = KernelModule(content) else {
                throw .badPackage(path, reason: "is not a kernel module")
            }
            for dependency in module.dependencies { try add(dependency) }
            loaded.append((name, content))
        }
        for name in wanted { try add(name) }
        return loaded
    }
}

extension ArchiveReader {
    /// The content of a file that may be compressed.
    static func content(ofCompressed path: String) throws(KernelLabError) -> [UInt8] {
        let reader = try ArchiveReader(compressed: path)
        guard try reader.nextFile() != nil else { return [] }
        return try reader.read(limit: Files.limit)
    }
}

/// A kernel's files, laid out by us or by somebody else.
enum KernelFiles {
    /// The kernel whose image is at a path. Its modules are searched where distributions put them,
    /// and in a folder `modules` beside it.
    static func kernel(
        image: String, selector: String, packageVersion: String? = nil
    ) throws(KernelLabError) -> Kernel {
        let release = try KernelImage(try Files.read(image), path: image).release
        let folder = parent(image)
        let tree = buildTree(of: image)
        let places = [
            "\(folder)/modules", "\(folder)/lib/modules/\(release)",
            "\(parent(folder))/lib/modules/\(release)",
            "\(parent(folder))/usr/lib/modules/\(release)",
            // /usr/lib/modules/RELEASE/vmlinuz
            "\(folder)/kernel",
        ]
        var modules: [String: String] = [:]
        if let place = tree ?? places.first(where: Files.isFolder) {
            for path in Files.all(below: place) {
                if let name = KernelModule.name(ofFile: path) { modules[name] = path }
            }
        }
        return Kernel(
            selector: selector, image: image, release: release, packageVersion: packageVersion,
            modules: modules, configuration: configuration(beside: tree ?? folder, release))
    }

    /// The tree in which an image was built, where it lies in one; its modules lie all over it.
    private static func buildTree(of image: String) -> String? {
        for ending in ["/arch/x86/boot/bzImage", "/arch/x86_64/boot/bzImage"]
        where image.hasSuffix(ending) && Files.exists(image.dropLast(ending.count) + "/.config") {
            return String(image.dropLast(ending.count))
        }
        return nil
    }

    /// The path of the image in a folder: the only file that a machine boots.
    static func image(in folder: String) throws(KernelLabError) -> String {
        let built = "\(folder)/arch/x86/boot/bzImage"
        if Files.exists(built), buildTree(of: built) != nil { return built }
        let named = Files.all(below: folder).filter { path in
            let name = path.split(separator: "/").last ?? ""
            return name.hasPrefix("vmlinuz") || name == "bzImage"
        }
        var images: [String] = []
        var refusal: KernelLabError?
        for path in named {
            do {
                _ = try KernelImage(try Files.read(path), path: path)
                images.append(path)
            } catch {
                refusal = refusal ?? error
            }
        }
        if let image = images.first, images.count == 1 { return image }
        if images.isEmpty, let refusal { throw refusal }
        throw .file(
            folder,
            reason: images.isEmpty
                ? "holds no kernel image (vmlinuz or bzImage)"
                : "holds several kernels; name one: \(images.joined(separator: ", "))")
    }

    private static func configuration(
        beside folder: String, _ release: String
    ) -> KernelConfiguration? {
        for name in ["config", "config-\(release)", ".config"] {
            guard let bytes = try? Files.read("\(folder)/\(name)") else { continue }
            return KernelConfiguration(text: String(decoding: bytes, as: UTF8.self))
        }
        return nil
    }

    static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

extension Kernel {
    /// The SHA-256 of the image.
    public func sha256() async throws -> String { try await Program.sha256([image])[0] }
}
