internal import CArchive

/// An initramfs in the making: the `newc` format that the kernel unpacks
/// (Documentation/driver-api/early-userspace/buffer-format.rst).
///
/// Equal content makes equal bytes: no times, no owners, inode numbers in the order of adding.
///
/// The corresponding C functions are `archive_write_header` and `archive_write_data`.
final class CpioArchive {
    private let archive: OpaquePointer
    private let path: String
    private var inode: Int64 = 0

    /// Begins a file.
    init(path: String) throws(KernelLabError) {
        guard let archive = archive_write_new() else { throw .file(path, reason: "out of memory") }
        self.archive = archive
        self.path = path
        archive_write_set_format_cpio_newc(archive)
        archive_write_set_bytes_per_block(archive, 1 << 16)
        archive_write_set_bytes_in_last_block(archive, 1)
        try check(archive_write_open_filename(archive, path))
    }

    deinit { archive_write_free(archive) }

    /// Adds a folder.
    func addFolder(_ name: String) throws(KernelLabError) {
        try add(name, mode: 0o040755, [])
    }

    /// Adds a file that may be executed.
    func addFile(_ name: String, _ content: [UInt8]) throws(KernelLabError) {
        try add(name, mode: 0o100755, content)
    }

    /// Adds a character device.
    func addDevice(
        _ name: String, major: UInt, minor: UInt
    ) throws(KernelLabError) {
        try add(name, mode: 0o020600, [], device: (major, minor))
    }

    /// Writes the trailer; the file is whole.
    func finish() throws(KernelLabError) {
        try check(archive_write_close(archive))
    }

    private func add(
        _ name: String, mode: UInt32, _ content: [UInt8], device: (UInt, UInt)? = nil
    ) throws(KernelLabError) {
        guard let entry = archive_entry_new() else { throw .file(path, reason: "out of memory") }
        defer { archive_entry_free(entry) }
        inode += 1
        archive_entry_set_pathname(entry, name)
        archive_entry_set_mode(entry, mode)
        archive_entry_set_ino64(entry, inode)
        archive_entry_set_nlink(entry, 1)
        archive_entry_set_mtime(entry, 0, 0)
        archive_entry_set_size(entry, Int64(content.count))
        if let device {
            archive_entry_set_rdevmajor(entry, device.0)
            archive_entry_set_rdevminor(entry, device.1)
        }
        try check(archive_write_header(archive, entry))
        guard !content.isEmpty else { return }
        let written = archive_write_data(archive, content, content.count)
        guard written == content.count else {
            throw .file(path, reason: "cannot be written")
        }
    }

    private func check(_ result: CInt) throws(KernelLabError) {
        guard result < ARCHIVE_WARN else { return }
        let text = archive_error_string(archive).map { String(cString: $0) } ?? "no reason given"
        throw .file(path, reason: "cannot be written: \(text)")
    }
}
