/// What the model expects next, and what it would expect after that.
///
/// A model is a tree that unfolds as events are seen. Each node is one possible next event with its
/// window; `then` takes the window in which the event really lay (a single moment when a witness
/// saw it, the model's own window when none could) and yields what may follow. So windows are
/// anchored at what was observed, slack does not pile up, and the same tree serves the judge, who
/// feeds it observations, and `predict`, who feeds it its own windows. Where a window straddles a
/// decision of the kernel there are two branches, and both are followed.
public struct Prospect: Sendable {
    /// The event that is expected.
    public var event: Expected
    /// What may follow, given the window in which the event really lay. Nothing: silence for ever.
    public var then: @Sendable (Window) -> [Prospect]

    /// A prospect of `event`, followed by `then`.
    public init(_ event: Expected, then: @escaping @Sendable (Window) -> [Prospect] = { _ in [] }) {
        self.event = event
        self.then = then
    }

    /// The same with what may follow its end: what happens to a connection that is over.
    public func afterTheEnd(
        _ rest: @escaping @Sendable (Window) -> [Prospect]
    ) -> Prospect {
        Prospect(event) { window in
            event.kind.isAbort ? rest(window) : then(window).map { $0.afterTheEnd(rest) }
        }
    }

    /// The same without any end: for scripts that do not wait for it.
    public var living: Prospect {
        Prospect(event) { window in
            then(window).filter { !$0.event.kind.isAbort }.map(\.living)
        }
    }
}

/// One event of a schedule.
public struct Expected: Sendable, Hashable, Codable {
    /// What happens.
    public var kind: Kind
    /// When it may happen.
    public var window: Window
    /// The arithmetic that gave the window.
    public var derivation: String {
        get { words.text }
        set { words = LazyText(newValue) }
    }
    private var words: LazyText
    /// What the event adds to the kernel's counters, by their names in /proc/net/snmp and netstat.
    public var counters: [String: Int]
    /// The events at which the interval began: where the timer was armed, where the clock started.
    public var anchors: [Window]

    /// An expected event.
    public init(
        _ kind: Kind, _ window: Window,
        _ derivation: @autoclosure @escaping @Sendable () -> String,
        counters: [String: Int] = [:], anchors: [Window] = []
    ) {
        self.kind = kind
        self.window = window
        words = LazyText(derivation())
        self.counters = counters
        self.anchors = anchors
    }

    private enum CodingKeys: String, CodingKey {
        case kind, window, counters, anchors
        case words = "derivation"
    }

    /// What kinds of event a schedule has.
    public enum Kind: Sendable, Hashable, Codable {
        /// A packet of the subject's on the wire.
        case sent(Segment)
        /// An acknowledgement by the peer on the wire.
        case answered
        /// An ICMP error that quotes a segment of the subject's, on the wire.
        case complaint
        /// The application hears this errno, and the connection lives on.
        case told(SocketError)
        /// An attempt to send that failed inside the kernel and left nothing on the wire.
        case failedToSend(Segment)
        /// The kernel gives the connection up; the application hears this errno.
        case aborted(SocketError)
        /// A call of the application returns that ended its part in the connection: close(2).
        case returned
        /// The kernel gives a connection up that no application has any more, and forgets it.
        case vanished
    }

    /// What a packet of the subject's is, in the model's eyes.
    public enum Segment: String, Sendable, Hashable, Codable {
        /// Data for the first time.
        case data
        /// The same data again, before the first RTO, to provoke an acknowledgement (RFC 8985 7).
        case tailLossProbe
        /// The same data again at an RTO (RFC 6298 5.4).
        case retransmission
        /// An empty segment just below the window, to ask for an update (RFC 9293 3.8.6.1).
        case windowProbe
        /// The same of an idle connection, to see whether the peer still lives (RFC 9293 3.8.4).
        case keepAliveProbe
        /// The first segment of a connection.
        case syn
        /// The last segment of a direction.
        case fin
        /// The connection's abrupt end.
        case reset
    }
}

extension Expected.Kind: CustomStringConvertible {
    /// The event in a few words.
    public var description: String {
        switch self {
        case .sent(let segment): segment.description
        case .answered: "answer by the peer"
        case .complaint: "ICMP error that quotes the segment"
        case .told(let error): "\(error) to the application of a live connection"
        case .failedToSend(let segment): "\(segment.description), not sent"
        case .aborted(let error): "\(error) to the application"
        case .returned: "return of close(2)"
        case .vanished: "end of an orphan"
        }
    }

    /// What the application hears, where it hears anything.
    public var errno: SocketError? {
        switch self {
        case .aborted(let error), .told(let error): error
        case .sent, .answered, .complaint, .failedToSend, .returned, .vanished: nil
        }
    }

    /// Whether the connection is over after this event.
    public var isAbort: Bool {
        switch self {
        case .aborted, .vanished: true
        case .sent, .answered, .complaint, .told, .failedToSend, .returned: false
        }
    }
}

extension Expected.Segment: CustomStringConvertible {
    /// The segment in the field's own words.
    public var description: String {
        switch self {
        case .data: "data"
        case .tailLossProbe: "tail loss probe"
        case .retransmission: "retransmission"
        case .windowProbe: "window probe"
        case .keepAliveProbe: "keepalive probe"
        case .syn: "SYN"
        case .fin: "FIN"
        case .reset: "RST"
        }
    }
}

/// One way through a tree: what `predict` prints.
public struct Schedule: Sendable, Hashable, Codable {
    /// The events in order.
    public var events: [Expected]

    /// A schedule of these events.
    public init(events: [Expected]) { self.events = events }

    /// Follows the likeliest branch, the one with the widest window, without any observation.
    ///
    /// Windows grow along the way, since nothing observed narrows them: these are the absolute
    /// windows of which the design speaks. At most `limit` events, since a live zero window is
    /// probed for ever, and none that begins after `horizon`.
    public init(predicting roots: [Prospect], horizon: Moment, limit: Int = 400) {
        var events: [Expected] = []
        var prospects = roots
        while events.count < limit,
            let next = prospects.max(by: { $0.event.window.width < $1.event.window.width }),
            next.event.window.earliest <= horizon
        {
            events.append(next.event)
            prospects = next.then(next.event.window)
        }
        self.events = events
    }

    /// The abort, where the schedule has one.
    public var abort: Expected? { events.last { $0.kind.isAbort } }
}
