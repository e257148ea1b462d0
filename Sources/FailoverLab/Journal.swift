internal import Evidence
internal import KernelTimers
internal import LinuxNet
internal import Synchronization

/// Everything that happens in a cell, with the moment at which whoever saw it wrote it down.
final class Journal: Sendable {
    private struct State {
        var entries: [(nanoseconds: Int64, entry: FailoverEntry, notBefore: Int64?)] = []
        var zero: Int64?
    }

    private let state = Mutex(State())

    /// Notes something that happened just now, or at a moment of ``MonotonicClock``, or between
    /// two of them.
    func note(
        _ who: String, _ what: FailoverEntry.What, message: Int? = nil, _ detail: String = "",
        at moment: Int64 = MonotonicClock.nowNanoseconds(), notBefore: Int64? = nil
    ) {
        let entry = FailoverEntry(
            at: .zero, who: who, what: what, message: message, detail: detail)
        state.withLock { $0.entries.append((moment, entry, notBefore)) }
    }

    /// The event begins at this moment of ``MonotonicClock``.
    func setZero(_ moment: Int64) { state.withLock { $0.zero = moment } }

    /// Everything so far, in order; moments count from the event.
    var entries: [FailoverEntry] {
        let (raw, zero) = state.withLock { ($0.entries, $0.zero) }
        let start = zero ?? raw.first?.nanoseconds ?? 0
        return raw.enumerated()
            .sorted { ($0.element.nanoseconds, $0.offset) < ($1.element.nanoseconds, $1.offset) }
            .map { _, element in
                var entry = element.entry
                entry.at = Moment(nanoseconds: element.nanoseconds - start)
                entry.notBefore = element.notBefore.map { Moment(nanoseconds: $0 - start) }
                return entry
            }
    }
}

/// Why a cell cannot be performed, in one line.
struct LabError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// Moments of ``MonotonicClock`` some milliseconds from now.
func moment(inMilliseconds milliseconds: Int) -> Int64 {
    MonotonicClock.nowNanoseconds() + Int64(milliseconds) * 1_000_000
}
