public import KernelTimers

/// All that was witnessed in a cell. Moments are counted from the event's first step.
public struct FailoverObservation: Codable, Sendable, Hashable {
    /// The cell as performed.
    public var cell: FailoverCell
    /// The virtual address and its port, as clients know it.
    public var service: String
    /// The clients' address.
    public var clientAddress: String
    /// The kernel's tick rate.
    public var hz: Int
    /// How many processors the machine has.
    public var processors: Int
    /// The words in which the programs name their versions.
    public var programs: [String: String] = [:]
    /// The configurations as they were used, by file name.
    public var configurations: [String: String] = [:]
    /// Everything that happened, in order.
    public var entries: [FailoverEntry] = []
    /// The captures. Their packets travel and lie apart.
    public var captures: [FailoverCapture] = []
    /// CLOCK_REALTIME at the event's first step, nanoseconds: what ties the captures to the rest.
    public var zeroRealtimeNanoseconds: Int64 = 0
    /// The longest that a thread of the laboratory waited beyond its time; nanoseconds.
    public var latenessNanoseconds: Int64 = 0
    /// When watching ended.
    public var end = Moment.zero
    /// Why the cell is no evidence, where it is none.
    public var failure: String?
    /// Why the cell could not be performed here, where it could not.
    public var notApplicable: String?

    /// An observation without evidence yet.
    public init(cell: FailoverCell, hz: Int, processors: Int) {
        self.cell = cell
        service = ""
        clientAddress = ""
        self.hz = hz
        self.processors = processors
    }
}

/// One thing that happened.
public struct FailoverEntry: Codable, Sendable, Hashable {
    /// When.
    public var at: Moment
    /// To whom: a node, or a role on it, such as `c1`, `c1.haproxy`, `worker`, `broker`.
    public var who: String
    /// What.
    public var what: What
    /// The message's number, where it is about one.
    public var message: Int?
    /// When it had not happened yet, where somebody only looks now and then.
    public var notBefore: Moment?
    /// The rest, in words: an errno, an address, a line of a log.
    public var detail: String

    /// An entry.
    public init(
        at: Moment, who: String, what: What, message: Int? = nil, detail: String = "",
        notBefore: Moment? = nil
    ) {
        self.notBefore = notBefore
        self.at = at
        self.who = who
        self.what = what
        self.message = message
        self.detail = detail
    }

    /// What can happen.
    public enum What: String, Codable, Sendable, Hashable, CaseIterable {
        /// The laboratory begins a step of the event.
        case step
        /// It has done it.
        case stepped
        /// A node has the virtual address.
        case addressAdded
        /// A node has it no more.
        case addressRemoved
        /// A node has told its neighbours that the virtual address is there, as the laboratory saw.
        case announced
        /// A client's connection is there; detail: its session and its own address.
        case connected
        /// A client's connection could not be made.
        case connectFailed
        /// A client learnt that its connection is over; detail: session, call and errno.
        case disconnected
        /// A client wrote something for the first time after the event; detail: session.
        case wrote
        /// A client got a message; detail: session.
        case received
        /// A client was told that its message is safe.
        case confirmed
        /// The producer wrote a message.
        case published
        /// The broker took a connection; detail: its peer.
        case accepted
        /// A consumer is known to the broker; detail: its session, and its peer there.
        case subscribed
        /// The broker gave a message to a consumer; detail: its session.
        case delivered
        /// The broker takes a message back that a consumer did not acknowledge.
        case requeued
        /// A consumer is no longer known to the broker; detail: its session, and why.
        case unsubscribed
        /// The caller asked something; the message is the call.
        case called
        /// The caller got its answer in time.
        case answered
        /// The caller waited no longer.
        case callTimedOut
        /// An answer came to a caller who had given up waiting.
        case answeredLate
        /// The server answered a call; detail: its session.
        case served
        /// The proxy ended a connection; detail: its line in the log.
        case proxyEnded
        /// A program said something else; detail: the line.
        case said
        /// A socket of the watched controller changed; detail: its line.
        case socket
    }
}

/// A capture at a node's interface.
public struct FailoverCapture: Codable, Sendable, Hashable {
    /// Whose.
    public var node: FailoverNode
    /// The interface's name in its namespace.
    public var interface: String
    /// The link-layer type, as in pcap files (1 is Ethernet).
    public var linkType: Int
    /// Packets that the kernel dropped for want of buffer space.
    public var dropped = 0
    /// Packets that were not kept, since there were too many.
    public var cut = 0
    /// How many are kept.
    public var count = 0
    /// The packets. Not in the JSON.
    public var packets: [PacketRecord] = []

    /// A capture without packets yet.
    public init(node: FailoverNode, interface: String, linkType: Int) {
        self.node = node
        self.interface = interface
        self.linkType = linkType
    }

    private enum CodingKeys: String, CodingKey {
        case node, interface, linkType, dropped, cut, count
    }
}
