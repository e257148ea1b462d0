/// Which kernel was asked.
public struct KernelIdentity: Codable, Sendable, Hashable {
    /// The selector by which it was chosen, such as `host`.
    public var selector: String
    /// `uname -r`.
    public var release: String
    /// `uname -v`.
    public var version: String
    /// `uname -m`.
    public var machine: String
    /// The tick rate measured: 1/clock_getres(CLOCK_MONOTONIC_COARSE).
    public var hz: Int
    /// CONFIG_HZ, where the kernel's configuration can be read.
    public var configuredHZ: Int?
    /// What else of the configuration matters, where it can be read.
    public var configuration: KernelConfiguration?
    /// What was booted, where it was a guest.
    public var guest: GuestIdentity?

    /// An identity.
    public init(
        selector: String, release: String, version: String, machine: String, hz: Int,
        configuredHZ: Int? = nil, configuration: KernelConfiguration? = nil,
        guest: GuestIdentity? = nil
    ) {
        self.selector = selector
        self.release = release
        self.version = version
        self.machine = machine
        self.hz = hz
        self.configuredHZ = configuredHZ
        self.configuration = configuration
        self.guest = guest
    }
}

/// What a guest is made of: two guests of which this is the same behave the same, to the
/// nanosecond.
public struct GuestIdentity: Codable, Sendable, Hashable {
    /// The SHA-256 of the kernel's image.
    public var kernelSHA256: String
    /// The SHA-256 of the initramfs without the plan.
    public var initramfsSHA256: String
    /// The version of the package in which the kernel came.
    public var packageVersion: String?
    /// The emulator and its version.
    public var emulator: String
    /// How it was called, with files by bare names.
    public var commandLine: [String]

    /// An identity of a guest.
    public init(
        kernelSHA256: String, initramfsSHA256: String, packageVersion: String?, emulator: String,
        commandLine: [String]
    ) {
        self.kernelSHA256 = kernelSHA256
        self.initramfsSHA256 = initramfsSHA256
        self.packageVersion = packageVersion
        self.emulator = emulator
        self.commandLine = commandLine
    }
}
