internal import CLinux
internal import SystemPackage

/// Kernel parameters below /proc/sys.
///
/// Who may write those of a namespace: whoever is root of the user namespace that owns it. On 6.18
/// such a root without any privilege outside could write every `net.ipv4.tcp_*` that a new
/// namespace shows but `tcp_allowed_congestion_control` and the read-only
/// `tcp_available_congestion_control` and `tcp_ehash_entries`, also `ip_nonlocal_bind`,
/// `net.ipv4.conf.*` and `net.ipv6.conf.*`; `tcp_mem`, `tcp_max_orphans` and `tcp_low_latency`
/// don't show, and `net.core.rmem_max` is read-only.
///
/// A new namespace doesn't begin with the kernel's defaults in all things: it inherits its default
/// `tcp_congestion_control` from the first namespace, and `net.ipv4.conf` if told so. Write what
/// matters.
///
/// Keys that begin with `net.` are those of the *calling thread's* network namespace, so call these
/// functions through ``NetworkNamespace/run(_:)``.
public enum Sysctl {
    /// Reads a parameter: `net.ipv4.tcp_retries2`. An interface's name that contains dots wants the
    /// other spelling, `net/ipv4/conf/eth0.7/forwarding`.
    ///
    /// - Returns: the value without its final newline, or nil if this kernel has no such parameter,
    ///   or not for this namespace (many `net.ipv4.tcp_*` were global before 4.5 to 4.15, and show
    ///   in the first one only).
    /// - Throws: EACCES if it may not be read, EINVAL for a key that leaves /proc/sys.
    public static func read(_ key: String) throws(LinuxError) -> String? {
        do throws(LinuxError) {
            return value(in: try SmallFile.read(path(of: key)))
        } catch let error where error.errno == .noSuchFileOrDirectory {
            return nil
        }
    }

    /// Reads several parameters, by their keys; what this kernel lacks, or has not for this
    /// namespace, is absent.
    ///
    /// Each folder is looked up once: among many namespaces the kernel finds `net/ipv4` of one by
    /// looking at those of all (fs/proc/proc_sysctl.c, `proc_sys_compare`).
    /// - Throws: as `read` of one.
    public static func read(_ keys: [String]) throws(LinuxError) -> [String: String] {
        var values: [String: String] = [:]
        var folders: [String: Descriptor] = [:]
        for key in keys {
            let path = try path(of: key)
            let bytes = path.utf8
            guard let last = bytes.lastIndex(of: UInt8(ascii: "/")) else { continue }
            let (folder, name) = (String(path[..<last]), String(path[bytes.index(after: last)...]))
            do throws(LinuxError) {
                let opened: Descriptor
                if let known = folders[folder] {
                    opened = known
                } else {
                    opened = try SmallFile.open(folder)
                    folders[folder] = opened
                }
                values[key] = value(in: try SmallFile.read(name, in: opened, at: path))
            } catch let error where error.errno == .noSuchFileOrDirectory {
                continue
            }
        }
        return values
    }

    /// Writes a parameter of the calling thread's namespace.
    ///
    /// - Throws: ``SysctlError``, which tells a missing parameter from a forbidden or rejected
    ///   value.
    public static func write(_ key: String, _ value: String) throws(SysctlError) {
        do throws(LinuxError) {
            try SmallFile.write(value, to: path(of: key))
        } catch {
            if error.errno == .noSuchFileOrDirectory { throw .missing(key: key) }
            throw .failed(key: key, value: value, error)
        }
    }

    /// What a file says, without its final newline.
    private static func value(in text: String) -> String {
        text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    static func path(of key: String) throws(LinuxError) -> String {
        let slash = UInt8(ascii: "/")
        let dot = UInt8(ascii: ".")
        let key8 = Array(key.utf8)
        let separator = key8.contains(slash) ? slash : dot
        let parts = key8.split(separator: separator, omittingEmptySubsequences: false)
        let bad = parts.contains {
            $0.isEmpty || $0.elementsEqual([dot]) || $0.elementsEqual([dot, dot]) || $0.contains(0)
        }
        guard !bad else {
            throw LinuxError(operation: "sysctl \"\(key)\"", errno: .invalidArgument)
        }
        let path = Array(parts.joined(separator: [slash]))
        return "/proc/sys/" + String(decoding: path, as: UTF8.self)
    }
}

/// Why a kernel parameter could not be written.
public enum SysctlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// This kernel has no such parameter, or not for each namespace.
    case missing(key: String)
    /// It is there, but the kernel refused: EACCES or EPERM for lack of rights, EINVAL for the
    /// value.
    case failed(key: String, value: String, LinuxError)

    /// What was refused, in one line.
    public var description: String {
        switch self {
        case .missing(let key): "sysctl \(key): this kernel has it not, or not for each namespace"
        case .failed(let key, let value, let error): "sysctl \(key)=\(value): \(error)"
        }
    }
}
