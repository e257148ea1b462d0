import Foundation
import Glibc
import Synchronization

/// Tells when files in a folder grow: what a guest prints and reports.
///
/// A thread of its own waits on the folder's inotify descriptor, so that nothing looks at files
/// that nobody wrote to.
final class FolderWatch: Sendable {
    /// What there is to tell.
    enum News: Sendable {
        /// Something was written.
        case change
        /// For as long as patience lasted nothing was.
        case silence
    }

    /// A guest's ports write byte by byte. Who was told of one waits this long before being told
    /// of more, or would look at each.
    private static let pauseMilliseconds: Int32 = 40

    /// Long enough for the pipe to be read empty.
    private static let pipePause: Int32 = 2

    /// What happens in the folder; ends with `finish`.
    let news: AsyncStream<News>
    private let notices: Int32
    /// A pipe that is listened to as well; -1 for none. Nobody tells of what is written to one.
    private let pipe: Int32
    private let patience: Mutex<Duration>
    private let end: (reading: Int32, writing: Int32)

    /// Watches a folder from now on, and a pipe that whoever hears the news reads empty.
    init(_ folder: String, pipe: Int32 = -1, patience: Duration) throws(KernelLabError) {
        self.pipe = pipe
        notices = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard notices >= 0 else {
            throw .file(folder, reason: "cannot be watched: \(Files.reason(errno))")
        }
        var pair: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard
            inotify_add_watch(notices, folder, UInt32(IN_MODIFY)) >= 0,
            socketpair(AF_UNIX, kind, 0, &pair) == 0
        else {
            let code = errno
            close(notices)
            throw .file(folder, reason: "cannot be watched: \(Files.reason(code))")
        }
        end = (pair[0], pair[1])
        let (stream, continuation) = AsyncStream.makeStream(
            of: News.self, bufferingPolicy: .bufferingNewest(1))
        news = stream
        self.patience = Mutex(patience)
        Thread.detachNewThread {
            self.listen { continuation.yield($0) }
            continuation.finish()
        }
    }

    deinit {
        close(notices)
        close(end.reading)
        close(end.writing)
    }

    /// Ends the news. Again and again does no harm.
    func finish() { _ = write(end.writing, [0], 1) }

    /// From the next news on silence is told of after so long.
    func set(patience: Duration) { self.patience.withLock { $0 = patience } }

    private func listen(_ tell: (News) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var waited = [
                pollfd(fd: notices, events: Int16(POLLIN), revents: 0),
                pollfd(fd: end.reading, events: Int16(POLLIN), revents: 0),
                pollfd(fd: pipe, events: Int16(POLLIN), revents: 0),
            ]
            let patience = patience.withLock { $0 }
            let count = poll(&waited, 3, Int32(clamping: Int(patience / .milliseconds(1))))
            if count < 0 && errno == EINTR { continue }
            if count < 0 || waited[1].revents != 0 { return }
            if count == 0 {
                tell(.silence)
                continue
            }
            while read(notices, &buffer, buffer.count) > 0 {}
            tell(.change)
            var stop = [pollfd(fd: end.reading, events: Int16(POLLIN), revents: 0)]
            let pause = waited[2].revents == 0 ? Self.pauseMilliseconds : Self.pipePause
            if poll(&stop, 1, pause) > 0 { return }
        }
    }
}
