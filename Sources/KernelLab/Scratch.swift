import Foundation

/// A folder of a process's own for what is not whole yet, or is needed only while it runs.
///
/// Whoever is killed cannot remove what it made: a guest's files are a hundred megabytes. So a
/// folder is locked (`flock`) as long as its process lives, and who makes one removes those beside
/// it that nobody holds any more.
public final class Scratch: Sendable {
    /// Where it is.
    public let path: String
    private let descriptor: Int32

    /// A folder that was made a moment ago may not be locked yet.
    private static let grace: TimeInterval = 60

    /// Makes one in the folder for temporary files.
    public convenience init() throws(KernelLabError) {
        try self.init(in: NSTemporaryDirectory(), named: "etimedout")
    }

    /// Makes one in a folder, which is made where it is missing.
    init(in folder: String, named name: String = "scratch") throws(KernelLabError) {
        Self.removeForsaken(in: folder, named: name)
        path = try Files.makeScratch(in: folder, named: name)
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw .file(path, reason: Files.reason(errno))
        }
    }

    deinit { close(descriptor) }

    /// Removes it with all that is in it; what was put in its place elsewhere stays.
    public func remove() { Files.remove(path) }

    /// Removes our folders whose processes are gone.
    private static func removeForsaken(in folder: String, named name: String) {
        let old = time(nil) - Int(grace)
        for other in Files.names(in: folder) where other.hasPrefix("\(name).") {
            let path = "\(folder)/\(other)"
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
                status.st_mtim.tv_sec < old, flock(descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            Files.remove(path)
        }
    }
}
