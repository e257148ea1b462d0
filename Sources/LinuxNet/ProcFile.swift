internal import CLinux
internal import SystemPackage

/// A file of /proc that is kept open and read again and again from its beginning.
///
/// Files below `/proc/…/net` belong to the network namespace of the thread that *opened* them, so
/// an open one can be read from any thread, and costs neither a path walk nor a thread. It keeps
/// the namespace alive until it's closed.
public final class ProcFile: Sendable {
    /// The path, for messages.
    public let path: String

    private let descriptor: Descriptor

    /// Opens the file.
    /// - Throws: ENOENT if this kernel has no such file.
    public init(path: String) throws(LinuxError) {
        self.path = path
        descriptor = Descriptor(owning: try check(clinux_open_read(path), "open \(path)"))
    }

    /// Opens a file of the calling thread's network namespace: `snmp`, `netstat`, `tcp`, …
    ///
    /// Uses `/proc/self/task/TID/net`: `/proc/self/net` is the *main* thread's, and
    /// `/proc/thread-self` came with 3.17.
    public convenience init(net name: String) throws(LinuxError) {
        try self.init(path: "/proc/self/task/\(clinux_gettid())/net/\(name)")
    }

    /// Reads the whole file anew, as bytes.
    ///
    /// The corresponding C function is `pread`.
    public func readBytes() throws(LinuxError) -> [UInt8] {
        try SmallFile.readAll(descriptor, path: path)
    }

    /// Reads the whole file anew. Bytes that aren't UTF-8 are replaced.
    public func readText() throws(LinuxError) -> String {
        String(decoding: try readBytes(), as: UTF8.self)
    }

    /// Reads at most `buffer.count` bytes from the beginning, in one call and without allocating.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(LinuxError) -> Int {
        let count = descriptor.withRawValue {
            clinux_pread($0, buffer.baseAddress, buffer.count, 0)
        }
        return try check(count, "pread \(path)")
    }

    /// Closes the file, and with it the hold on its namespace.
    public func close() throws(LinuxError) { try descriptor.close() }
}

/// Small files of /proc and /sys, read and written whole.
enum SmallFile {
    static func read(_ path: String) throws(LinuxError) -> String {
        String(decoding: try readAll(open(path), path: path), as: UTF8.self)
    }

    /// Opens a file or a folder for reading.
    static func open(_ path: String) throws(LinuxError) -> Descriptor {
        Descriptor(owning: try check(clinux_open_read(path), "open \(path)"))
    }

    /// Reads a file of a folder that is open; the path is for errors.
    static func read(
        _ name: String, in folder: Descriptor, at path: String
    ) throws(LinuxError) -> String {
        let number = folder.withRawValue { clinux_open_read_in($0, name) }
        let file = Descriptor(owning: try check(number, "open \(path)"))
        return String(decoding: try readAll(file, path: path, piece: 256), as: UTF8.self)
    }

    /// Writes in one call, as files of /proc/sys and the maps of user namespaces demand.
    static func write(_ text: String, to path: String) throws(LinuxError) {
        let file = Descriptor(owning: try check(clinux_open_write(path), "open \(path) to write"))
        let bytes = Array(text.utf8)
        let count = file.withRawValue { clinux_write($0, bytes, bytes.count) }
        try check(count, "write \"\(text)\" to \(path)")
    }

    static func exists(_ path: String) -> Bool {
        let number = clinux_open_read(path)
        if number >= 0 { _ = clinux_close(number) }
        return number >= 0
    }

    static func readAll(
        _ file: Descriptor, path: String, piece: Int = 8192
    ) throws(LinuxError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: piece)
        while true {
            let count = file.withRawValue {
                clinux_pread($0, &chunk, chunk.count, off_t(bytes.count))
            }
            if try check(count, "read \(path)") == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
