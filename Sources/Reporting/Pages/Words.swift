import Evidence
import KernelTimers

/// How values are written on pages.
enum Words {
    /// `3 s`, `1.5 s`, `10 min`, `2 h`: a whole number of the largest unit that fits.
    static func time(milliseconds: Int) -> String {
        if milliseconds >= 3_600_000, milliseconds % 3_600_000 == 0 {
            return "\(milliseconds / 3_600_000) h"
        }
        if milliseconds >= 120_000, milliseconds % 60_000 == 0 {
            return "\(milliseconds / 60_000) min"
        }
        if milliseconds % 1000 == 0 { return "\(milliseconds / 1000) s" }
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let digits = milliseconds % 100 == 0 ? 1 : 2
        return "\(Duration.fixed(Int64(milliseconds) * 1_000_000, digits: digits)) s"
    }

    /// T and tcp_retries2 alone: `3 s`, `3 s r1`, `r3`, `no T`.
    static func askedShort(_ parameters: Parameters) -> String {
        let retries = parameters.retries2.map { "r\($0)" }
        guard parameters.userTimeoutMilliseconds > 0 else { return retries ?? "no T" }
        return [time(milliseconds: parameters.userTimeoutMilliseconds), retries].compactMap { $0 }
            .joined(separator: " ")
    }

    /// A dotted name, which may be broken behind its dots.
    static func breakable(_ name: String) -> HTML {
        .joined(name.split(separator: ".").map { "\(String($0))" as HTML }, by: ".<wbr>")
    }

    /// `IPv4`, `IPv6`.
    static func family(_ family: AddressFamily) -> String {
        switch family {
        case .ipv4: "IPv4"
        case .ipv6: "IPv6"
        }
    }

    /// `v4`, `l6`: family and link in the least room.
    static func place(_ parameters: Parameters) -> String {
        (parameters.link == .veth ? "v" : "l") + (parameters.family == .ipv4 ? "4" : "6")
    }

    /// A moment in seconds, three digits behind the point.
    static func seconds(_ moment: Moment) -> String {
        Duration.fixed(moment.nanoseconds, digits: 3)
    }

    /// A window in seconds without its unit: `3.421–3.438`.
    static func seconds(_ window: Window) -> String {
        let (first, last) = (seconds(window.earliest), seconds(window.latest))
        return first == last ? first : "\(first)–\(last)"
    }

    /// `1 trial`, `2 trials`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

/// The line with which a trial is performed again.
enum Reproduction {
    /// Such as `etimedout run --kernel debian:6.1 --behaviour unroutable.idle --values "T=3000"`.
    static func line(_ trial: TrialID, _ kernel: KernelIdentity) -> String {
        let isHost = kernel.selector == "host" || kernel.selector.isEmpty
        let selector = isHost ? "" : " --kernel \(quoted(kernel.selector))"
        return "etimedout run\(selector) --behaviour \(quoted(trial.behaviour))"
            + " --values \"\(trial.parameters.summary)\""
    }

    /// A word as a shell takes it whole.
    static func quoted(_ word: String) -> String {
        let isPlain = word.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "._-:/+,@=".contains($0))
        }
        guard !isPlain || word.isEmpty else { return word }
        return "'" + word.replacing("'", with: #"'\''"#) + "'"
    }
}
