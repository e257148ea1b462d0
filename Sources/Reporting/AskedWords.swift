import Evidence
import KernelTimers

/// How it is written what a trial is asked with, apart from family and link: short in tables, in
/// words on pages. What settings mean the scripts of behaviours say; one that is unknown here is
/// written as it stands.
enum AskedWords {
    /// A value that trials differ in.
    struct Part: Hashable {
        /// For a column of a table: `T=3s`, `r5`, `icmp 3/1`, `keep 1+2x1`.
        var short: String
        /// For people: `T = 3 s`, `ICMP type 3 code 1`.
        var long: String

        fileprivate init(_ short: String, _ long: String) {
            (self.short, self.long) = (short, long)
        }
    }

    /// What the short forms mean.
    static let legend =
        "T: TCP_USER_TIMEOUT; rN: tcp_retries2=N; keep I+CxV: keepalive after I s, C probes V s "
        + "apart; icmp T/C: type, code; other names are sysctls or socket options"

    /// All of them, short: `T=3s r4`; `no T` where there is nothing else.
    static func short(_ parameters: Parameters, leavingOut common: Set<Part> = []) -> String {
        var parts = settings(parameters).filter { !common.contains($0) }.map(\.short)
        if let retries = parameters.retries2 { parts.insert("r\(retries)", at: 0) }
        let limit = parameters.userTimeoutMilliseconds
        if limit > 0 { parts.insert("T=\(compact(milliseconds: limit))", at: 0) }
        return parts.isEmpty ? "no T" : parts.joined(separator: " ")
    }

    /// All of them in words: `T = 3 s, tcp_retries2 = 4`.
    static func long(_ parameters: Parameters) -> String {
        let limit = parameters.userTimeoutMilliseconds
        var words = [limit > 0 ? "T = \(Words.time(milliseconds: limit))" : "no T"]
        if let retries = parameters.retries2 { words.append("tcp_retries2 = \(retries)") }
        return (words + settings(parameters).map(\.long)).joined(separator: ", ")
    }

    /// The further settings that all of these have, which tell none of them from another.
    static func common(_ all: [Parameters]) -> Set<Part> {
        let sets = all.map { Set(settings($0)) }
        return sets.dropFirst().reduce(sets.first ?? []) { $0.intersection($1) }
    }

    /// The further settings: those that belong together as one, then the others by their names.
    static func settings(_ parameters: Parameters) -> [Part] {
        var rest = parameters.settings ?? [:]
        var parts: [Part] = []
        func take(_ names: String..., as part: ([Int]) -> Part) {
            let values = names.compactMap { rest[$0] }
            guard values.count == names.count else { return }
            for name in names { rest[name] = nil }
            parts.append(part(values))
        }
        take("type", "code") { Part("icmp \($0[0])/\($0[1])", "ICMP type \($0[0]) code \($0[1])") }
        take("keepidle", "keepcnt", "keepintvl") {
            Part(
                "keep \($0[0])+\($0[1])x\($0[2])",
                "keepalive after \($0[0]) s, \(Words.count($0[1], "probe")) \($0[2]) s apart")
        }
        take("change", "then") {
            let (at, limit) = ($0[0], $0[1])
            let short = limit > 0 ? "T=\(compact(milliseconds: limit))" : "no T"
            let long = limit > 0 ? "T = \(Words.time(milliseconds: limit))" : "no T"
            return Part(
                "at \(compact(milliseconds: at)) \(short)",
                "\(long) from \(Words.time(milliseconds: at)) on")
        }
        take("heal") {
            Part(
                "heals \(compact(milliseconds: $0[0]))",
                "heals at \(Words.time(milliseconds: $0[0]))")
        }
        take("reset") { _ in Part("linger2=-1", "TCP_LINGER2 = −1") }
        return parts + rest.sorted { $0.key < $1.key }.map { Self.single($0.key, $0.value) }
    }

    private static let options = [
        "linear": "TCP_THIN_LINEAR_TIMEOUTS", "linger2": "TCP_LINGER2",
        "rtomax": "TCP_RTO_MAX_MS", "rtomin": "TCP_RTO_MIN_US", "syncnt": "TCP_SYNCNT",
    ]

    private static func single(_ name: String, _ value: Int) -> Part {
        let isSysctl = name.hasPrefix("tcp_")
        return Part(
            "\(isSysctl ? String(name.dropFirst(4)) : name)=\(value)",
            "\(options[name] ?? name) = \(value)")
    }

    /// `3s`, `1.5s`, `0.25s`.
    private static func compact(milliseconds: Int) -> String {
        var text = Duration.fixed(Int64(milliseconds) * 1_000_000, digits: 3)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text + "s"
    }
}
