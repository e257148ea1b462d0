internal import Glibc

/// State that threads share under a lock, and on whose changes they wait until a moment of
/// CLOCK_MONOTONIC.
///
/// The corresponding C types are `pthread_mutex_t` and `pthread_cond_t`, the latter told to count
/// by CLOCK_MONOTONIC: a wall clock that is set must not end a wait.
final class Monitor<State: Sendable>: @unchecked Sendable {
    private var state: State
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>

    init(_ state: State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        changed = .allocate(capacity: 1)
        changed.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Looks at the state.
    func read<Result>(_ body: (State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(state)
    }

    /// Changes the state and wakes whoever waits.
    @discardableResult
    func change<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }
        return body(&state)
    }

    /// Waits until `answer` finds one in the state, asked at first and after each change; nil once
    /// the deadline, a moment of CLOCK_MONOTONIC in nanoseconds, has passed without one.
    func wait<Result>(
        until deadlineNanoseconds: Int64?, _ answer: (inout State) -> Result?
    ) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let found = answer(&state) { return found }
            guard let deadlineNanoseconds else {
                pthread_cond_wait(changed, mutex)
                continue
            }
            let moment = max(0, deadlineNanoseconds)
            var time = timespec(
                tv_sec: Int(moment / 1_000_000_000), tv_nsec: Int(moment % 1_000_000_000))
            if pthread_cond_timedwait(changed, mutex, &time) == ETIMEDOUT {
                return answer(&state)
            }
        }
    }
}
