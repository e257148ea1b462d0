import Behaviours
import Evidence
public import Judge

/// An audit for people on a terminal of 80 columns.
///
/// First what the kernel has and lacks, each change with a trial that shows it, then what cannot be
/// told and why, then what differs from what its version leads to expect.
public struct AuditText: Sendable {
    let audit: Audit
    let options: Summary.Options

    /// The text of an audit.
    public init(_ audit: Audit, options: Summary.Options = Summary.Options()) {
        self.audit = audit
        self.options = options
    }

    /// The whole text, each line ended.
    public var text: String {
        let parts = [heading, told, untold, differences, totals].filter { !$0.isEmpty }
        return parts.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private var style: Style { Style(isColored: options.isColored) }

    private var heading: [String] {
        let kernel = audit.kernel
        let source = audit.version.map { ", by its version from \($0)" } ?? ""
        return PlainText.wrapped(
            "Linux \(kernel.release) \(kernel.machine), HZ=\(kernel.hz) "
                + "(\(kernel.selector))\(source)",
            width: options.width
        ).map(style.heading)
    }

    // MARK: - What was told

    private var told: [String] {
        let entries = audit.entries.filter { $0.state != .unknown }
        guard !entries.isEmpty else { return ["No finding tells of any change."] }
        var lines = [style.heading(row(" ", "SHOWN", "EXPECTED", "CHANGE", "SINCE", "TITLE"))]
        for entry in entries {
            lines.append(
                coloured(
                    entry,
                    row(
                        entry.differs ? "!" : " ", Self.words(entry.state),
                        Self.words(entry.expected), entry.change, entry.first, entry.title)))
            if let reason = entry.reason { lines += indented(reason) }
            lines += proof(entry)
        }
        return lines
    }

    private func row(
        _ mark: String, _ state: String, _ expected: String, _ change: String, _ first: String,
        _ title: String
    ) -> String {
        let head =
            "\(mark) " + PlainText.padded(state, to: 8) + PlainText.padded(expected, to: 9)
            + PlainText.padded(PlainText.cut(PlainText.line(change), to: 14), to: 15)
            + PlainText.padded(PlainText.line(first), to: 9)
        return PlainText.cut(head + PlainText.line(title), to: options.width)
    }

    private func coloured(_ entry: Audit.Entry, _ line: String) -> String {
        switch entry.state {
        case .broken: style.verdict("deviates", line)
        case .present, .absent, .unknown:
            entry.differs ? style.verdict("deviates", line) : line
        }
    }

    /// The first trial that shows it, its capture, and how many more there are.
    private func proof(_ entry: Audit.Entry) -> [String] {
        guard let first = entry.evidence.first else { return [] }
        var words =
            "\(first.trial.behaviour) \(first.trial.parameters.summary): "
            + first.variants.joined(separator: "/")
        let more = entry.evidence.count - 1
        if more > 0 { words += ", and \(more) more" }
        var lines = indented(words)
        if let capture = first.capture { lines.append("    " + PlainText.line(path(capture))) }
        return lines
    }

    private func path(_ capture: String) -> String {
        guard let folder = options.folder else { return capture }
        return folder.hasSuffix("/") ? folder + capture : "\(folder)/\(capture)"
    }

    private func indented(_ text: String) -> [String] {
        PlainText.wrapped(text, width: options.width, first: "    ", rest: "      ")
    }

    private static func words(_ state: Audit.State) -> String {
        switch state {
        case .present: "present"
        case .absent: "absent"
        case .broken: "broken"
        case .unknown: "?"
        }
    }

    private static func words(_ expected: Bool?) -> String {
        expected.map { $0 ? "present" : "absent" } ?? "-"
    }

    // MARK: - What was not

    private var untold: [String] {
        let entries = audit.entries.filter { $0.state == .unknown }
        guard !entries.isEmpty else { return [] }
        var lines = [style.heading("Cannot be told:")]
        for entry in entries {
            lines += PlainText.wrapped(
                "\(entry.change) \(entry.title) (\(Self.words(entry.expected)) by version): "
                    + (entry.reason ?? ""),
                width: options.width, first: "  ", rest: "    ")
        }
        return lines
    }

    private var differences: [String] {
        var lines: [String] = []
        for difference in audit.differences {
            let observed =
                difference.observed.isEmpty
                ? "no known variant" : difference.observed.joined(separator: "/")
            lines += PlainText.wrapped(
                "\(difference.trial.behaviour) \(difference.trial.parameters.summary): expected "
                    + "\(difference.expected.joined(separator: "/")), observed \(observed)",
                width: options.width, first: "  ", rest: "    ")
        }
        let rest = audit.unknown.filter { trial in
            !audit.differences.contains { $0.trial == trial }
        }
        for trial in rest {
            lines += PlainText.wrapped(
                "\(trial.behaviour) \(trial.parameters.summary): no known variant",
                width: options.width, first: "  ", rest: "    ")
        }
        guard !lines.isEmpty else { return [] }
        return [style.heading("Other than this version leads to expect:")] + lines
    }

    private var totals: [String] {
        let counts = Audit.State.allCases.map { state in
            (Self.total(state), audit.entries.count { $0.state == state })
        }
        let words = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        let differing = audit.entries.count(where: \.differs)
        var lines = PlainText.wrapped(
            "\(audit.entries.count) changes: " + words.joined(separator: ", ")
                + "; \(differing == 0 ? "none" : String(differing)) other than expected"
                + (differing == 0 ? "" : " (!)"),
            width: options.width)
        if let folder = options.folder { lines.append("Evidence: \(PlainText.line(folder))") }
        return lines
    }

    private static func total(_ state: Audit.State) -> String {
        switch state {
        case .present: "present"
        case .absent: "absent"
        case .broken: "present but broken"
        case .unknown: "cannot be told"
        }
    }
}
