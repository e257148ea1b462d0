internal import KernelTimers
internal import Reporting

extension Advice {
    /// The advice for a terminal, 80 columns wide.
    public func text(_ needs: Needs) -> String {
        var lines = PlainText.wrapped(
            "Needed: a dead connection noticed within \(needs.detectWithin.formattedSeconds) of "
                + "the first write, a blip of \(needs.surviveBlip.formattedSeconds) survived, a "
                + "consumer "
                + "borne that reads nothing for \(needs.slowConsumer.formattedSeconds). Round trip "
                + "\(needs.roundTrip.formattedSeconds), HZ=\(needs.tick.hz).", width: 80)
        if let refusal {
            lines += PlainText.wrapped(refusal, width: 80)
            return lines.map { $0 + "\n" }.joined()
        }
        if let userTimeoutMilliseconds {
            lines.append("TCP_USER_TIMEOUT: \(userTimeoutMilliseconds) ms")
        }
        for suggestion in suggestions { lines += [""] + Self.lines(suggestion) }
        if !withheld.isEmpty {
            lines += ["", "Not suggested, since this kernel breaks what it would rest on:"]
            for entry in withheld {
                lines += PlainText.wrapped(
                    "\(entry.product): \(entry.reason)", width: 80, first: "  ", rest: "    ")
            }
        }
        if !besides.isEmpty {
            lines += [""]
            lines += PlainText.wrapped(
                "Nothing above rests on it, but with such settings this kernel breaks also:",
                width: 80)
            for reason in besides {
                lines += PlainText.wrapped(reason, width: 80, first: "  ", rest: "    ")
            }
        }
        let unshown = Set(suggestions.flatMap(\.unshown))
        let behaviours = Set(unshown.flatMap(\.behaviours)).sorted()
        if !behaviours.isEmpty {
            let options = behaviours.map { "--behaviour \($0)" }.joined(separator: " ")
            lines += [""]
            lines += PlainText.wrapped(
                "Taken on trust of this kernel; ask it, and name the run's folder with --findings: "
                    + "etimedout run \(options)", width: 80)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func lines(_ suggestion: Suggestion) -> [String] {
        var lines = [suggestion.product]
        // Settings are to be copied: a long one is not broken.
        lines += suggestion.settings.map { "    " + $0 }
        let detects = suggestion.detects.map {
            "\($0.what) " + ($0.window.map(Self.words) ?? "never")
        }
        lines += PlainText.wrapped(
            "noticed: " + detects.joined(separator: ", "), width: 80, first: "  ", rest: "    ")
        lines += PlainText.wrapped(
            "costs: \(suggestion.cost)", width: 80, first: "  ", rest: "    ")
        return lines
    }

    private static func words(_ window: Window) -> String {
        let first = Duration.fixed(window.earliest.nanoseconds, digits: 2)
        let last = Duration.fixed(window.latest.nanoseconds, digits: 2)
        return first == last ? "\(first) s" : "\(first)…\(last) s"
    }
}
