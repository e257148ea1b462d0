/// Text for people on a terminal: no control characters of foreign origin, lines that fit.
///
/// Reasons and names may come from a stored run of unknown origin, so an escape sequence in them
/// must not reach a terminal.
public enum PlainText {
    /// The text on one line: every run of white space is a space, every control character `�`.
    public static func line(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            if scalar == " " || scalar == "\n" || scalar == "\t" || scalar == "\r" {
                if !line.isEmpty, !line.hasSuffix(" ") { line.append(" ") }
            } else {
                line.unicodeScalars.append(isControl(scalar) ? "\u{fffd}" : scalar)
            }
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }

    /// The text cut to so many columns, with `…` where something is missing.
    public static func cut(_ text: String, to width: Int) -> String {
        guard text.count > width else { return text }
        return width < 1 ? "" : text.prefix(width - 1) + "…"
    }

    /// The text filled up with spaces, on the left where `right` says that it stands on the right.
    public static func padded(_ text: String, to width: Int, right: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - text.count))
        return right ? spaces + text : text + spaces
    }

    /// The text in lines of at most `width` columns, broken at spaces; a longer word is cut up.
    public static func wrapped(
        _ text: String, width: Int, first: String = "", rest: String = ""
    ) -> [String] {
        var lines: [String] = []
        var current = first
        var isEmpty = true
        for word in line(text).split(separator: " ") {
            var word = word
            if !isEmpty, current.count + 1 + word.count > width {
                lines.append(current)
                current = rest
                isEmpty = true
            }
            while isEmpty, current.count + word.count > width, current.count < width {
                let piece = word.prefix(width - current.count)
                lines.append(current + piece)
                word = word.dropFirst(piece.count)
                current = rest
            }
            guard !word.isEmpty else { continue }
            current += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        if !isEmpty || lines.isEmpty { lines.append(current) }
        return lines
    }

    /// Whether a character may change what a terminal or a reader does: C0, DEL, C1, the marks that
    /// turn the direction of text, line and paragraph separators.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff:
            true
        default:
            false
        }
    }
}

/// Colours of a terminal, where they were asked for; what they say stands in words beside them.
struct Style {
    var isColored: Bool

    func verdict(_ name: String, _ text: String) -> String {
        guard isColored else { return text }
        let code =
            switch name {
            case "conforms": "32"
            case "deviates": "1;31"
            case "inconclusive": "33"
            default: "2"
            }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    func heading(_ text: String) -> String { isColored ? "\u{1b}[1m\(text)\u{1b}[0m" : text }
}
