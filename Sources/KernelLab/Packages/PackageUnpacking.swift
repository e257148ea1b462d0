/// Takes the kernel out of packages: the image, its configuration, and the modules of the network
/// and of what those need.
enum PackageUnpacking {
    /// Unpacks packages that make one kernel into a folder, laid out as `KernelFiles` reads it.
    static func unpack(_ packages: [String], into folder: String) throws(KernelLabError) {
        try Files.makeFolders("\(folder)/modules")
        var images = 0
        for package in packages { images += try unpack(package, into: folder) }
        guard images == 1 else {
            let names = packages.joined(separator: ", ")
            throw .badPackage(
                names,
                reason: images == 0 ? "holds no kernel image" : "holds \(images) kernel images")
        }
    }

    private static func unpack(_ package: String, into folder: String) throws(KernelLabError) -> Int
    {
        guard package.hasSuffix(".deb") else {
            // An rpm is a cpio archive behind a header that libarchive takes for a filter.
            let reader = try ArchiveReader(path: package)
            return try unpack(reader, into: folder)
        }
        let outer = try ArchiveReader(path: package)
        while let name = try outer.nextFile() {
            guard name.hasPrefix("data.tar") else { continue }
            let content = try outer.read(limit: Files.limit)
            return try withBytes(content) { bytes throws(KernelLabError) in
                try unpack(try ArchiveReader(bytes: bytes, name: package), into: folder)
            }
        }
        throw .badPackage(package, reason: "is no Debian package: it holds no data.tar")
    }

    private static func withBytes<Result>(
        _ content: [UInt8],
        _ body: (UnsafeRawBufferPointer) throws(KernelLabError) -> Result
    ) throws(KernelLabError) -> Result {
        let outcome = content.withUnsafeBytes { bytes -> Swift.Result<Result, KernelLabError> in
            do throws(KernelLabError) {
                return .success(try body(bytes))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private static func unpack(
        _ reader: ArchiveReader, into folder: String
    ) throws(KernelLabError) -> Int {
        var images = 0
        while let path = try reader.nextFile() {
            guard let place = place(of: path) else { continue }
            if place == "vmlinuz" { images += 1 }
            try Files.write(try reader.read(limit: Files.limit), to: "\(folder)/\(place)")
        }
        return images
    }

    /// Where a package's file goes; nil if nobody needs it.
    ///
    /// Debian up to 6.18 and RHEL 7: `boot/vmlinuz-X`; RHEL 8, Fedora and Debian since 7.2:
    /// `lib/modules/X/vmlinuz`; the configuration stands beside it.
    private static func place(of path: String) -> String? {
        let parts = path.split(separator: "/").map(String.init)
        guard let file = parts.last else { return nil }
        if file == "vmlinuz" || file.hasPrefix("vmlinuz-") { return "vmlinuz" }
        let isBoot = parts.first == "boot" || parts.contains("modules")
        if isBoot, file == "config" || file.hasPrefix("config-") { return "config" }
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
