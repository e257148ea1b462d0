import Subprocess

/// How a guest ended, as seen from outside. Whether all was performed only its results tell.
public struct GuestEnd: Sendable, Hashable {
    /// Why, where it is not by a reset of its own.
    public var loss: Loss?
    /// All that came to its console.
    public var console: String

    /// The ways in which guests are lost. None is a verdict about the kernel.
    public enum Loss: Sendable, Hashable {
        /// The kernel panicked, with these words.
        case panic(String)
        /// It neither reported nor printed for so many seconds, and was killed.
        case silent(seconds: Int)
        /// The emulator failed, with these words.
        case emulator(String)
        /// The library that has the emulator's threads take turns had no effect: two such guests
        /// would differ.
        case unconducted
        /// We killed it.
        case killed
    }

    /// - Parameter message: what the emulator said on its standard error, the conductor's greeting
    ///   among it.
    init(
        stop: Guest.Stop?, status: TerminationStatus, message: String, console: String,
        needsConductor: Bool = true
    ) {
        self.console = console
        let words = message.replacing(Self.conductorGreeting, with: "")
        loss =
            switch (stop, status) {
            case (.cancelled, _), (.enough, _): .killed
            case (.silent(let patience), _):
                .silent(seconds: Int(patience.components.seconds))
            case (nil, .exited(0))
            where needsConductor && !message.contains(Self.conductorGreeting):
                .unconducted
            case (nil, .exited(0)): Self.panic(in: console).map { .panic($0) }
            case (nil, _): .emulator(Program.lastLine(words) ?? "\(status)")
            }
    }

    /// `CONDUCTOR_GREETING`.
    static let conductorGreeting = "etimedout-conductor: conducting\n"

    /// The words of a panic.
    private static func panic(in console: String) -> String? {
        let marker = "Kernel panic - not syncing: "
        let lines = console.split(whereSeparator: \.isNewline)
        guard let line = lines.first(where: { $0.contains(marker) }),
            let range = line.firstRange(of: marker)
        else { return nil }
        return String(line[range.upperBound...])
    }

    /// The console's last lines.
    public func tail(_ count: Int) -> [String] {
        console.split(whereSeparator: \.isNewline).suffix(count).map(String.init)
    }

    /// The lines of the console in which a kernel says that something is wrong with it
    /// (kernel/panic.c, lib/bug.c, arch/x86/kernel/dumpstack.c, mm/kasan/report.c and their like).
    public var complaints: [String] {
        let markers =
            Self.oopses + [
                "WARNING: ", "BUG: ", "KASAN: ", "KCSAN: ", "KFENCE: ", "UBSAN: ",
                "INFO: task ", "INFO: rcu", "general protection fault", "refcount_t: ",
                "unregister_netdevice: waiting", "Kernel panic",
            ]
        return lines(with: markers)
    }

    /// What an oops said first, where there was one.
    public var oops: String? {
        lines(with: Self.oopses).first.map { line in
            // Without the stamp.
            let words = line.firstIndex(of: "]").map { line[line.index(after: $0)...] }
            return String((words ?? line[...]).drop { $0 == " " })
        }
    }

    private static let oopses = [
        "BUG: kernel NULL pointer dereference", "BUG: unable to handle", "kernel BUG at ",
        "Oops: ", "general protection fault",
    ]

    private func lines(with markers: [String]) -> [String] {
        console.split(whereSeparator: \.isNewline).map(String.init).filter { line in
            markers.contains { line.contains($0) }
        }
    }
}
