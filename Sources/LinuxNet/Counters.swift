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
        values.reduce(into: [:]) { growth, entry in
            let before = earlier.values[entry.key] ?? 0
            if entry.value > before { growth[entry.key] = entry.value - before }
        }
    }

    /// Reads the format of `snmp` and `netstat`: pairs of lines, `Group: name name …` and
    /// `Group: value value …`.
    ///
    /// Values that are no numbers or negative (`Tcp.MaxConn` is −1 when there is no limit) are left
    /// out, and so is a pair whose lines differ in length or group.
    public static func parsePairs(_ text: [UInt8]) -> [String: UInt64] {
        var counters: [String: UInt64] = [:]
        counters.reserveCapacity(512)
        var names: [ArraySlice<UInt8>] = []
        for line in text.split(separator: newline) {
            let words = line.split(separator: space)
            guard let group = words.first, group.count > 1, group.last == colon else {
                names = []
                continue
            }
            guard names.first == group, names.count == words.count else {
                names = words
                continue
            }
            let prefix = String(decoding: group.dropLast(), as: UTF8.self) + "."
            for (name, value) in zip(names, words).dropFirst() {
                guard let value = number(value) else { continue }
                counters[prefix + String(decoding: name, as: UTF8.self)] = value
            }
            names = []
        }
        return counters
    }

    /// Reads the format of `snmp6`: lines of a name and a value. The name begins with its group,
    /// `Ip6OutNoRoutes`, which becomes "Ip6.OutNoRoutes".
    public static func parseSNMP6(_ text: [UInt8]) -> [String: UInt64] {
        let groups = ["Ip6", "Icmp6", "UdpLite6", "Udp6"]
        var counters: [String: UInt64] = [:]
        for line in text.split(separator: newline) {
            let words = line.split { $0 == space || $0 == tab }
            guard words.count == 2, let value = number(words[1]),
                let group = groups.first(where: { words[0].starts(with: $0.utf8) }),
                words[0].count > group.utf8.count
            else { continue }
            let name = String(decoding: words[0].dropFirst(group.utf8.count), as: UTF8.self)
            counters[group + "." + name] = value
        }
        return counters
    }

    private static let newline = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
    private static let tab = UInt8(ascii: "\t")
    private static let colon = UInt8(ascii: ":")

    /// Decimal digits and nothing else; nil also for what doesn't fit.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
            if over || more { return nil }
            value = sum
        }
        return digits.isEmpty ? nil : value
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

    /// Reads all counters. Costs about 300 µs.
    public func read() throws(LinuxError) -> Counters {
        var values: [String: UInt64] = [:]
        for file in pairs {
            values.merge(Counters.parsePairs(try file.readBytes())) { $1 }
        }
        if let snmp6 { values.merge(Counters.parseSNMP6(try snmp6.readBytes())) { $1 } }
        return Counters(values: values)
    }

    /// Closes the files.
    public func close() throws(LinuxError) {
        for file in pairs { try file.close() }
        try snmp6?.close()
    }
}
