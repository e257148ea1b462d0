internal import LinuxNet

/// What a guest cost, on its console: how long it lived, for how much of that it was busy (one
/// nanosecond of virtual time is one instruction), and what woke it. `Scripts/benchmark` reads it.
struct GuestCosts {
    private let bootNanoseconds = MonotonicClock.nowNanoseconds()
    private var readySeconds: Double?

    /// The first trial is under way: what the guest was busy with until now was setting all up.
    mutating func ready() {
        if readySeconds == nil { readySeconds = Self.busySeconds() }
    }

    /// One line.
    func tell(trials: Int) {
        guard let uptime = Self.text("/proc/uptime"), let interrupts = Self.timerInterrupts()
        else { return }
        let threads = Self.kernelThreads().sorted {
            ($1.switches, $0.name) < ($0.switches, $1.name)
        }
        let woken = threads.prefix(6).map { "\($0.name) \($0.switches)" }
        let words = uptime.split { $0 == " " || $0 == "\n" }
        guard words.count == 2 else { return }
        Perform.complain(
            "costs: trials \(trials), boot \(bootNanoseconds / 1_000_000) ms, guest \(words[0]) s, "
                + "idle \(words[1]) s, timer interrupts \(interrupts), "
                + "busy until ready \(Int((readySeconds ?? 0) * 1000)) ms, "
                + "woken: \(woken.joined(separator: ", "))")
    }

    private static func busySeconds() -> Double? {
        guard let words = text("/proc/uptime")?.split(whereSeparator: \.isWhitespace),
            words.count == 2, let up = Double(words[0]), let idle = Double(words[1])
        else { return nil }
        return up - idle
    }

    private static func text(_ path: String) -> String? {
        (try? Machine.read(path)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Of the clock event device, whichever it is: the line that names a timer.
    private static func timerInterrupts() -> Int? {
        let lines = text("/proc/interrupts")?.split(separator: "\n") ?? []
        let counts = lines.filter { $0.hasSuffix("timer") || $0.hasSuffix("timer interrupts") }
            .compactMap { line in
                line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
            }
        return counts.max()
    }

    /// Threads of the kernel, which all have ids near the beginning, and how often each was woken.
    private static func kernelThreads() -> [(name: String, switches: Int)] {
        (2..<300).compactMap { id in
            guard let status = text("/proc/\(id)/status") else { return nil }
            var name: String?
            var switches: Int?
            for line in status.split(separator: "\n") {
                let words = line.split { $0 == "\t" || $0 == " " }
                guard words.count > 1 else { continue }
                if words[0] == "Name:" { name = String(words[1]) }
                if words[0] == "voluntary_ctxt_switches:" { switches = Int(words[1]) }
            }
            guard let name, let switches else { return nil }
            return (name, switches)
        }
    }
}
