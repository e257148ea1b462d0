internal import CLinux
internal import Synchronization
internal import SystemPackage

/// The owner of one file descriptor, which is closed exactly once: by `close()` or with its last
/// owner.
///
/// It is a class, since several threads of a trial share one socket (one blocked in a call, one
/// that samples). After `close()` the number is −1, so that a late call fails with EBADF rather
/// than reach an unrelated file that was given the same number. That guards the calls that begin
/// after `close()`; one already blocked in the kernel isn't woken by it: `shutdown` the socket
/// first.
public final class Descriptor: Sendable {
    private let number: Atomic<CInt>

    /// Takes ownership of an open descriptor. Nobody else may close it.
    public init(owning number: CInt) {
        self.number = Atomic(number)
    }

    /// Owns a second descriptor of an open file whose first one somebody else owns.
    init(borrowing number: CInt) throws(LinuxError) {
        let second = try check(clinux_duplicate(number), "duplicate fd \(number)")
        self.number = Atomic(second)
    }

    deinit {
        let last = number.exchange(-1, ordering: .relaxed)
        if last >= 0 { _ = clinux_close(last) }
    }

    /// The number, for calls that this module doesn't wrap, or −1 once closed.
    ///
    /// Keep the owner alive while using the number.
    public var rawValue: CInt { number.load(ordering: .relaxed) }

    /// Calls `body` with the number (−1 once closed) and keeps the descriptor open meanwhile,
    /// unless another thread closes it explicitly.
    public func withRawValue<Result>(_ body: (CInt) -> Result) -> Result {
        withExtendedLifetime(self) { body(rawValue) }
    }

    /// Closes the descriptor. Doing so again does nothing.
    ///
    /// The corresponding C function is `close`. Linux frees the number even if it reports an error.
    /// - Throws: the error that `close` reported, EINTR among them.
    public func close() throws(LinuxError) {
        let last = number.exchange(-1, ordering: .relaxed)
        guard last >= 0 else { return }
        try check(clinux_close(last), "close fd \(last)")
    }

    /// A second descriptor of the same open file, for an owner with a lifetime of its own.
    ///
    /// The corresponding C function is `fcntl` with `F_DUPFD_CLOEXEC`.
    public func duplicated() throws(LinuxError) -> Descriptor {
        try Descriptor(borrowing: rawValue)
    }
}

/// A pipe: what is written into one end is read from the other.
public struct Pipe: Sendable {
    /// The end to read from.
    public let output: Descriptor
    /// The end to write to.
    public let input: Descriptor

    /// Makes a pipe whose ends programs that are started later don't get.
    ///
    /// The corresponding C function is `pipe2` with `O_CLOEXEC`.
    public init() throws(LinuxError) {
        var ends: [CInt] = [-1, -1]
        try check(clinux_pipe(&ends), "make a pipe")
        output = Descriptor(owning: ends[0])
        input = Descriptor(owning: ends[1])
    }
}

/// Limits of the process.
public enum ResourceLimits {
    /// Raises the limit of open files towards `wanted`, and returns the limit that holds then.
    ///
    /// A trial holds about ten descriptors, so the usual limit of 1024 ends at a hundred of them.
    /// Root may raise the hard limit too; others get at most that.
    ///
    /// The corresponding C function is `setrlimit` with `RLIMIT_NOFILE`.
    @discardableResult
    public static func raiseOpenFiles(to wanted: Int) throws(LinuxError) -> Int {
        Int(try check(clinux_raise_open_files(UInt64(max(wanted, 0))), "setrlimit RLIMIT_NOFILE"))
    }
}
