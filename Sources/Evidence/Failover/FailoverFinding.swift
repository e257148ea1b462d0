public import KernelTimers

/// What is concluded of a cell. Times are counted from the event.
public struct FailoverFinding: Codable, Sendable, Hashable {
    /// The cell's name.
    public var id: String
    /// The event's name.
    public var event: String
    /// The protection's name.
    public var protection: String
    /// Who kept the messages.
    public var backend: FailoverCell.Backend
    /// The verdict: what the model says was expected of the cell, where it says something.
    public var verdict: Verdict
    /// What was checked.
    public var checks: [Check] = []
    /// Whether nothing was: the model says nothing of such a cell, and its numbers are measured.
    public var isOnlyMeasured: Bool?
    /// What could not be expected, and why.
    public var unjudged: [String]?
    /// When the proxy ended the dead consumer's connection.
    public var proxyEnded: Moment?
    /// When the broker no longer knew the dead consumer, and why.
    public var brokerEnded: Moment?
    /// The broker's reason.
    public var brokerReason: String?
    /// What the first consumer's side saw.
    public var worker: ClientEnd?
    /// What the consumer's side saw that never writes.
    public var idle: ClientEnd?
    /// When the first consumer was known to the broker again.
    public var backAt: Moment?
    /// Messages that were published, but for the last second.
    public var messages = 0
    /// Messages given to a consumer after the event that never got them.
    public var toTheDead = 0
    /// Messages that no consumer had got when watching ended: at the producer, at the broker, or on
    /// the way to the dead.
    public var lost = 0
    /// Messages that came more than a second after they were published.
    public var delayed = 0
    /// The longest that a message took.
    public var longestDelayNanoseconds: Int64 = 0
    /// Messages that came twice or more often.
    public var twice = 0
    /// What became of calls; nil where there were none.
    public var calls: Calls?
    /// When watching ended.
    public var watched: Moment?
    /// Whether a consumer that lives was given up; nil where it does not live.
    public var falseAlarm: Bool?

    /// What became of the calls that were made after the event, or waited for their answers then.
    public struct Calls: Codable, Sendable, Hashable {
        /// How many there were whose time was over before watching ended.
        public var made: Int
        /// To how many nobody answered in time.
        public var timedOut: Int
        /// When the first and the last of those were made.
        public var firstTimedOut: Moment?
        /// When the last of them was.
        public var lastTimedOut: Moment?
        /// How many of those were answered later, when nobody waited any more.
        public var answeredLate: Int
        /// How long the caller waits, milliseconds.
        public var timeoutMilliseconds: Int
        /// When the broker knew the last dead server no more; nil where it knew one to the end.
        public var serverEnded: Moment?

        /// What became of some calls.
        public init(
            made: Int, timedOut: Int, firstTimedOut: Moment?, lastTimedOut: Moment?,
            answeredLate: Int, timeoutMilliseconds: Int, serverEnded: Moment?
        ) {
            self.made = made
            self.timedOut = timedOut
            self.firstTimedOut = firstTimedOut
            self.lastTimedOut = lastTimedOut
            self.answeredLate = answeredLate
            self.timeoutMilliseconds = timeoutMilliseconds
            self.serverEnded = serverEnded
        }
    }

    /// How a client learnt that its connection is over.
    public struct ClientEnd: Codable, Sendable, Hashable {
        /// When.
        public var at: Moment
        /// The call.
        public var call: String
        /// The error, or `end of file`.
        public var error: String
        /// How long after its own last write, nanoseconds; nil if it never wrote.
        public var sinceWriteNanoseconds: Int64?

        /// An end.
        public init(at: Moment, call: String, error: String, sinceWriteNanoseconds: Int64?) {
            self.at = at
            self.call = call
            self.error = error
            self.sinceWriteNanoseconds = sinceWriteNanoseconds
        }
    }

    /// Something that was expected of a cell.
    public struct Check: Codable, Sendable, Hashable {
        /// What.
        public var what: String
        /// What was expected: a window, or words.
        public var expected: String
        /// What was observed.
        public var observed: String
        /// Whether it was as expected.
        public var isMet: Bool
        /// The window, where it is one.
        public var window: Window?
        /// The arithmetic.
        public var derivation: String?
        /// When it was observed, where that is a moment.
        public var at: Moment?

        /// A check.
        public init(
            what: String, expected: String, observed: String, isMet: Bool, window: Window? = nil,
            derivation: String? = nil, at: Moment? = nil
        ) {
            self.at = at
            self.what = what
            self.expected = expected
            self.observed = observed
            self.isMet = isMet
            self.window = window
            self.derivation = derivation
        }
    }

    /// The verdict's name, or `measured` where nothing was expected that could have failed.
    public var outcome: String {
        verdict == .conforms && isOnlyMeasured == true ? "measured" : verdict.name
    }

    /// The names of outcomes, in the order in which they are counted.
    public static let outcomes = [
        "conforms", "deviates", "inconclusive", "measured", "notApplicable",
    ]

    /// A finding of which nothing is known yet.
    public init(_ cell: FailoverCell, verdict: Verdict) {
        id = cell.id
        event = cell.event.id
        protection = cell.protection.id
        backend = cell.backend
        self.verdict = verdict
    }
}
