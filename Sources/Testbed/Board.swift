internal import Evidence
internal import LinuxNet
internal import Wire

/// Where the actors of one trial tell each other what is done, and the captures what was seen.
///
/// All times are of CLOCK_MONOTONIC, in nanoseconds. Every wait ends at a deadline, and when the
/// trial is cancelled.
final class Board: Sendable {
    /// When a step began, and when it was done.
    struct Done: Sendable, Hashable {
        var begin: Int64
        var end: Int64
    }

    private struct State: Sendable {
        var isOpen = false
        var begun: [String: Int64] = [:]
        var done: [String: Done] = [:]
        var wire = WireWatch()
        var packets = 0
        var hasVanished = false
        var failure: Observation.Failure?
    }

    private enum Answer<Value> {
        case found(Value)
        case cancelled
    }

    private let monitor = Monitor(State())

    /// Lets the actors begin.
    func open() { monitor.change { $0.isOpen = true } }

    /// Waits until the actors may begin.
    func awaitOpening() throws(LaneError) {
        _ = try wait(until: nil) { $0.isOpen ? true : nil }
    }

    /// Cancels the trial; the first reason counts. Returns whether this was the first.
    @discardableResult
    func fail(_ failure: Observation.Failure) -> Bool {
        monitor.change { state in
            guard state.failure == nil else { return false }
            state.failure = failure
            return true
        }
    }

    /// Why the trial was cancelled, if it was.
    var failure: Observation.Failure? { monitor.read { $0.failure } }

    /// Notes that a step has begun.
    func begin(_ label: String, at moment: Int64) {
        monitor.change { $0.begun[label] = moment }
    }

    /// Notes that a step is done.
    func post(_ label: String, _ done: Done) { monitor.change { $0.done[label] = done } }

    /// Notes segments that a capture has shown. Those of the peer's capture only wake who waits
    /// for acknowledgements; what the packets mean is read from the subject's.
    func announce(_ segments: [(TCPSegment, Flow.Direction, at: Int64)], count: Int) {
        monitor.change { state in
            state.packets += count
            for (segment, direction, moment) in segments {
                state.wire.see(segment, direction, at: moment)
            }
        }
    }

    /// Waits for a step to be done; nil at the deadline.
    func awaitDone(_ label: String, until deadline: Int64) throws(LaneError) -> Done? {
        try wait(until: deadline) { $0.done[label] }
    }

    /// Waits for a packet that was seen after the step with that label began; nil at the deadline.
    func awaitPacket(
        _ awaited: Trigger.Awaited, since label: String, until deadline: Int64
    ) throws(LaneError) -> Int64? {
        try wait(until: deadline) { state in
            state.begun[label].flatMap { state.wire.first(awaited, since: $0) }
        }
    }

    /// How many packets the captures have shown so far.
    var packets: Int { monitor.read { $0.packets } }

    /// Waits until the captures have shown more packets than `known`, or until the deadline.
    func awaitPackets(beyond known: Int, until deadline: Int64) throws(LaneError) {
        _ = try wait(until: deadline) { $0.packets > known ? true : nil }
    }

    /// Notes that the kernel has forgotten the subject's connection.
    func postVanished() { monitor.change { $0.hasVanished = true } }

    /// Waits until the kernel has forgotten the connection, or until the deadline.
    func awaitVanishing(until deadline: Int64) throws(LaneError) {
        _ = try wait(until: deadline) { $0.hasVanished ? true : nil }
    }

    /// Lets time pass until a moment.
    func pause(until moment: Int64) throws(LaneError) {
        while MonotonicClock.nowNanoseconds() < moment {
            let never: Bool? = try wait(until: moment) { _ in nil }
            if never == true { return }
        }
    }

    private func wait<Value>(
        until deadline: Int64?, _ answer: (State) -> Value?
    ) throws(LaneError) -> Value? {
        let found: Answer<Value>? = monitor.wait(until: deadline) { state in
            if state.failure != nil { return .cancelled }
            return answer(state).map { .found($0) }
        }
        switch found {
        case .found(let value): return value
        case .cancelled: throw .cancelled
        case nil: return nil
        }
    }
}
