internal import CLinux
public import SystemPackage

/// A system call that failed: what was attempted, on what, and the errno it reported.
///
/// The errno is kept apart from the text, since callers decide by it and reports quote it.
public struct LinuxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was attempted, in the words of the system call: "setsockopt TCP_USER_TIMEOUT on fd 7".
    public let operation: String

    /// The error number that the kernel returned.
    public let errno: Errno

    /// Creates an error from its parts.
    public init(operation: String, errno: Errno) {
        self.operation = operation
        self.errno = errno
    }

    /// One line: "connect to 192.0.2.1:80 on fd 7: ETIMEDOUT (Connection timed out)".
    public var description: String { "\(operation): \(errno.symbol) (\(errno))" }
}

extension Errno {
    /// The error's symbol as manuals write it, "ETIMEDOUT", or "errno 110" where libc can't name
    /// it.
    ///
    /// The corresponding C function is `strerrorname_np` (glibc 2.32 and later).
    public var symbol: String {
        guard let name = clinux_errno_name(rawValue) else { return "errno \(rawValue)" }
        return String(cString: name)
    }
}

/// Returns the value of a shim from CLinux, or throws the −errno that it returned instead.
@discardableResult
func check<Value: SignedInteger>(
    _ value: Value, _ operation: @autoclosure () -> String
) throws(LinuxError) -> Value {
    guard value < 0 else { return value }
    throw LinuxError(operation: operation(), errno: Errno(rawValue: CInt(-value)))
}
