internal import CLinux
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A thread that enters a namespace once and runs one closure to its end.
///
/// For an actor that must own its thread for long, or block in a call: the witness of *when* a call
/// returned is a thread that did nothing but wait for it.
public final class WorkerThread: Sendable {
    /// The stack of a thread unless told otherwise, in bytes. Hundreds of threads exist at once.
    public static let defaultStackSize = PosixThread.defaultStackSize

    /// The name that the kernel shows for the thread, of at most 15 bytes.
    public let name: String

    /// The thread's id, as /proc and `gettid` know it.
    public let id: CInt

    private let thread: Shared<PosixThread?>

    /// Starts a thread, and returns when it is inside the namespace and about to run `body`.
    ///
    /// - Parameters:
    ///   - name: shown by `ps -L` and debuggers; the kernel keeps its first 15 bytes.
    ///   - namespace: what to enter, or nil to stay in the namespace of the calling thread.
    ///   - stackSize: in bytes.
    /// - Throws: `LinuxError` if there can be no thread (EAGAIN), or it can't enter (EPERM).
    public init(
        name: String, in namespace: NetworkNamespace? = nil,
        stackSize: Int = WorkerThread.defaultStackSize, _ body: @escaping @Sendable () -> Void
    ) throws(LinuxError) {
        let start = StartSignal()
        let thread = try PosixThread(stackSize: stackSize) {
            _ = clinux_set_thread_name(name)
            do throws(LinuxError) {
                try namespace?.enter()
            } catch {
                return start.raise(.failure(error))
            }
            start.raise(.success(clinux_gettid()))
            body()
        }
        do throws(LinuxError) {
            id = try start.wait().get()
        } catch {
            try thread.join()
            throw error
        }
        self.name = name
        self.thread = Shared(thread)
    }

    deinit { thread.exchange(nil)?.detach() }

    /// Waits for the end of the thread. Doing so again returns at once.
    ///
    /// The corresponding C function is `pthread_join`.
    /// - Throws: EDEADLK on the thread itself.
    public func join() throws(LinuxError) { try thread.exchange(nil)?.join() }
}

/// Tells the maker of a thread how its beginning went.
private final class StartSignal: Sendable {
    private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>
    private let outcome = Shared<Result<CInt, LinuxError>?>(nil)

    init() {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func raise(_ result: Result<CInt, LinuxError>) {
        outcome.set(result)
        sem_post(semaphore)
    }

    func wait() -> Result<CInt, LinuxError> {
        while sem_wait(semaphore) != 0 {}
        return outcome.get()
            ?? .failure(LinuxError(operation: "start a thread", errno: .noChildProcess))
    }
}
