public import KernelTimers

/// What the judge concludes of one observation.
public struct Finding: Codable, Sendable, Hashable {
    /// Which trial.
    public var trial: TrialID
    /// The conclusion.
    public var verdict: Verdict
    /// Every variant that the observation matches, by name; none if it matches none known.
    public var variants: [String]
    /// The variant whose timeline is shown: the promise, in its form that comes nearest.
    public var shown: String?
    /// The variant of all that comes nearest, where none matches.
    public var nearest: String?
    /// Each expected event beside the observed one.
    public var comparisons: [Comparison]
    /// Where the observation parts from the variant shown, in the order of time, each with its
    /// arithmetic.
    public var partings: [Parting]
    /// When the outage began, on the trial's clock: what people count from.
    public var outageBegan: Moment?
    /// When the abort was expected by the variant shown.
    public var expectedAbort: Window?
    /// When the application heard of it.
    public var observedAbort: Moment?
    /// The errno that it heard.
    public var errno: SocketError?
    /// What the verdict allows for: stalls that excused a window, events that no witness saw.
    public var notes: [String]
    /// Which attempt was judged.
    public var attempt: Int
    /// What this kernel is known to do instead of what is promised, where it is; nil in what was
    /// judged before there were such lists.
    public var known: KnownDeviation?
    /// What an engineer needs to write it up, where it is like no known variant.
    public var oddity: Oddity?

    /// A finding without details yet.
    public init(trial: TrialID, verdict: Verdict, attempt: Int = 1) {
        self.trial = trial
        self.verdict = verdict
        self.attempt = attempt
        variants = []
        comparisons = []
        partings = []
        notes = []
    }

    /// A moment counted from the beginning of the outage, as people count it.
    public func sinceOutage(_ moment: Moment) -> Moment {
        Moment(nanoseconds: moment.nanoseconds &- (outageBegan?.nanoseconds ?? 0))
    }
}

/// A deviation that is expected of a kernel, and whether it was found.
public struct KnownDeviation: Codable, Sendable, Hashable {
    /// Where it is written up.
    public var reference: String
    /// The variant that is expected; nil where it is like none that is known.
    public var variant: String?
    /// Whether the kernel does what is expected of it.
    public var outcome: Outcome

    /// A deviation that is expected.
    public init(reference: String, variant: String?, outcome: Outcome) {
        self.reference = reference
        self.variant = variant
        self.outcome = outcome
    }

    /// What became of an expected deviation.
    public enum Outcome: String, Codable, Sendable, Hashable {
        /// It is there.
        case shown
        /// The kernel keeps the promise after all: the list is out of date.
        case vanished
        /// The kernel deviates in another way.
        case other
        /// Nothing can be said.
        case untold
    }
}

/// What a kernel did that is like no known variant, in numbers.
public struct Oddity: Codable, Sendable, Hashable {
    /// Where it first parts from the nearest variant.
    public var parting: Parting?
    /// How long after the outage began the application heard an error, nanoseconds.
    public var abortNanoseconds: Int64?
    /// The packets of the subject since then.
    public var packets: Int
    /// The intervals between them, nanoseconds, the first `Oddity.mostIntervals`; the first counts
    /// from the beginning of the outage.
    public var intervalNanoseconds: [Int64]
    /// Attempts that the kernel counted and that are not on the wire.
    public var failedAttempts: Int

    /// How many intervals are kept: a broken kernel may flood.
    public static let mostIntervals = 24

    /// What a kernel did.
    public init(
        parting: Parting?, abortNanoseconds: Int64?, packets: Int, intervalNanoseconds: [Int64],
        failedAttempts: Int
    ) {
        self.parting = parting
        self.abortNanoseconds = abortNanoseconds
        self.packets = packets
        self.intervalNanoseconds = intervalNanoseconds
        self.failedAttempts = failedAttempts
    }
}

/// The four things that a judge may say. A skip is never a pass.
public enum Verdict: Codable, Sendable, Hashable {
    /// The kernel keeps what the documentation promises.
    case conforms
    /// It does not.
    case deviates
    /// This kernel cannot be asked.
    case notApplicable(reason: String)
    /// Nothing can be said.
    case inconclusive(cause: String)

    /// The verdict's name alone.
    public var name: String {
        switch self {
        case .conforms: "conforms"
        case .deviates: "deviates"
        case .notApplicable: "notApplicable"
        case .inconclusive: "inconclusive"
        }
    }

    /// Why, where the verdict has a reason of its own.
    public var reason: String? {
        switch self {
        case .conforms, .deviates: nil
        case .notApplicable(let reason): reason
        case .inconclusive(let cause): cause
        }
    }

    private enum CodingKeys: String, CodingKey { case name, reason }

    /// Coded as its name and, where it has one, its reason.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .name)
        let reason = try container.decodeIfPresent(String.self, forKey: .reason) ?? ""
        switch name {
        case "conforms": self = .conforms
        case "deviates": self = .deviates
        case "notApplicable": self = .notApplicable(reason: reason)
        case "inconclusive": self = .inconclusive(cause: reason)
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .name, in: container, debugDescription: "no verdict is called \(name)")
        }
    }

    /// Coded as its name and, where it has one, its reason.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encodeIfPresent(reason, forKey: .reason)
    }
}

/// An expected event beside the observed one.
public struct Comparison: Codable, Sendable, Hashable {
    /// What the variant expects.
    public var expected: Expected
    /// What was observed, if a witness saw it.
    public var observed: ObservedEvent?
    /// The part of the window's arithmetic that a stall excused, nanoseconds; 0 is none.
    public var excusedNanoseconds: Int64

    /// A comparison.
    public init(expected: Expected, observed: ObservedEvent?, excusedNanoseconds: Int64 = 0) {
        self.expected = expected
        self.observed = observed
        self.excusedNanoseconds = excusedNanoseconds
    }
}

/// One event as the witnesses saw it.
public struct ObservedEvent: Codable, Sendable, Hashable {
    /// What happened, in the words of the witness.
    public var what: What
    /// When: a single moment on the wire, a window elsewhere.
    public var window: Window
    /// Which witness, and where to look: `subject frame 12`, `TCP_INFO`, `read`.
    public var source: String

    /// An event.
    public init(_ what: What, _ window: Window, source: String) {
        self.what = what
        self.window = window
        self.source = source
    }

    /// What a witness can tell.
    public enum What: Codable, Sendable, Hashable {
        /// The subject sent payload, at that offset from the first byte after the proof.
        case data(offset: Int, length: Int, repeated: Bool)
        /// The subject sent an empty segment just below the window.
        case windowProbe
        /// The subject sent a SYN.
        case opening(repeated: Bool)
        /// The subject sent a FIN, with or without data.
        case finish(repeated: Bool)
        /// The subject sent a RST.
        case reset
        /// The peer acknowledged, up to that offset, with that window in bytes.
        case answer(upTo: Int, window: Int)
        /// An ICMP error that quotes a segment of the subject's.
        case complaint(String)
        /// The kernel counted an attempt of the probe timer that is not on the wire.
        case failedProbe
        /// The kernel counted an attempt of the retransmission timer that is not on the wire.
        case failedRetransmission
        /// The application heard an error.
        case error(SocketError)
        /// The application was told of the end, and no error was left for it to take.
        case hungUp
        /// close(2) returned.
        case returned
        /// The kernel has forgotten the connection.
        case vanished
        /// Anything else of the flow: flags, direction, ICMP.
        case other(String)
    }
}

extension ObservedEvent.What: CustomStringConvertible {
    /// The event in a few words.
    public var description: String {
        switch self {
        case .data(let offset, let length, let repeated):
            "\(length) bytes at \(offset)\(repeated ? ", again" : "")"
        case .windowProbe: "empty segment below the window"
        case .opening(let repeated): "SYN\(repeated ? ", again" : "")"
        case .finish(let repeated): "FIN\(repeated ? ", again" : "")"
        case .reset: "RST"
        case .answer(let upTo, let window): "acknowledgement up to \(upTo), window \(window)"
        case .complaint(let words): words
        case .failedProbe: "probe counted, not on the wire"
        case .failedRetransmission: "retransmission counted, not on the wire"
        case .error(let error): error.name
        case .hungUp: "hang-up without an error"
        case .returned: "close(2) returned"
        case .vanished: "no such socket in the kernel's table"
        case .other(let words): words
        }
    }
}

/// Where an observation parts from a variant.
public struct Parting: Codable, Sendable, Hashable {
    /// The kind of thing that parted, by which controls name it.
    public var aspect: Aspect
    /// The expected event's place in the schedule, from 0, where it is an event.
    public var eventIndex: Int?
    /// Expected against observed, with the arithmetic.
    public var text: String

    /// A parting.
    public init(_ aspect: Aspect, eventIndex: Int? = nil, _ text: String) {
        self.aspect = aspect
        self.eventIndex = eventIndex
        self.text = text
    }

    /// What can part.
    public enum Aspect: String, Codable, Sendable {
        /// An event came before or after its window.
        case time
        /// An expected event never came.
        case missing
        /// Something came that is not in the schedule.
        case extra
        /// The errno is another.
        case errno
        /// A call returned something else.
        case value
        /// A kernel counter went up by something else.
        case counter
        /// The kernel's own state is another (timer, RTO, option read back).
        case state
    }
}
