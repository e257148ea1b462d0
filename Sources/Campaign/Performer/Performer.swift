public import Evidence

/// Who performs trials: a child of ours on this kernel, or guests that run another.
public protocol Performer: Sendable {
    /// What of it belongs into the circumstances of a run, by name.
    var circumstances: [String: String] { get }

    /// Has a plan performed; each event is handed to `handle` in turn, a greeting first.
    ///
    /// Never throws for the performer's faults: they are the end that it came to. Rethrows what
    /// `handle` throws. When the task is cancelled the performer is told to stop.
    func perform(
        _ plan: Plan, handle: @escaping @Sendable (PerformerEvent) async throws -> Void
    ) async throws -> PerformanceEnd
}

extension Performer {
    /// Nothing.
    public var circumstances: [String: String] { [:] }
}
