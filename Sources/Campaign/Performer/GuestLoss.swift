import KernelLab

/// How a guest was lost: each its own cause, and none a verdict about the kernel.
public enum GuestLoss: Sendable, Hashable, CustomStringConvertible {
    /// The kernel panicked.
    case panic(String)
    /// The performer crashed, which takes process 1 and so the kernel with it.
    case crash(String)
    /// The kernel oopsed, and did not come to an end: what it said first.
    case oops(String)
    /// Nothing came from it for so many seconds.
    case hang(seconds: Int)
    /// The emulator failed.
    case emulator(String)
    /// It ended without a word.
    case noResult
    /// It ended before all was done.
    case halfAResult

    /// What a guest's end means, where not all was done.
    init(_ end: GuestEnd, hasGreeted: Bool) {
        self =
            switch end.loss {
            case .panic(let words) where words.hasPrefix("Attempted to kill init"): .crash(words)
            case .panic(let words): .panic(words)
            case .emulator(let words): .emulator(words)
            case .unconducted:
                .emulator("libetimedout-conductor.so had no effect on it, and no two guests agree")
            case .silent, .killed, nil: Self.quiet(end, hasGreeted: hasGreeted)
            }
    }

    /// What it means that a guest said nothing of its end.
    private static func quiet(_ end: GuestEnd, hasGreeted: Bool) -> GuestLoss {
        if let words = end.oops { return .oops(words) }
        if case .silent(let seconds) = end.loss { return .hang(seconds: seconds) }
        return hasGreeted ? .halfAResult : .noResult
    }

    /// Whether its words are the console's own, so that more of it adds nothing.
    var isSaidOnConsole: Bool {
        switch self {
        case .panic, .crash, .oops: true
        case .hang, .emulator, .noResult, .halfAResult: false
        }
    }

    /// What happened, in a few words.
    public var description: String {
        switch self {
        case .panic(let words): "its kernel panicked: \(words)"
        case .crash(let words): "the performer in it crashed: \(words)"
        case .oops(let words): "its kernel oopsed: \(words)"
        case .hang(let seconds): "nothing came from it for \(seconds) s, and it was killed"
        case .emulator(let words): "the emulator failed: \(words)"
        case .noResult: "it ended without any result"
        case .halfAResult: "it ended before all was done"
        }
    }
}
