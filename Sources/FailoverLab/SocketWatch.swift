internal import Evidence
internal import LinuxNet
internal import Synchronization

/// What `ss` would show of a namespace's connections. Cells that share a namespace share a reading.
final class SocketTable: Sendable {
    /// A connection.
    struct Row: Sendable {
        /// Its own address.
        var local: String
        /// Its peer's.
        var remote: String
        /// What is said of it.
        var words: String
    }

    /// All connections, read between two moments.
    struct Reading: Sendable {
        var began: Int64
        var ended: Int64
        var rows: [Row]
    }

    private let reader: ProcTCPReader
    private let last = Mutex<Reading?>(nil)

    /// The connections of a namespace.
    init(in namespace: NetworkNamespace) throws {
        reader = try namespace.run { try ProcTCPReader() }
    }

    /// Whether somebody listens at a port.
    func listens(at port: UInt16) throws -> Bool {
        try reader.read().contains { $0.state == .listen && $0.local.port == port }
    }

    /// A reading that began at a moment or later.
    func reading(since moment: Int64) -> Reading? {
        last.withLock { last in
            if let known = last, known.began >= moment { return known }
            let began = MonotonicClock.nowNanoseconds()
            guard let sockets = try? reader.read() else { return nil }
            let ended = MonotonicClock.nowNanoseconds()
            let rows = sockets.filter { $0.state != .listen && $0.state != .timeWait }.map {
                Row(local: "\($0.local)", remote: "\($0.remote)", words: Self.words($0))
            }
            last = Reading(began: began, ended: ended, rows: rows)
            return last
        }
    }

    /// State, timer, and how often it fired in vain. Queues and remaining times always change.
    private static func words(_ socket: ProcTCP) -> String {
        var words = "\(socket.state)"
        switch socket.timer {
        case .none: break
        case .retransmission: words += " timer:on"
        case .keepalive: words += " timer:keepalive"
        case .timeWait: words += " timer:timewait"
        case .probe: words += " timer:persist"
        case .unknown(let number): words += " timer:\(number)"
        }
        if socket.retransmits > 0 { words += " retransmits:\(socket.retransmits)" }
        if socket.unansweredProbes > 0 { words += " probes:\(socket.unansweredProbes)" }
        // In clock ticks of 10 ms, rounded down: what /proc says of `icsk_rto`.
        if let rto = socket.rtoClockTicks { words += " rto:\(rto)" }
        return words
    }
}

/// A node's connections, taken down whenever they change.
final class SocketWatch: Sendable {
    private let table: SocketTable
    private let who: String
    private let journal: Journal
    private let last = Mutex<(looked: Int64?, sockets: [String: String])>((nil, [:]))

    private let prefix: String

    /// Watches the connections whose own address begins so.
    init(_ who: String, _ table: SocketTable, prefix: String, journal: Journal) {
        self.who = who
        self.prefix = prefix
        self.journal = journal
        self.table = table
    }

    /// Whether somebody listens at a port.
    func listens(at port: UInt16) throws -> Bool { try table.listens(at: port) }

    /// Notes what is new, different or gone in a reading that began at a moment or later.
    func look(since round: Int64) {
        guard let reading = table.reading(since: round) else { return }
        var now: [String: String] = [:]
        for row in reading.rows where row.local.hasPrefix(prefix) {
            now["\(row.local) \(row.remote)"] = row.words
        }
        let (looked, before) = last.withLock { last in
            defer { last = (reading.began, now) }
            return last
        }
        for (key, words) in now.sorted(by: { $0.key < $1.key }) where before[key] != words {
            journal.note(
                who, .socket, "\(key) \(words)", at: reading.ended, notBefore: looked)
        }
        for key in before.keys.sorted() where now[key] == nil {
            journal.note(who, .socket, "\(key) gone", at: reading.ended, notBefore: looked)
        }
    }
}
