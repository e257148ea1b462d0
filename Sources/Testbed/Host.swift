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

    /// The running kernel and the libraries, as the performer says first.
    public static func greeting(privilege: String) throws -> Greeting {
        let name = try SystemName.current()
        return Greeting(
            kernel: KernelIdentity(
                selector: "host", release: name.release, version: name.version,
                machine: name.machine, hz: try MonotonicClock.jiffiesPerSecond(),
                configuredHZ: configuredHZ(name.release)),
            privilege: privilege, captureLibrary: String(cString: pcap_lib_version()))
    }

    /// CONFIG_HZ, where the kernel's configuration lies beside its image.
    private static func configuredHZ(_ release: String) -> Int? {
        let file = try? ProcFile(path: "/boot/config-\(release)")
        let text = (try? file?.readText()) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("CONFIG_HZ=") }
        return line.flatMap { Int($0.dropFirst("CONFIG_HZ=".count)) }
    }

    /// How many processors the kernel runs on.
    ///
    /// The corresponding C function is `sysconf(_SC_NPROCESSORS_ONLN)`.
    static let onlineProcessors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// The machines whose kernels were tried; others are refused by name.
    public static let supportedMachines = ["x86_64"]
}
