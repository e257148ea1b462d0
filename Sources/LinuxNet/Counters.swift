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
        var names = Words(text, 0..<0)
        for line in lines(of: text) {
            let words = Words(text, line)
            guard let group = words.first, group.count > 1, text[group.upperBound - 1] == colon
            else {
                names = Words(text, 0..<0)
                continue
            }
            guard let other = names.first, text[other].elementsEqual(text[group]),
                names.count == words.count
            else {
                names = words
                continue
            }
            let prefix = text[group].dropLast()
            var nameWords = names.dropFirst().makeIterator()
            for word in words.dropFirst() {
                guard let name = nameWords.next(), let value = number(text[word]) else { continue }
                if value == 0, let kept, !kept.contains(prefix, text[name]) { continue }
                counters[Self.name(prefix, text[name])] = value
            }
            names = Words(text, 0..<0)
        }
        return counters
    }

    /// Reads the format of `snmp6`: lines of a name and a value. The name begins with its group,
    /// `Ip6OutNoRoutes`, which becomes "Ip6.OutNoRoutes".
    public static func parseSNMP6(
        _ text: [UInt8], zeros kept: CounterNames? = nil
    ) -> [String: UInt64] {
        let groups = ["Ip6", "Icmp6", "UdpLite6", "Udp6"].map { Array($0.utf8) }
        var counters: [String: UInt64] = [:]
        for line in lines(of: text) {
            let words = Array(Words(text, line))
            guard words.count == 2, let value = number(text[words[1]]) else { continue }
            let word = text[words[0]]
            guard let group = groups.first(where: { word.starts(with: $0) }),
                word.count > group.count
            else { continue }
            let name = word.dropFirst(group.count)
            if value == 0, let kept, !kept.contains(group[...], name) { continue }
            counters[Self.name(group[...], name)] = value
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

    /// The words of a line, between blanks and tabs.
    private struct Words: Sequence {
        let text: [UInt8]
        let line: Range<Int>

        init(_ text: [UInt8], _ line: Range<Int>) {
            self.text = text
            self.line = line
        }

        var first: Range<Int>? {
            var iterator = makeIterator()
            return iterator.next()
        }

        var count: Int { reduce(0) { count, _ in count + 1 } }

        func makeIterator() -> Iterator {
            Iterator(text: text, index: line.lowerBound, end: line.upperBound)
        }

        struct Iterator: IteratorProtocol {
            let text: [UInt8]
            var index: Int
            let end: Int

            mutating func next() -> Range<Int>? {
                while index < end, text[index] == space || text[index] == tab { index += 1 }
                guard index < end else { return nil }
                let begin = index
                while index < end, text[index] != space, text[index] != tab { index += 1 }
                return begin..<index
            }
        }
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

    func contains(_ group: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        let length = group.count + 1 + name.count
        guard length < byLength.count else { return false }
        return byLength[length].contains {
            $0.starts(with: group) && $0[group.count] == UInt8(ascii: ".")
                && $0[(group.count + 1)...].elementsEqual(name)
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
