/// A line of a guest's console in which its kernel says that something is wrong with it: a WARNING,
/// a BUG, an oops, what KASAN or lockdep found.
///
/// It is no verdict: the trial's own witnesses decide. But whoever reads of one wants to know.
public struct KernelComplaint: Codable, Sendable, Hashable {
    /// The guest, from 1; its console is stored as `console-N.txt`.
    public var guest: Int
    /// The line.
    public var line: String
    /// The trials that were under way, as far as the line says when it was printed.
    public var trials: [TrialID]

    /// A complaint.
    public init(guest: Int, line: String, trials: [TrialID] = []) {
        self.guest = guest
        self.line = line
        self.trials = trials
    }

    /// When it was printed: the stamp of `printk.time`, nanoseconds of the kernel's clock since its
    /// boot, which is CLOCK_MONOTONIC but for some milliseconds.
    public var nanoseconds: Int64? {
        guard let open = line.firstIndex(of: "["), let close = line[open...].firstIndex(of: "]")
        else { return nil }
        let parts = line[line.index(after: open)..<close].split(separator: ".")
        guard parts.count == 2, parts[1].count == 6,
            let seconds = Int64(parts[0].drop { $0 == " " }), let rest = Int64(parts[1]),
            (0...1_000_000_000).contains(seconds)
        else { return nil }
        return seconds * 1_000_000_000 + rest * 1000
    }
}
