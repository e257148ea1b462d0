import Synchronization

/// How many guests may run at once, whoever boots them: a guest keeps one processor busy, and more
/// of them than there are processors only get in each other's way.
public final class GuestSlots: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// So many at once, at least one.
    public init(_ count: Int) { state = Mutex(State(free: max(1, count))) }

    /// Does something that needs a slot, when it is its turn.
    func hold<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        await take()
        defer { release() }
        return try await body()
    }

    private func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func release() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
