/// A kernel module, as far as its own file tells.
struct KernelModule {
    /// The modules that it needs, as its `.modinfo` says (`depends=`, written by modpost).
    let dependencies: [String]

    /// Nil if the bytes are no module.
    init?(_ bytes: [UInt8]) {
        guard let information = ELFFile(bytes)?.section(".modinfo") else { return nil }
        let entries = information.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        let depends = entries.first { $0.hasPrefix("depends=") }?.dropFirst("depends=".count)
        dependencies = (depends ?? "").split(separator: ",").map { Self.canonical(String($0)) }
    }

    /// The endings of module files.
    private static let endings = [".ko", ".ko.xz", ".ko.zst", ".ko.gz"]

    /// The name of the module in a file of this path: `-` and `_` are the same to the kernel. Nil
    /// if it is none.
    static func name(ofFile path: String) -> String? {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        guard let ending = endings.first(where: { file.hasSuffix($0) }) else { return nil }
        return canonical(String(file.dropLast(ending.count)))
    }

    private static func canonical(_ name: String) -> String {
        String(name.map { $0 == "-" ? "_" : $0 })
    }
}
