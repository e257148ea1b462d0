internal import Evidence
internal import LinuxNet
internal import Synchronization

/// The thread that reads all captures of all trials.
final class CaptureService: Sendable {
    private let poll: EventPoll
    private let end: EventDescriptor
    private let watched = Mutex<[UInt64: (recorder: CaptureRecorder, waitable: Descriptor)]>([:])
    private let next = Mutex<UInt64>(1)

    private static let endToken: UInt64 = 0

    init() throws(LinuxError) {
        poll = try EventPoll()
        end = try EventDescriptor()
        try poll.add(end.descriptor, for: .input, token: Self.endToken)
    }

    /// Starts the thread.
    func start(in time: TrialTime) throws(LinuxError) -> WorkerThread {
        try WorkerThread(name: "captures") {
            Rank.worker.take(in: time)
            self.run()
        }
    }

    /// Reads a capture from now on. Returns what `remove` wants.
    func add(_ recorder: CaptureRecorder) throws(LinuxError) -> UInt64 {
        guard let waitable = try recorder.waitable() else { return Self.endToken }
        let token = next.withLock { number in
            defer { number += 1 }
            return number
        }
        watched.withLock { $0[token] = (recorder, waitable) }
        try poll.add(waitable, for: .input, token: token)
        return token
    }

    /// No longer reads it.
    func remove(_ token: UInt64) {
        guard let entry = watched.withLock({ $0.removeValue(forKey: token) }) else { return }
        try? poll.remove(entry.waitable)
        try? entry.waitable.close()
    }

    /// Closes all captures, on as many threads: one after another, as at the end of a process,
    /// the kernel's grace periods add up to seconds.
    func closeAll() {
        let entries = watched.withLock { watched in
            defer { watched = [:] }
            return Array(watched.values)
        }
        let closers = entries.map { recorder, waitable in
            try? WorkerThread(name: "closer") {
                try? waitable.close()
                recorder.close()
            }
        }
        for closer in closers { try? closer?.join() }
    }

    /// Ends the thread.
    func stop() { try? end.signal() }

    private func run() {
        while let events = try? poll.wait(timeoutMilliseconds: nil) {
            for event in events {
                if event.token == Self.endToken { return }
                watched.withLock { $0[event.token]?.recorder }?.pump()
            }
        }
    }
}
