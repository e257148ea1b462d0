import Dispatch
import Foundation

/// Runs work that SIGINT and SIGTERM cancel. A second signal ends the program at once; the
/// performer then sees the end of its input and stops too.
func interruptible<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let task = Task { try await work() }
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(
            signal: number, queue: .global(qos: .userInitiated))
        source.setEventHandler {
            if task.isCancelled { exit(2) }
            task.cancel()
        }
        source.resume()
        return source
    }
    defer {
        for source in sources { source.cancel() }
    }
    return try await task.value
}
