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

    /// An identity.
    public init(
        selector: String, release: String, version: String, machine: String, hz: Int,
        configuredHZ: Int? = nil
    ) {
        self.selector = selector
        self.release = release
        self.version = version
        self.machine = machine
        self.hz = hz
        self.configuredHZ = configuredHZ
    }
}
