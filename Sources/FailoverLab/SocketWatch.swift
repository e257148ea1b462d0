internal import Evidence
internal import LinuxNet
internal import Synchronization

/// What `ss` would show of a namespace's connections, taken down whenever it changes.
final class SocketWatch: Sendable {
    private let reader: ProcTCPReader
    private let who: String
    private let journal: Journal
    private let last = Mutex<(looked: Int64?, sockets: [String: String])>((nil, [:]))

    private let prefix: String

    /// Watches the sockets of a namespace whose own address begins so.
    init(
        _ who: String, in namespace: NetworkNamespace, prefix: String, journal: Journal
    ) throws {
        self.who = who
        self.prefix = prefix
        self.journal = journal
        reader = try namespace.run { try ProcTCPReader() }
    }

    /// Whether somebody listens at a port.
    func listens(at port: UInt16) throws -> Bool {
        try reader.read().contains { $0.state == .listen && $0.local.port == port }
    }

    /// Looks, and notes what is new, different or gone.
    func look() {
        let began = MonotonicClock.nowNanoseconds()
        guard let sockets = try? reader.read() else { return }
        let moment = MonotonicClock.nowNanoseconds()
        var now: [String: String] = [:]
        for socket in sockets where socket.state != .listen && socket.state != .timeWait {
            let local = "\(socket.local)"
            guard local.hasPrefix(prefix) else { continue }
            now["\(local) \(socket.remote)"] = Self.words(socket)
        }
        let (looked, before) = last.withLock { last in
            defer { last = (began, now) }
            return last
        }
        for (key, words) in now.sorted(by: { $0.key < $1.key }) where before[key] != words {
            journal.note(who, .socket, "\(key) \(words)", at: moment, notBefore: looked)
        }
        for key in before.keys.sorted() where now[key] == nil {
            journal.note(who, .socket, "\(key) gone", at: moment, notBefore: looked)
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
