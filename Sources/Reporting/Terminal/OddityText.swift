import Evidence
import KernelTimers

extension Oddity {
    /// The numbers in words, for a bug report.
    func lines(_ finding: Finding) -> [String] {
        var lines: [String] = []
        if let parting, let nearest = finding.nearest {
            lines.append(
                "parts from \(nearest), the nearest variant\(Self.place(parting)), by "
                    + "\(parting.aspect.rawValue): \(parting.text)")
        }
        lines.append(
            "numbers: "
                + [end(finding), sent, failed].compactMap { $0 }
                .joined(separator: "; "))
        return lines
    }

    private static func place(_ parting: Parting) -> String {
        parting.eventIndex.map { " at event \($0 + 1)" } ?? ""
    }

    private func end(_ finding: Finding) -> String {
        guard let abortNanoseconds else { return "no end while it was watched" }
        let errno = finding.errno.map { " with \($0.name)" } ?? ""
        let timeout = finding.trial.parameters.userTimeoutMilliseconds
        let seconds = Duration.fixed(abortNanoseconds, digits: 3)
        guard timeout > 0 else { return "ended\(errno) \(seconds) s after the outage began" }
        let multiple = Duration.fixed(abortNanoseconds / Int64(timeout) * 1000, digits: 2)
        return "ended\(errno) \(seconds) s after the outage began, \(multiple) × T"
    }

    private var sent: String {
        guard packets > 0 else { return "no packet by the subject" }
        let intervals = intervalNanoseconds.map { Duration.fixed($0, digits: 3) }
        let more = packets > intervals.count ? " …" : ""
        return "\(packets) packet\(packets == 1 ? "" : "s") by the subject, after "
            + intervals.joined(separator: " ") + more + " s"
    }

    private var failed: String? {
        failedAttempts > 0 ? "\(failedAttempts) attempts that are not on the wire" : nil
    }
}
