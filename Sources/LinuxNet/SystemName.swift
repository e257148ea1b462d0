internal import Glibc
internal import SystemPackage

/// What the kernel calls itself. For print only: behaviour is judged by behaviour.
///
/// The corresponding C function is `uname`.
public struct SystemName: Hashable, Sendable {
    /// "Linux".
    public let system: String
    /// The release, "6.1.0-49-amd64".
    public let release: String
    /// The build, "#1 SMP PREEMPT_DYNAMIC Debian 6.1.174-1 (…)".
    public let version: String
    /// The architecture, "x86_64".
    public let machine: String

    /// Asks the running kernel.
    public static func current() throws(LinuxError) -> SystemName {
        var name = utsname()
        try check(uname(&name), "uname")
        return SystemName(
            system: text(of: name.sysname), release: text(of: name.release),
            version: text(of: name.version), machine: text(of: name.machine))
    }

    private static func text<Field>(of field: Field) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
