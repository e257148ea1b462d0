public import KernelTimers

/// A schedule as a table of at most 80 columns.
///
///      #  EVENT                            EARLIEST     LATEST   INTERVAL
///      1  tail loss probe                     0.200      0.212
///
/// Times are seconds; the interval counts from the earliest moment of the event before.
public struct ScheduleTable: Sendable {
    let schedule: Schedule
    let showsDerivations: Bool
    let horizon: Moment

    /// The table of a schedule that was followed until `horizon`.
    public init(_ schedule: Schedule, horizon: Moment, showsDerivations: Bool = false) {
        self.schedule = schedule
        self.horizon = horizon
        self.showsDerivations = showsDerivations
    }

    /// The table, each line ended, and below it the moment of the abort.
    public var text: String {
        (rows + [""] + conclusion).map { $0 + "\n" }.joined()
    }

    private var rows: [String] {
        guard !schedule.events.isEmpty else { return ["  (no events)"] }
        var lines = [line("#", "EVENT", "EARLIEST", "LATEST", "INTERVAL")]
        var before: Moment?
        for (index, event) in schedule.events.enumerated() {
            let interval = before.map { event.window.earliest - $0 }
            lines.append(
                line(
                    String(index + 1), event.kind.description, Self.text(event.window.earliest),
                    Self.text(event.window.latest),
                    interval.map { Duration.fixed($0.wholeNanoseconds, digits: 3) } ?? ""))
            before = event.window.earliest
            guard showsDerivations else { continue }
            lines += PlainText.wrapped(
                event.derivation, width: 80, first: "       ", rest: "       ")
        }
        return lines
    }

    private func line(
        _ number: String, _ event: String, _ earliest: String, _ latest: String, _ interval: String
    ) -> String {
        var line = PlainText.padded(number, to: 5, right: true) + "  "
        line += PlainText.padded(PlainText.cut(PlainText.line(event), to: 32), to: 32)
        for number in [earliest, latest, interval] {
            line += " " + PlainText.padded(number, to: 12, right: true)
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }

    private var conclusion: [String] {
        guard let abort = schedule.abort else {
            return PlainText.wrapped(
                "No abort until \(Self.text(horizon)) s: the connection lives.", width: 80)
        }
        return PlainText.wrapped(
            "\(Self.end(abort.kind)) between \(Self.text(abort.window.earliest)) s and "
                + "\(Self.text(abort.window.latest)) s.", width: 80)
    }

    private static func text(_ moment: Moment) -> String {
        Duration.fixed(moment.nanoseconds, digits: 3)
    }

    /// The end in a word: the error, or that the kernel forgets.
    private static func end(_ kind: Expected.Kind) -> String {
        if case .aborted(let error) = kind { return error.name }
        return "Forgotten"
    }
}
