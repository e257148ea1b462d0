internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A bare pthread. Namespaces belong to threads, and Swift's tasks change theirs at every `await`.
struct PosixThread: Sendable {
    /// Hundreds of threads exist at once; the default of 8 MiB each would overcommit a small guest.
    static let defaultStackSize = 512 * 1024

    private let handle: pthread_t

    /// Starts a thread that runs `body` to its end.
    init(
        stackSize: Int = defaultStackSize, _ body: @escaping @Sendable () -> Void
    ) throws(LinuxError) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        try check(-pthread_attr_setstacksize(&attributes, stackSize), "set stack of \(stackSize)")
        let box = Unmanaged.passRetained(Box(body))
        var handle = pthread_t()
        let failure = pthread_create(
            &handle, &attributes,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        if failure != 0 { box.release() }
        try check(-failure, "pthread_create")
        self.handle = handle
    }

    /// Waits for the thread's end. To be called at most once, and not after `detach`.
    func join() throws(LinuxError) { try check(-pthread_join(handle, nil), "pthread_join") }

    /// Lets the thread's resources go when it ends.
    func detach() { pthread_detach(handle) }

    /// Runs `body` on a new thread, waits for its end and passes on what it returned or threw.
    static func run<Value: Sendable>(
        _ body: @Sendable () throws -> Value
    ) throws -> Value {
        try withoutActuallyEscaping(body) { body in
            let outcome = Shared<Result<Value, any Error>?>(nil)
            let thread = try PosixThread {
                let result = Result { try body() }
                outcome.set(result)
            }
            try thread.join()
            guard let result = outcome.get() else {
                throw LinuxError(operation: "run on a thread", errno: .interrupted)
            }
            return try result.get()
        }
    }
}

/// A value that several threads share under a lock.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func get() -> Value { value.withLock { $0 } }

    func set(_ new: Value) { value.withLock { $0 = new } }

    /// Stores `new` and returns what was there.
    func exchange(_ new: Value) -> Value {
        value.withLock { stored in
            let old = stored
            stored = new
            return old
        }
    }
}
