internal import Evidence
internal import KernelTimers

/// An observation, read.
struct FailoverTrace {
    let observation: FailoverObservation
    /// The consumer whose connection the event makes a dead one: the one that is there when it
    /// begins, which on a busy machine need not be the first that tried.
    let session: String
    /// The connections that died of the address' leaving, in order.
    private(set) var deadConnections: [DeadConnection] = []
    /// The dead consumer's connection as the broker's own interface saw it.
    private(set) var brokerWire: FailoverWire?

    init(_ observation: FailoverObservation) {
        self.observation = observation
        let living = observation.entries.last {
            $0.what == .connected && $0.who == "worker" && $0.at < .zero
        }
        session = living?.detail.split(separator: " ").first.map(String.init) ?? "worker-1"
        deadConnections = died
        brokerWire = wire(of: session, at: .broker)
    }

    var entries: [FailoverEntry] { observation.entries }
    var cell: FailoverCell { observation.cell }

    // MARK: - The event

    /// When the laboratory began the step that led to something seen at a moment.
    private func step(before moment: Moment) -> Moment {
        entries.last { $0.what == .step && $0.at <= moment }?.at ?? moment
    }

    /// When something happened that a step did: not before the step, nor before somebody looked in
    /// vain, nor after it was seen.
    private func window(_ seen: FailoverEntry) -> Window {
        let step = step(before: seen.at)
        return Window(min(seen.at, max(step, seen.notBefore ?? step)), seen.at)
    }

    /// When the event isolated a node, if it did: not before the step, nor after it was done.
    func isolated(_ node: FailoverNode) -> Window? {
        let words = FailoverEvent.Action.isolate(node).description
        let step = entries.first { $0.what == .step && $0.detail == words }
        return step.map { step in
            let done = entries.first { $0.what == .stepped && $0.detail == words }
            return Window(step.at, done?.at ?? step.at)
        }
    }

    /// When the neighbours were told of the address' new owner, where they were, and whether the
    /// laboratory did it itself and saw the moment.
    var announced: (at: Moment, isSeen: Bool)? {
        let isAnnounced = cell.event.steps.contains {
            switch $0.action {
            case .moveAddress(_, _, let announced): announced
            case .takeAddress: true
            case .isolate, .rejoin, .dropResets, .pauseReading: false
            }
        }
        guard isAnnounced else { return nil }
        if let entry = entries.first(where: { $0.what == .announced && $0.at >= .zero }) {
            return (entry.at, true)
        }
        return entries.first { $0.what == .addressAdded && $0.at > .zero }.map { ($0.at, false) }
    }

    // MARK: - Dead connections

    /// A consumer's connection whose own address left the controller under it.
    struct DeadConnection {
        /// The consumer's session.
        var session: String
        /// The controller.
        var owner: FailoverNode
        /// When the address left it.
        var removed: Window
        /// When it came back, where it did.
        var returned: Window?
        /// Whether it is the first.
        var isFirst: Bool
        /// Its other half, between proxy and broker, as the controller's interface saw it.
        var wire: FailoverWire?
    }

    private var died: [DeadConnection] {
        var dead: [DeadConnection] = []
        for entry in entries where entry.what == .addressRemoved && entry.at >= .zero {
            guard let owner = FailoverNode(rawValue: entry.who),
                let worker = entries.last(where: {
                    ($0.what == .connected || $0.what == .disconnected) && $0.who == "worker"
                        && $0.at <= step(before: entry.at)
                }), worker.what == .connected, let name = worker.detail.split(separator: " ").first
            else { continue }
            let session = dead.isEmpty ? self.session : String(name)
            guard !dead.contains(where: { $0.session == session }) else { continue }
            let back = entries.first {
                $0.what == .addressAdded && $0.who == entry.who && $0.at > entry.at
            }
            dead.append(
                DeadConnection(
                    session: session, owner: owner, removed: window(entry),
                    returned: back.map(window), isFirst: dead.isEmpty,
                    wire: wire(of: session, at: owner)))
        }
        return dead
    }

    /// A session's address at the clients.
    func address(of session: String) -> String? {
        entries.first { $0.what == .connected && $0.detail.hasPrefix("\(session) ") }?
            .detail.split(separator: " ").last.map(String.init)
    }

    /// When a controller's proxy ended a session.
    func proxyEnd(of session: String, at node: FailoverNode) -> Moment? {
        guard let address = address(of: session) else { return nil }
        return entries.first {
            $0.what == .proxyEnded && $0.who == "\(node.rawValue).haproxy"
                && $0.detail.contains("client=\(address) ")
        }?.at
    }

    /// When the proxy on the first controller ended the dead connection.
    var proxyEnd: Moment? { proxyEnd(of: session, at: .c1) }

    /// When the laboratory had ended all connections of a node that lost the address.
    func killed(at node: FailoverNode) -> Moment? {
        entries.first {
            $0.what == .said && $0.who == node.rawValue && $0.detail.hasPrefix("ss -K ended")
        }?.at
    }

    /// When the broker no longer knew the dead consumer, and why.
    var brokerEnd: (at: Moment, reason: String)? {
        entries.first { $0.what == .unsubscribed && $0.detail.hasPrefix("\(session) ") }
            .map { ($0.at, String($0.detail.dropFirst(session.count + 1))) }
    }

    /// When a consumer of the first queue wrote anything: words, and receipts for messages.
    func words(of session: String) -> [Moment] {
        entries.filter {
            ($0.what == .wrote || $0.what == .received) && $0.who == "worker"
                && $0.detail.split(separator: " ").first.map(String.init) == session
        }.map(\.at)
    }

    // MARK: - Messages

    /// When messages were given to a session in some time.
    ///
    /// RabbitMQ does not say to whom it gives what. But what it takes back it marks, and what is
    /// published it gives away within moments.
    func givings(
        to session: String, from first: Moment, until last: Moment = Moment(nanoseconds: .max)
    ) -> [Moment] {
        if cell.backend == .rabbitmq {
            let late = takenBack
            return entries.filter {
                $0.what == .published && $0.message.map(late.contains) == true
            }.map(sent).filter { $0 >= first && $0 < last }.sorted()
        }
        return entries.filter {
            $0.what == .delivered && $0.detail == session && $0.at >= first && $0.at < last
        }.map(\.at)
    }

    /// When a message left its publisher: as soon as it was published, or with the connection on
    /// which it was confirmed, where the one before had died with it.
    private func sent(_ published: FailoverEntry) -> Moment {
        let confirmed = entries.first {
            $0.what == .confirmed && $0.message == published.message
        }
        let connected = entries.last {
            $0.what == .connected && $0.who == published.who
                && $0.at <= (confirmed?.at ?? observation.end)
        }
        return max(published.at, connected?.at ?? published.at)
    }

    /// The last message that may have gone to a session before a moment.
    func lastGiving(to session: String, before moment: Moment) -> Moment? {
        entries.last {
            $0.at < moment
                && (cell.backend == .rabbitmq
                    ? $0.what == .published : $0.what == .delivered && $0.detail == session)
        }?.at
    }

    /// The messages that were given to somebody in vain, as far as RabbitMQ's mark tells, or that
    /// came to nobody.
    var takenBack: Set<Int> {
        var firstComing: [Int: Bool] = [:]
        var published: Set<Int> = []
        for entry in entries {
            guard let number = entry.message else { continue }
            if entry.what == .published { published.insert(number) }
            if entry.what == .received, firstComing[number] == nil {
                firstComing[number] = entry.detail.hasSuffix(" redelivered")
            }
        }
        return published.filter { firstComing[$0] ?? true }
    }

    /// When the broker gave the dead consumer the first message that it took back in the end: what
    /// was given before was acknowledged.
    var firstUnacknowledged: Moment? {
        let back = Set(
            entries.filter { $0.what == .requeued && $0.detail == session }.compactMap(\.message))
        return entries.first {
            $0.what == .delivered && $0.detail == session
                && $0.message.map(back.contains) == true
        }?.at
    }

    // MARK: - Sockets

    /// The dead connection's address as the broker knows it: the proxy's.
    var deadProxyAddress: String? {
        let entry = entries.first {
            $0.what == .subscribed && $0.detail.hasPrefix("\(session) ")
        }
        return entry?.detail.split(separator: " ").last.map(String.init)
    }

    /// What was seen of a node's connection to an address, in order.
    func sightings(of who: FailoverNode, to remote: String) -> [FailoverEntry] {
        entries.filter {
            $0.what == .socket && $0.who == who.rawValue && $0.detail.contains(" \(remote) ")
        }
    }

    /// The RTO of a connection in jiffies when something was written at a moment that nobody
    /// acknowledged, as far as /proc told it: it counts in ticks of 10 ms, rounded down.
    ///
    /// No answer changes it from then on, so that the look after tells it, and the look before only
    /// where there was none: what came between may have changed it. What it shows once
    /// retransmissions are underway has been doubled by each of them (`tcp_retransmit_timer`), as
    /// long as none is taken back, for which the host must wait three seconds for a neighbour
    /// (RFC 6069).
    func rtoJiffies(
        of who: FailoverNode, to remote: String, before moment: Moment, tick: TickRate
    ) -> ClosedRange<Int>? {
        let told = sightings(of: who, to: remote).filter { $0.detail.contains(" rto:") }
        let after = told.first { $0.at > moment && $0.at < moment + .seconds(3) }
        if let after, let ticks = Self.rtoTicks(after) {
            let doubled = Self.number("retransmits:", in: after) ?? 0
            let least = tick.jiffies(covering: .milliseconds(ticks * 10))
            let most = tick.jiffies(covering: .milliseconds((ticks + 1) * 10))
            // Rounded outwards: the doublings are of whole jiffies.
            let all = least >> doubled...(most + (1 << doubled) - 1) >> doubled
            if all.lowerBound > 0 { return all }
        }
        let before = told.last { $0.at <= moment && !$0.detail.contains(" retransmits:") }
        return before.flatMap { Self.rtoTicks($0) }.map { Self.jiffies(ofTicks: $0, tick) }
    }

    /// The RTO in a sighting of a socket, in ticks of 10 ms.
    private static func rtoTicks(_ entry: FailoverEntry) -> Int? {
        number("rto:", in: entry).flatMap { (1...12_000).contains($0) ? $0 : nil }
    }

    private static func number(_ name: String, in entry: FailoverEntry) -> Int? {
        entry.detail.split(separator: " ").first { $0.hasPrefix(name) }
            .flatMap { Int($0.dropFirst(name.count)) }
    }

    private static func jiffies(ofTicks ticks: Int, _ tick: TickRate) -> ClosedRange<Int> {
        let least = tick.jiffies(covering: .milliseconds(ticks * 10))
        let most = tick.jiffies(covering: .milliseconds((ticks + 1) * 10))
        return least...max(least, most)
    }

    /// A retransmission that nobody answered, as far as /proc told it.
    struct Attempt {
        /// How many there were before.
        var count: Int
        /// When it was made: between two looks.
        var made: Window
        /// Until the next, in jiffies.
        var rto: ClosedRange<Int>
        /// Whether the RTO was seen to become shorter again while it was waited for.
        var isReverted: Bool
    }

    /// The last retransmission of a connection that was seen before a moment.
    func lastAttempt(
        of who: FailoverNode, to remote: String, before moment: Moment, tick: TickRate
    ) -> Attempt? {
        let seen = sightings(of: who, to: remote).filter { $0.at < moment }
        guard let last = seen.last(where: { Self.number("retransmits:", in: $0) != nil }),
            let count = Self.number("retransmits:", in: last), let ticks = Self.rtoTicks(last),
            let first = seen.first(where: { Self.number("retransmits:", in: $0) == count })
        else { return nil }
        return Attempt(
            count: count, made: Window(first.notBefore ?? first.at, first.at),
            rto: Self.jiffies(ofTicks: ticks, tick),
            isReverted: Self.rtoTicks(first).map { $0 > ticks } ?? false)
    }

    /// Which of a connection's timers ran.
    enum Timer { case retransmission, probe }

    /// Which timer of a connection ran first after a moment, as far as anybody looked: data in
    /// flight leave the one for retransmissions running, data never sent the one for probes.
    func timer(of who: FailoverNode, to remote: String, after moment: Moment) -> Timer? {
        for entry in sightings(of: who, to: remote) where entry.at > moment {
            if entry.detail.contains("timer:persist") { return .probe }
            if entry.detail.contains("timer:on"), entry.detail.contains("retransmits:") {
                return .retransmission
            }
        }
        return nil
    }

    /// When a connection's probe timer was armed that ran until the connection was gone, or until
    /// watching ended: between the look before it was first seen to run and that look.
    func probing(of who: FailoverNode, to remote: String, until moment: Moment) -> Window? {
        var since: Window?
        for entry in sightings(of: who, to: remote) where entry.at < moment {
            if entry.detail.contains("timer:persist") {
                since = since ?? Window(entry.notBefore ?? entry.at, entry.at)
            } else if !entry.detail.hasSuffix(" gone") {
                since = nil
            }
        }
        return since
    }

    // MARK: - The instrument

    /// What is wrong with the instrument, if anything.
    var instrumentFault: String? {
        guard entries.contains(where: { $0.what == .received && $0.at < .zero }) else {
            return "no message arrived before the event"
        }
        if let capture = observation.captures.first(where: { $0.dropped > 0 }) {
            return "the capture at \(capture.node.rawValue) lost \(capture.dropped) packets"
        }
        guard observation.captures.allSatisfy({ $0.count > 0 }) else {
            return "a capture saw nothing before the event"
        }
        return nil
    }
}
