/// A text that is made when it is read. Of the events of a tree few are ever shown, and to put the
/// arithmetic of all of them into words took most of the time of following it.
public struct LazyText: Sendable, Hashable, Codable {
    private let make: @Sendable () -> String

    /// The text.
    public var text: String { make() }

    /// A text that is made by an expression.
    public init(_ text: @autoclosure @escaping @Sendable () -> String) { make = text }

    /// Whether the texts are the same.
    public static func == (left: Self, right: Self) -> Bool { left.text == right.text }

    /// Adds the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// The text alone.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// The text alone.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        make = { text }
    }
}
