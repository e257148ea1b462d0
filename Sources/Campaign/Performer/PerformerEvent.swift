public import Evidence

/// What a performer says while it performs.
public enum PerformerEvent: Sendable {
    /// Who and what it is; always the first.
    case greeting(Greeting)
    /// A trial has come so far.
    case progress(Progress)
    /// The trial of a request is over; its packets are joined.
    case observation(Observation, for: Plan.Request)
    /// A guest has ended, and this is all that its console said.
    case console(GuestConsole)
}

/// All that a guest's console said, from its boot to its end.
public struct GuestConsole: Sendable, Hashable {
    /// Which guest of the performance, from 1.
    public var guest: Int
    /// The text.
    public var text: String
    /// The lines in which the kernel says that something is wrong with it.
    public var complaints: [String]
    /// What it was asked to perform.
    public var requests: [Plan.Request]
}

/// How a performance ended. Only `done` is complete; trials without an observation are never
/// judged.
public enum PerformanceEnd: Sendable, Hashable {
    /// All that was asked was performed.
    case done
    /// It was told to stop.
    case stopped
    /// It failed on the way.
    case failed(PerformerError)
}
