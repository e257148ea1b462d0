/// Why a kernel cannot be had, made ready or booted; one line each.
public enum KernelLabError: Error, Sendable, Hashable {
    /// The text names no kernel.
    case notASelector(String, reason: String)
    /// A file or folder cannot be read or written.
    case file(String, reason: String)
    /// The file is no kernel for this kind of machine.
    case notAKernel(String, reason: String)
    /// The package or archive is broken, or holds no kernel.
    case badPackage(String, reason: String)
    /// A program that is needed is not installed.
    case programMissing(String, package: String)
    /// A program failed; the last line that it said.
    case programFailed(String, reason: String)
    /// Debian offers no such kernel.
    case notOffered(String, offered: [String])
    /// The package source cannot be reached, and nothing suitable is kept.
    case offline(String, reason: String)
    /// Guests cannot run in real time here.
    case noRealTime(String)
    /// The machine has too little memory for a guest.
    case memory(neededMegabytes: Int, availableMegabytes: Int)
}

extension KernelLabError: CustomStringConvertible {
    /// What happened, to what, and what to do where that is known.
    public var description: String {
        switch self {
        case .notASelector(let text, let reason): "the kernel \"\(text)\" is unknown: \(reason)"
        case .file(let path, let reason): "\(path): \(reason)"
        case .notAKernel(let path, let reason): "\(path) is not a kernel to boot: \(reason)"
        case .badPackage(let path, let reason): "\(path): \(reason)"
        case .programMissing(let program, let package):
            "\(program) is not installed; Debian's package \(package) has it"
        case .programFailed(let program, let reason): "\(program) failed: \(reason)"
        case .notOffered(let wanted, let offered):
            "Debian offers no kernel \(wanted)"
                + (offered.isEmpty ? "" : "; near it: \(offered.joined(separator: ", "))")
        case .offline(let wanted, let reason):
            "\(wanted) cannot be fetched and is not kept from earlier: \(reason)"
        case .noRealTime(let reason):
            "guests cannot run in real time here: \(reason); without --clock real they run in "
                + "virtual time"
        case .memory(let needed, let available):
            "a guest of \(needed) MB is needed, and only \(available) MB are available"
        }
    }
}
