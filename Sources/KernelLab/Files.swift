import Foundation

/// The few things that are done with files, each error with the file's name and one reason.
enum Files {
    /// Larger than any kernel, module or library.
    static let limit = 1 << 30

    static func read(_ path: String) throws(KernelLabError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path, reason: reason(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(path, reason: reason(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .file(path, reason: "is not a file") }
        // A file of /proc says that it is empty.
        let size = max(Int(status.st_size), 1 << 16)
        guard size <= limit else { throw .file(path, reason: "has \(size) bytes, too many") }
        var failure: Int32?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                let got = Foundation.read(descriptor, rest.baseAddress, rest.count)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                count += got
            }
        }
        if let failure { throw .file(path, reason: reason(failure)) }
        return bytes
    }

    static func write(_ bytes: [UInt8], to path: String) throws(KernelLabError) {
        do {
            try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw .file(path, reason: "cannot be written: \(error.localizedDescription)")
        }
    }

    static func makeFolders(_ path: String) throws(KernelLabError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .file(path, reason: "cannot be made: \(error.localizedDescription)")
        }
    }

    /// A folder of its own below another, for what is not whole yet.
    static func makeScratch(
        in folder: String, named name: String = "scratch"
    ) throws(KernelLabError) -> String {
        try makeFolders(folder)
        var template = Array("\(folder)/\(name).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .file(folder, reason: reason(errno)) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes what others began in a folder and never finished. Only for who has its lock.
    static func removeScratch(in folder: String, named name: String = "scratch") {
        for other in names(in: folder) where other.hasPrefix("\(name).") {
            remove("\(folder)/\(other)")
        }
    }

    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    /// Puts a folder that is whole in its place; one that somebody else put there first stays.
    static func install(_ scratch: String, as path: String) throws(KernelLabError) {
        guard rename(scratch, path) != 0 else { return }
        let code = errno
        guard isFolder(path) else { throw .file(path, reason: reason(code)) }
        remove(scratch)
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    /// The paths of all files below a folder, sorted.
    static func all(below folder: String) -> [String] {
        guard let names = FileManager.default.enumerator(atPath: folder) else { return [] }
        return names.compactMap { $0 as? String }.sorted().map { "\(folder)/\($0)" }
    }

    static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// A length for people.
    static func megabytes(_ bytes: Int) -> String { "\((bytes + 500_000) / 1_000_000) MB" }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension Files {
    static func size(_ path: String) throws(KernelLabError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .file(path, reason: reason(errno)) }
        return Int(status.st_size)
    }

    /// The size of a file and when it was last written, to the nanosecond.
    static func stamp(_ path: String) throws(KernelLabError) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .file(path, reason: reason(errno)) }
        return "\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
    }

    /// Waits until a file is on the disk.
    static func sync(_ path: String) throws(KernelLabError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path, reason: reason(errno)) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .file(path, reason: reason(errno)) }
    }

    /// Writes files one behind another.
    static func concatenate(_ paths: [String], to target: String) throws(KernelLabError) {
        guard let output = fopen(target, "w") else { throw .file(target, reason: reason(errno)) }
        var isWritten = true
        for path in paths {
            let bytes = try read(path)
            isWritten = isWritten && fwrite(bytes, 1, bytes.count, output) == bytes.count
        }
        guard fclose(output) == 0, isWritten else {
            throw .file(target, reason: "cannot be written")
        }
    }

    /// What a file has grown by since an offset; nothing if it is not there yet.
    static func growth(of path: String, since offset: Int) -> [UInt8] {
        piece(of: path, offset..<Int.max)
    }

    /// Bytes of a file; as far as it has them, and none where there is no such file.
    static func piece(of path: String, _ range: Range<Int>) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        guard fseek(file, range.lowerBound, SEEK_SET) == 0 else { return [] }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let wanted = min(chunk.count, range.count - bytes.count)
            let count = fread(&chunk, 1, wanted, file)
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
