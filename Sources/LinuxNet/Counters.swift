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
    /// - Parameter kept: which counters are taken at zero; nil is all. Most of some five hundred
    ///   are zero, and making their names costs more than all else.
    public static func parsePairs(
        _ text: [UInt8], zeros kept: CounterNames? = nil
    ) -> [String: UInt64] {
        var counters: [String: UInt64] = [:]
        var names: Range<Int>?
        for line in lines(of: text) {
            if let other = names, let found = pairs(text, other, line, zeros: kept) {
                for (name, value) in found { counters[name] = value }
                names = nil
            } else {
                names = group(text, line) == nil ? nil : line
            }
        }
        return counters
    }

    /// The counters of a line of names and one of values; nil if they differ in length or group.
    private static func pairs(
        _ text: [UInt8], _ names: Range<Int>, _ values: Range<Int>, zeros kept: CounterNames?
    ) -> [(name: String, value: UInt64)]? {
        guard let group = group(text, names), let other = Self.group(text, values),
            text[group].elementsEqual(text[other])
        else { return nil }
        var found: [(name: String, value: UInt64)] = []
        var (name, value) = (group.upperBound + 1, other.upperBound + 1)
        while let word = word(text, from: name, in: names) {
            guard let digits = Self.word(text, from: value, in: values) else { return nil }
            (name, value) = (word.upperBound, digits.upperBound)
            guard let number = number(text, digits) else { continue }
            if number == 0, let kept, !kept.contains(text, group, word) { continue }
            found.append((Self.name(text[group], text[word]), number))
        }
        return word(text, from: value, in: values) == nil ? found : nil
    }

    /// A line's first word without its colon; nil where that is not how it begins.
    private static func group(_ text: [UInt8], _ line: Range<Int>) -> Range<Int>? {
        guard let word = word(text, from: line.lowerBound, in: line), word.count > 1,
            text[word.upperBound - 1] == colon
        else { return nil }
        return word.lowerBound..<(word.upperBound - 1)
    }

    /// Reads the format of `snmp6`: lines of a name and a value. The name begins with its group,
    /// `Ip6OutNoRoutes`, which becomes "Ip6.OutNoRoutes".
    public static func parseSNMP6(
        _ text: [UInt8], zeros kept: CounterNames? = nil
    ) -> [String: UInt64] {
        let groups = ["Ip6", "Icmp6", "UdpLite6", "Udp6"].map { Array($0.utf8) }
        var counters: [String: UInt64] = [:]
        for line in lines(of: text) {
            guard let word = word(text, from: line.lowerBound, in: line),
                let digits = Self.word(text, from: word.upperBound, in: line),
                Self.word(text, from: digits.upperBound, in: line) == nil,
                let value = number(text, digits),
                let group = groups.first(where: { text[word].starts(with: $0) }),
                word.count > group.count
            else { continue }
            let begin = word.lowerBound + group.count
            let (prefix, name) = (word.lowerBound..<begin, begin..<word.upperBound)
            if value == 0, let kept, !kept.contains(text, prefix, name) { continue }
            counters[Self.name(text[prefix], text[name])] = value
        }
        return counters
    }

    private static func name(_ group: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> String {
        String(decoding: group + [UInt8(ascii: ".")] + name, as: UTF8.self)
    }

    private static func lines(of text: [UInt8]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var begin = 0
        for index in text.indices where text[index] == newline {
            lines.append(begin..<index)
            begin = index + 1
        }
        lines.append(begin..<text.count)
        return lines
    }

    /// The next word of a line, between blanks and tabs; nil where there is none.
    private static func word(
        _ text: [UInt8], from start: Int, in line: Range<Int>
    ) -> Range<Int>? {
        var begin = start
        while begin < line.upperBound, isBlank(text[begin]) { begin += 1 }
        guard begin < line.upperBound else { return nil }
        var end = begin
        while end < line.upperBound, !isBlank(text[end]) { end += 1 }
        return begin..<end
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    private static let newline = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
    private static let tab = UInt8(ascii: "\t")
    private static let colon = UInt8(ascii: ":")

    /// Decimal digits and nothing else; nil also for what doesn't fit.
    private static func number(_ text: [UInt8], _ digits: Range<Int>) -> UInt64? {
        var value: UInt64 = 0
        for index in digits {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = product.addingReportingOverflow(UInt64(digit))
            if over || more { return nil }
            value = sum
        }
        return digits.isEmpty ? nil : value
    }
}

/// Names of counters, to be looked up by the bytes of a file: without making strings of those.
public struct CounterNames: Sendable {
    private var byLength: [[[UInt8]]] = []

    /// These names, such as "Tcp.RetransSegs".
    public init(_ names: some Sequence<String>) {
        for name in names.map({ Array($0.utf8) }) {
            while byLength.count <= name.count { byLength.append([]) }
            byLength[name.count].append(name)
        }
    }

    /// Whether it is among them: a group and a name in it, as they stand in a text.
    func contains(_ text: [UInt8], _ group: Range<Int>, _ name: Range<Int>) -> Bool {
        let length = group.count + 1 + name.count
        guard length < byLength.count else { return false }
        return byLength[length].contains {
            $0[(group.count + 1)...].elementsEqual(text[name]) && $0.starts(with: text[group])
                && $0[group.count] == UInt8(ascii: ".")
        }
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

    /// Reads all counters.
    public func read() throws(LinuxError) -> Counters { try readFiles().counters() }

    /// Takes the files as they are, to be parsed when there is time.
    public func readFiles() throws(LinuxError) -> CounterFiles {
        var contents: [[UInt8]] = []
        for file in pairs { contents.append(try file.readBytes()) }
        return CounterFiles(pairs: contents, snmp6: try snmp6?.readBytes())
    }

    /// Closes the files.
    public func close() throws(LinuxError) {
        for file in pairs { try file.close() }
        try snmp6?.close()
    }
}

/// The files of a namespace's counters, as they were read.
public struct CounterFiles: Sendable {
    let pairs: [[UInt8]]
    let snmp6: [UInt8]?

    /// All counters, or, at zero, only some.
    public func counters(zeros kept: CounterNames? = nil) -> Counters {
        var values: [String: UInt64] = [:]
        for file in pairs { values.merge(Counters.parsePairs(file, zeros: kept)) { $1 } }
        if let snmp6 { values.merge(Counters.parseSNMP6(snmp6, zeros: kept)) { $1 } }
        return Counters(values: values)
    }
}
