internal import CLinux
internal import Glibc
internal import SystemPackage

/// How a process got namespaces of its own.
public enum Isolation: String, Hashable, Sendable {
    /// It had CAP_SYS_ADMIN and kept its user namespace.
    case privileged

    /// It is root of a new user namespace, and an ordinary user outside.
    case userNamespace

    /// Moves the process into a network and a mount namespace of its own, and into a user namespace
    /// if it needs one for that. Nothing it then does to networks or mounts shows outside.
    ///
    /// Call it before anything starts a thread: the kernel refuses `CLONE_NEWUSER` to processes
    /// that have some, and the other flags would move the calling thread only.
    ///
    /// With CAP_SYS_ADMIN the user namespace stays as it is, so that global sysctls, priorities and
    /// limits remain within reach. Otherwise user and group 0 of the new user namespace are the
    /// caller's own; supplementary groups stay, `setgroups` is denied (user_namespaces(7)).
    ///
    /// The corresponding C function is `unshare`.
    /// - Returns: how it was done.
    /// - Throws: why it can't be done here, and what to do about it.
    public static func enterPrivate() throws(IsolationError) -> Isolation {
        if let threads = ThreadCount.ofProcess(), threads > 1 {
            throw IsolationError(.threadsExist(count: threads), causedBy: nil)
        }
        let spaces = CLINUX_CLONE_NEWNET | CLINUX_CLONE_NEWNS
        do throws(LinuxError) {
            do throws(LinuxError) {
                try check(clinux_unshare(spaces), "unshare CLONE_NEWNET|CLONE_NEWNS")
                try makeMountsPrivate()
                return .privileged
            } catch let error where error.errno == .notPermitted {
                try enterUserNamespace(with: spaces)
                try makeMountsPrivate()
                return .userNamespace
            }
        } catch {
            throw IsolationError.diagnose(error)
        }
    }

    /// Makes the process the first of a process-id namespace, with a /proc and a /run of its own:
    /// whatever it starts ends with it, by the kernel's hand, and the files in /run with it too.
    ///
    /// Call it after ``enterPrivate()`` and before anything starts a thread. It returns in a child;
    /// the process that called it only waits, and ends as the child ends.
    ///
    /// The corresponding C functions are `unshare` with `CLONE_NEWPID`, `fork` and `mount`.
    public static func becomeInit() throws(IsolationError) {
        do throws(LinuxError) {
            try check(clinux_become_init(), "make a process-id namespace")
            try check(clinux_mount_over("proc", "/proc"), "mount proc on /proc")
            try check(clinux_mount_over("tmpfs", "/run"), "mount tmpfs on /run")
        } catch {
            throw IsolationError.diagnose(error)
        }
    }

    private static func enterUserNamespace(with spaces: CInt) throws(LinuxError) {
        let user = getuid()
        let group = getgid()
        let flags = CLINUX_CLONE_NEWUSER | spaces
        try check(clinux_unshare(flags), "unshare CLONE_NEWUSER|CLONE_NEWNET|CLONE_NEWNS")
        do throws(LinuxError) {
            try SmallFile.write("deny", to: "/proc/self/setgroups")
        } catch let error where error.errno == .noSuchFileOrDirectory {
            // Before 3.19 there was no such file, and no need to write it.
        }
        try SmallFile.write("0 \(user) 1", to: "/proc/self/uid_map")
        try SmallFile.write("0 \(group) 1", to: "/proc/self/gid_map")
    }

    private static func makeMountsPrivate() throws(LinuxError) {
        do throws(LinuxError) {
            try check(clinux_make_mounts_private(), "make the mounts private")
        } catch let error where error.errno == .invalidArgument {
            // An initramfs in a chroot: "/" isn't a mount point, and there is nobody to share with.
        }
    }
}

/// Why a process can have no namespaces of its own, and what would help.
public struct IsolationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What stands in the way.
    public enum Reason: Hashable, Sendable {
        /// The process has threads already.
        case threadsExist(count: Int)
        /// `user.max_user_namespaces` or `user.max_net_namespaces` is 0 or used up.
        case limitReached(sysctl: String)
        /// A sysctl of the distribution forbids user namespaces to ordinary users.
        case forbidden(sysctl: String)
        /// AppArmor takes the capabilities away in new user namespaces (Ubuntu 23.10 and later).
        case restrictedByAppArmor
        /// The kernel was built without namespaces of this kind.
        case notBuilt(option: String)
        /// The kernel says no, and no known setting explains it: a container's seccomp filter, a
        /// chroot.
        case refused
        /// Something else failed.
        case failed
    }

    /// What stands in the way.
    public let reason: Reason

    /// The call that failed, if one was made.
    public let cause: LinuxError?

    init(_ reason: Reason, causedBy cause: LinuxError?) {
        self.reason = reason
        self.cause = cause
    }

    /// What is wrong and what to do, in one line.
    public var description: String {
        let cause = cause.map { " (\($0))" } ?? ""
        return "can't make namespaces: \(explanation)\(cause)"
    }

    private var explanation: String {
        switch reason {
        case .threadsExist(let count):
            "the process has \(count) threads already; enter namespaces before starting any"
        case .limitReached(let sysctl):
            "the limit \(sysctl) is 0 or used up; raise it: sysctl -w \(sysctl)=10000"
        case .forbidden(let sysctl):
            "ordinary users may make no user namespaces; run as root, or: sysctl -w \(sysctl)=1"
        case .restrictedByAppArmor:
            "AppArmor restricts user namespaces; run as root, or: "
                + "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        case .notBuilt(let option):
            "this kernel was built without \(option)"
        case .refused:
            "not permitted; run as root (in a container: with CAP_SYS_ADMIN and seccomp=unconfined)"
        case .failed:
            "a system call failed"
        }
    }

    /// Finds the setting that explains a failure of `unshare` or of writing the maps.
    ///
    /// AppArmor lets `unshare` succeed and denies what follows, so the setting decides, not the
    /// call.
    static func diagnose(
        _ error: LinuxError, sysctl: (String) -> String? = { try? Sysctl.read($0) },
        fileExists: (String) -> Bool = SmallFile.exists
    ) -> IsolationError {
        func reason() -> Reason {
            switch error.errno {
            case .noSpace, .tooManyUsers:
                let keys = ["user.max_user_namespaces", "user.max_net_namespaces"]
                return .limitReached(sysctl: keys.first { sysctl($0) == "0" } ?? keys[0])
            case .notPermitted, .permissionDenied:
                let clone = "kernel.unprivileged_userns_clone"
                if sysctl(clone) == "0" { return .forbidden(sysctl: clone) }
                let appArmor = "kernel.apparmor_restrict_unprivileged_userns"
                return sysctl(appArmor) == "1" ? .restrictedByAppArmor : .refused
            case .invalidArgument:
                if !fileExists("/proc/self/ns/net") { return .notBuilt(option: "CONFIG_NET_NS") }
                if !fileExists("/proc/self/ns/user") { return .notBuilt(option: "CONFIG_USER_NS") }
                return .failed
            default:
                return .failed
            }
        }
        return IsolationError(reason(), causedBy: error)
    }
}

/// The number of threads of the process.
enum ThreadCount {
    /// From the line `Threads:` of /proc/self/status; nil without /proc.
    static func ofProcess() -> Int? {
        guard let status = try? SmallFile.read("/proc/self/status") else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("Threads:") }
        return line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }
    }
}
