public import Evidence
internal import CPcap
internal import Glibc
internal import LinuxNet

/// The machine on which trials are performed.
public enum Host {
    /// Moves the process into namespaces of its own. To be called before anything starts a thread.
    ///
    /// - Returns: how that was done, as a greeting says it.
    /// - Throws: why it can't be done, and what to do about it, in one line.
    public static func isolate() throws -> String {
        switch try Isolation.enterPrivate() {
        case .privileged: "root"
        case .userNamespace: "user namespace"
        }
    }

    /// Whether the kernel is the trials' alone, as in a guest: this process is the first, as the
    /// mounted /proc counts, and the second is the kernel's own thread.
    private static var ownsKernel: Bool {
        guard getpid() == 1, let link = try? ProcFile(path: "/proc/1/comm").readText(),
            let own = try? ProcFile(path: "/proc/self/comm").readText(), own == link
        else { return false }
        return (try? ProcFile(path: "/proc/2/comm").readText()) == "kthreadd\n"
    }

    /// Writes a sysctl of the kernel's first network namespace, which is where what is global to a
    /// kernel shows. Its threads are in it, and this process is not.
    static func writeGlobal(_ key: String, _ value: String) throws {
        guard ownsKernel else {
            throw LaneError.notApplicable(
                "\(key) is global to the kernel: it is asked in guests only (--kernel)")
        }
        try NetworkNamespace(ofProcess: 2).run { try Sysctl.write(key, value) }
    }

    /// The running kernel and the libraries, as the performer says first.
    public static func greeting(privilege: String) throws -> Greeting {
        let name = try SystemName.current()
        let configuration = configuration(name.release)
        return Greeting(
            kernel: KernelIdentity(
                selector: "host", release: name.release, version: name.version,
                machine: name.machine, hz: try MonotonicClock.jiffiesPerSecond(),
                configuredHZ: configuration?.hz, configuration: configuration),
            privilege: privilege, captureLibrary: String(cString: pcap_lib_version()))
    }

    /// What the kernel was built with, where that lies beside its image.
    private static func configuration(_ release: String) -> KernelConfiguration? {
        let file = try? ProcFile(path: "/boot/config-\(release)")
        guard let text = try? file?.readText() else { return nil }
        return KernelConfiguration(text: text)
    }

    /// How many processors the kernel runs on.
    ///
    /// The corresponding C function is `sysconf(_SC_NPROCESSORS_ONLN)`.
    static let onlineProcessors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// The machines whose kernels were tried; others are refused by name.
    public static let supportedMachines = ["x86_64"]
}
