/// A piece of HTML. What is interpolated into it as text is escaped; only HTML stays as it is.
///
/// A template is a string literal of this type, so that the compiler checks its names and nothing
/// is forgotten. A Mustache library was tried: it escapes by characters, and a quotation mark that
/// carries a combining mark is another character, which would have ended an attribute.
struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The markup.
    var text: String

    /// Markup that is trusted as it stands.
    init(trusted text: String) { self.text = text }

    /// Markup written in the source.
    init(stringLiteral text: String) { self.text = text }

    /// Markup with values put in.
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Nothing.
    static let none = HTML(trusted: "")

    /// The pieces, one after another.
    static func joined(_ pieces: [HTML], by separator: String = "") -> HTML {
        HTML(trusted: pieces.map(\.text).joined(separator: separator))
    }

    /// Puts text in as text and HTML as HTML.
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ value: String) { VisibleText.escape(value, &text) }

        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        mutating func appendInterpolation(_ html: HTML) { text += html.text }

        mutating func appendInterpolation(_ html: HTML?) { text += html?.text ?? "" }

        mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { text += piece.text }
        }
    }
}

/// Text of foreign origin as markup that shows it, whatever is in it.
///
/// Works scalar by scalar. Markup becomes entities. A character that would not be seen, or would
/// turn the direction of what follows, is shown by its name: `␛`, `⟨U+202E⟩`.
enum VisibleText {
    /// How many characters of one text are shown; nothing that people read is longer.
    static let longest = 10_000

    /// Appends the text, fit for an element's content and for a quoted attribute.
    static func escape(_ value: String, _ out: inout String) {
        var shown = 0
        for scalar in value.unicodeScalars {
            shown += 1
            guard shown <= longest else {
                let rest = value.unicodeScalars.count - longest
                out += "… (\(rest) more characters left out)"
                return
            }
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\n", "\t": out.unicodeScalars.append(scalar)
            default:
                if isPlain(scalar) {
                    out.unicodeScalars.append(scalar)
                } else {
                    out += name(scalar)
                }
            }
        }
    }

    /// The text alone, without markup being escaped: for what is no HTML.
    static func shown(_ value: String) -> String {
        var out = ""
        for scalar in value.unicodeScalars {
            let isKept = scalar == "\n" || scalar == "\t" || isPlain(scalar)
            if isKept { out.unicodeScalars.append(scalar) } else { out += name(scalar) }
        }
        return out
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7f { return true }
        if PlainText.isControl(scalar) { return false }
        switch scalar.properties.generalCategory {
        case .format, .control, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            return false
        default: return true
        }
    }

    private static func name(_ scalar: Unicode.Scalar) -> String {
        if scalar.value < 0x20, let picture = Unicode.Scalar(0x2400 + scalar.value) {
            return String(Character(picture))
        }
        if scalar.value == 0x7f { return "\u{2421}" }
        let hex = String(scalar.value, radix: 16, uppercase: true)
        return "⟨U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex + "⟩"
    }

    /// A name for an `id` or a fragment: letters, digits, `.`, `_`, `-`; others become `-`, so that
    /// it needs no escaping anywhere.
    static func slug(_ text: String) -> String {
        String(
            text.map { character in
                let isKept =
                    character.isASCII
                    && (character.isLetter || character.isNumber || "._-".contains(character))
                return isKept ? character : "-"
            })
    }

    /// A relative path as a URL reference: everything but letters, digits and `-._~/+` is encoded,
    /// so that no name becomes a scheme, a host, a query or a fragment.
    static func href(_ path: String) -> String {
        var out = "./"
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2b, 0x2d, 0x2e, 0x5f, 0x7e, 0x2f:
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                out += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
        return out
    }
}
