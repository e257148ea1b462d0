internal import CLinux
internal import SystemPackage

/// The counters of a network namespace (MIB counters, as `nstat` shows them).
///
/// Names are those of the files, group and counter joined by a dot: "Tcp.RetransSegs",
/// "TcpExt.TCPTimeouts", "Ip.OutNoRoutes", "Ip6.OutNoRoutes". A counter that this kernel doesn't
/// have is absent, not 0.
public struct Counters: Hashable, Sendable {
    /// The counters by name.
    public let values: [String: UInt64]

    /// Creates a set of counters.
    public init(values: [String: UInt64]) { self.values = values }

    /// The value of one counter.
    public subscript(_ name: String) -> UInt64? { values[name] }

    /// By how much each counter has grown since `earlier`. What hasn't changed is left out.
    ///
    /// Counters of 32 bit don't exist on 64-bit kernels; a value that is smaller now is left out
    /// too.
    public func growth(since earlier: Counters) -> [String: UInt64] {
        values.compactMapValues { $0 }.reduce(into: [:]) { growth, entry in
            let before = earlier.values[entry.key] ?? 0
            if entry.value > before { growth[entry.key] = entry.value - before }
        }
    }

    /// Reads the format of `snmp` and `netstat`: pairs of lines, `Group: name name …` and
    /// `Group: value value …`.
    ///
    /// Values that are no numbers or negative (`Tcp.MaxConn` is −1 when there is no limit) are left
    /// out, and so is a pair whose lines differ in length or group.
    public static func parsePairs(_ text: String) -> [String: UInt64] {
        var counters: [String: UInt64] = [:]
        var names: [Substring]?
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let group = words.first, group.hasSuffix(":"), group.count > 1 else {
                names = nil
                continue
            }
            guard let known = names, known.first == group, known.count == words.count else {
                names = words
                continue
            }
            for (name, value) in zip(known.dropFirst(), words.dropFirst()) {
                counters["\(group.dropLast()).\(name)"] = UInt64(value)
            }
            names = nil
        }
        return counters
    }

    /// Reads the format of `snmp6`: lines of a name and a value. The name begins with its group,
    /// `Ip6OutNoRoutes`, which becomes "Ip6.OutNoRoutes".
    public static func parseSNMP6(_ text: String) -> [String: UInt64] {
        var counters: [String: UInt64] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count == 2, let value = UInt64(words[1]) else { continue }
            let groups = ["Ip6", "Icmp6", "UdpLite6", "Udp6"]
            guard let group = groups.first(where: { words[0].hasPrefix($0) }),
                words[0].count > group.count
            else { continue }
            counters["\(group).\(words[0].dropFirst(group.count))"] = value
        }
        return counters
    }
}

/// Reads the counters of one namespace, from any thread and as often as needed.
///
/// Made on a thread of the namespace; it keeps three files open, which also keep the namespace
/// alive.
public final class CounterReader: Sendable {
    private let pairs: [ProcFile]
    private let snmp6: ProcFile?

    /// Opens `snmp`, `netstat` and, where there is IPv6, `snmp6` of the calling thread's namespace.
    public init() throws(LinuxError) {
        pairs = [try ProcFile(net: "snmp"), try ProcFile(net: "netstat")]
        do throws(LinuxError) {
            snmp6 = try ProcFile(net: "snmp6")
        } catch let error where error.errno == .noSuchFileOrDirectory {
            snmp6 = nil
        }
    }

    /// Reads all counters. Costs about 100 µs.
    public func read() throws(LinuxError) -> Counters {
        var values: [String: UInt64] = [:]
        for file in pairs {
            values.merge(Counters.parsePairs(try file.readText())) { $1 }
        }
        if let snmp6 { values.merge(Counters.parseSNMP6(try snmp6.readText())) { $1 } }
        return Counters(values: values)
    }

    /// Closes the files.
    public func close() throws(LinuxError) {
        for file in pairs { try file.close() }
        try snmp6?.close()
    }
}
