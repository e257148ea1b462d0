/// What a kernel was built with, as far as it bears on TCP's timers and on what can be asked.
public struct KernelConfiguration: Codable, Sendable, Hashable {
    /// The telling options, by their names without `CONFIG_`: `y`, `m`, `n` or a value. One that
    /// the configuration does not name is absent.
    public var options: [String: String]

    /// Reads a configuration as `make config` writes it.
    public init(text: String) {
        options = [:]
        for line in text.split(separator: "\n") {
            guard let (name, value) = Self.option(line), Self.telling.contains(name) else {
                continue
            }
            options[name] = value
        }
    }

    /// The tick rate.
    public var hz: Int? { options["HZ"].flatMap { Int($0) } }

    /// `CONFIG_HZ=250`, `# CONFIG_TLS is not set`.
    private static func option(_ line: Substring) -> (name: String, value: String)? {
        let (prefix, unset) = ("CONFIG_", " is not set")
        if line.hasPrefix("# " + prefix), line.hasSuffix(unset) {
            return (String(line.dropFirst(prefix.count + 2).dropLast(unset.count)), "n")
        }
        guard line.hasPrefix(prefix), let sign = line.firstIndex(of: "=") else { return nil }
        let value = line[line.index(after: sign)...].filter { $0 != "\"" }
        return (String(line[..<sign].dropFirst(prefix.count)), value)
    }

    private static let telling: Set<String> = [
        "HZ", "NO_HZ", "NO_HZ_IDLE", "NO_HZ_FULL", "HZ_PERIODIC", "HIGH_RES_TIMERS",
        "PREEMPT", "PREEMPT_NONE", "PREEMPT_VOLUNTARY", "PREEMPT_LAZY", "PREEMPT_RT",
        "PREEMPT_DYNAMIC",
        "DEFAULT_TCP_CONG", "TCP_CONG_ADVANCED", "SYN_COOKIES", "INET_TCP_DIAG",
        "IPV6", "MPTCP", "TLS", "NET_NS", "VETH", "NET_SCHED",
    ]
}
