/// What trials tell the thread that reports.
enum TrialEvent: Sendable {
    /// A step of the trial at that place in the plan is done.
    case progress(index: Int, label: String)
    /// All actors of a trial have ended.
    case ended(Trial)
}

/// The way from the trials' threads to the one that reports: putting never blocks, so that a reader
/// who is slow disturbs no trial.
final class EventQueue: Sendable {
    private let monitor = Monitor<[TrialEvent]>([])

    /// Puts an event in.
    func put(_ event: TrialEvent) { monitor.change { $0.append(event) } }

    /// Waits for events, and takes all that are there.
    func take() -> [TrialEvent] {
        let found: [TrialEvent]? = monitor.wait(until: nil) { events in
            guard !events.isEmpty else { return nil }
            defer { events = [] }
            return events
        }
        return found ?? []
    }
}
