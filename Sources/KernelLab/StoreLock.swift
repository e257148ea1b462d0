import Foundation
import Synchronization

/// A lock among processes, and among the tasks of one: whoever is killed lets go of it.
///
/// The corresponding C function is `flock`.
final class StoreLock: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Runs work that only one may do at a time.
    /// - Parameters:
    ///   - path: the file by which it is known; it is made, and stays.
    ///   - patience: how long to wait for another who has it.
    ///   - waiting: called once where there is another.
    static func hold<Result>(
        _ path: String, patience: Duration = .seconds(1800), waiting: () -> Void = {},
        _ work: () async throws -> Result
    ) async throws -> Result {
        let lock = try await take(path, patience, waiting)
        defer { withExtendedLifetime(lock) {} }
        return try await work()
    }

    private static func take(
        _ path: String, _ patience: Duration, _ waiting: () -> Void
    ) async throws -> StoreLock {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw KernelLabError.file(path, reason: Files.reason(errno))
        }
        let lock = StoreLock(descriptor: descriptor)
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return lock }
        waiting()
        let turn = Turn()
        // It blocks, so it has a thread of its own; one that is given up goes with the process.
        Thread.detachNewThread {
            while flock(lock.descriptor, LOCK_EX) != 0, errno == EINTR {}
            turn.end(.success(()))
        }
        let deadline = Task {
            try await Task.sleep(for: patience)
            turn.end(
                .failure(
                    KernelLabError.file(
                        path, reason: "another process has held it for \(patience)")))
        }
        defer { deadline.cancel() }
        try await withTaskCancellationHandler {
            try await turn.wait()
        } onCancel: {
            turn.end(.failure(CancellationError()))
        }
        return lock
    }
}

/// Something that comes once, and is waited for by one.
private final class Turn: Sendable {
    private struct State {
        var result: Result<Void, any Error>?
        var waiter: CheckedContinuation<Void, any Error>?
    }

    private let state = Mutex(State())

    func end(_ result: Result<Void, any Error>) {
        let waiter = state.withLock { state in
            guard state.result == nil else { return CheckedContinuation<Void, any Error>?.none }
            state.result = result
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(with: result)
    }

    func wait() async throws {
        try await withCheckedThrowingContinuation { waiter in
            let result = state.withLock { state in
                if state.result == nil { state.waiter = waiter }
                return state.result
            }
            if let result { waiter.resume(with: result) }
        }
    }
}
