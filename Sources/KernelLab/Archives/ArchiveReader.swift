internal import CArchive

/// Reads archives of any kind that libarchive knows: deb (ar), tar, cpio, rpm, compressed or not.
///
/// The corresponding C functions are `archive_read_open_filename`, `archive_read_next_header` and
/// `archive_read_data`.
final class ArchiveReader {
    private let archive: OpaquePointer
    private let name: String
    private let blockBytes = 1 << 18

    /// Opens an archive file.
    init(path: String) throws(KernelLabError) {
        (archive, name) = (try Self.make(path), path)
        archive_read_support_format_all(archive)
        try check(archive_read_open_filename(archive, path, blockBytes))
    }

    /// Opens an archive that lies in memory, which must stay as long as the reader.
    init(bytes: UnsafeRawBufferPointer, name: String) throws(KernelLabError) {
        (archive, self.name) = (try Self.make(name), name)
        archive_read_support_format_all(archive)
        try check(archive_read_open_memory(archive, bytes.baseAddress, bytes.count))
    }

    /// Opens a file that is compressed, and no archive: its only entry is its content. One that is
    /// not compressed is read as it is.
    init(compressed path: String) throws(KernelLabError) {
        (archive, name) = (try Self.make(path), path)
        archive_read_support_format_raw(archive)
        archive_read_support_format_empty(archive)
        try check(archive_read_open_filename(archive, path, blockBytes))
    }

    deinit { archive_read_free(archive) }

    private static func make(_ name: String) throws(KernelLabError) -> OpaquePointer {
        guard let archive = archive_read_new() else {
            throw .badPackage(name, reason: "out of memory")
        }
        archive_read_support_filter_all(archive)
        return archive
    }

    /// The path of the next entry, without a leading `./` or `/`; nil at the end. Entries other
    /// than plain files are passed over.
    func nextFile() throws(KernelLabError) -> String? {
        while true {
            var entry: OpaquePointer?
            let result = archive_read_next_header(archive, &entry)
            if result == ARCHIVE_EOF { return nil }
            try check(result)
            guard let entry, archive_entry_filetype(entry) == 0o100000,
                archive_entry_hardlink(entry) == nil,
                let path = archive_entry_pathname(entry)
            else { continue }
            var text = String(cString: path)[...]
            while text.hasPrefix("./") { text = text.dropFirst(2) }
            while text.hasPrefix("/") { text = text.dropFirst() }
            return String(text)
        }
    }

    /// The content of the entry that came last, at most `limit` bytes.
    func read(limit: Int) throws(KernelLabError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: blockBytes)
        while true {
            let count = archive_read_data(archive, &chunk, chunk.count)
            if count == 0 { return bytes }
            try check(CInt(truncatingIfNeeded: min(count, 0)))
            guard bytes.count + count <= limit else {
                throw .badPackage(name, reason: "holds a file of more than \(limit) bytes")
            }
            bytes += chunk[..<count]
        }
    }

    private func check(_ result: CInt) throws(KernelLabError) {
        guard result < ARCHIVE_WARN else { return }
        let text = archive_error_string(archive).map { String(cString: $0) } ?? "unreadable"
        throw .badPackage(name, reason: "is truncated, damaged or no package (\(text))")
    }
}
