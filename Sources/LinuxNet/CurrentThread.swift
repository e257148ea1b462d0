internal import CLinux
internal import SystemPackage

/// The calling thread.
public enum CurrentThread {
    /// Its id, as /proc knows it. The corresponding C function is `gettid`.
    public static var id: CInt { clinux_gettid() }

    /// Names it; the kernel keeps the first 15 bytes. The corresponding C function is `prctl` with
    /// `PR_SET_NAME`.
    public static func setName(_ name: String) { _ = clinux_set_thread_name(name) }

    /// Keeps it on one CPU. The corresponding C function is `sched_setaffinity`.
    /// - Throws: EINVAL if there is no such CPU, or the process may not use it.
    public static func pin(toCPU cpu: Int) throws(LinuxError) {
        try check(clinux_pin_thread(CInt(clamping: cpu)), "sched_setaffinity to CPU \(cpu)")
    }

    /// The CPUs that it may run on. The corresponding C function is `sched_getaffinity`.
    public static func allowedCPUs() throws(LinuxError) -> [Int] {
        var mask = [UInt8](repeating: 0, count: 1024)
        let count = Int(try check(clinux_allowed_cpus(&mask, mask.count), "sched_getaffinity"))
        return (0..<count * 8).filter { mask[$0 / 8] >> ($0 % 8) & 1 == 1 }
    }

    /// What priority a thread got.
    public enum Priority: Hashable, Sendable {
        /// SCHED_FIFO: runs before every ordinary thread.
        case realtime
        /// An ordinary thread with nice −20: gets most of a CPU that it shares.
        case favoured
        /// As before; the process may not change it.
        case unchanged
    }

    /// Raises its priority as far as is permitted, so that waking up is late only when the machine
    /// is. Threads that it starts don't inherit real-time priority.
    ///
    /// The corresponding C functions are `sched_setscheduler` and `setpriority`, which want
    /// CAP_SYS_NICE.
    /// - Parameter level: 1 to 99; of two real-time threads the one with more runs first.
    public static func raisePriority(_ level: Int = 1) -> Priority {
        if clinux_set_thread_fifo(CInt(clamping: level)) >= 0 { return .realtime }
        return clinux_set_thread_nice(-20) >= 0 ? .favoured : .unchanged
    }

    /// Runs from now on only when no other thread wants to, as threads do that it starts.
    ///
    /// The corresponding C function is `sched_setscheduler` with `SCHED_IDLE`.
    public static func yieldToAll() { _ = clinux_set_thread_idle() }
}

/// How long one thread was ready to run and had to wait for a CPU.
///
/// Reads `/proc/self/task/TID/schedstat`, kept open, which any thread may do. It's there with
/// `CONFIG_SCHED_INFO`.
public final class RunQueueClock: Sendable {
    private let file: ProcFile

    /// Opens the file of the calling thread; nil where the kernel has none.
    public init?() {
        guard let file = try? ProcFile(path: "/proc/self/task/\(clinux_gettid())/schedstat") else {
            return nil
        }
        self.file = file
        if waitNanoseconds() == nil { return nil }
    }

    /// Nanoseconds that it has waited since it started; nil once the thread has ended. Costs about
    /// 1 µs.
    ///
    /// Only waits that have ended count.
    public func waitNanoseconds() -> UInt64? {
        withUnsafeTemporaryAllocation(byteCount: 96, alignment: 1) { buffer in
            guard let count = try? file.read(into: buffer) else { return nil }
            return Self.parse(buffer.prefix(count))
        }
    }

    /// The second of the line's numbers: time on CPUs, time waiting, number of slices.
    static func parse(_ bytes: some Sequence<UInt8>) -> UInt64? {
        var field = 0
        var value: UInt64?
        for byte in bytes {
            switch byte {
            case UInt8(ascii: " "):
                if field == 1 { return value }
                field += 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard field == 1 else { continue }
                let (product, over) = (value ?? 0).multipliedReportingOverflow(by: 10)
                let (sum, more) = product.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
                if over || more { return nil }
                value = sum
            default:
                return nil
            }
        }
        return nil
    }
}
