import FoundationEssentials

/// JSON as everything here is stored: keys sorted, indented, slashes bare, a newline at the end, so
/// that equal values make equal bytes and a difference between two runs is a difference of lines.
public enum JSONText {
    /// The bytes of a value.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [0x0a]
    }

    /// The value of bytes; throws `JSONTextError` with one line that says what is wrong, and where.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8]
    ) throws(JSONTextError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw JSONTextError(error)
        } catch {
            throw JSONTextError(reason: PlainText.line("\(error)"))
        }
    }
}

/// What is wrong with JSON that was read, in one line.
public struct JSONTextError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, and where.
    public var reason: String

    init(reason: String) { self.reason = reason }

    init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            reason = "\(Self.place(context.codingPath))\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            reason = Self.place(context.codingPath) + context.debugDescription
        case .dataCorrupted(let context):
            let cause = context.underlyingError.map { ": \($0)" } ?? ""
            reason = Self.place(context.codingPath) + context.debugDescription + cause
        @unknown default:
            reason = "\(error)"
        }
        reason = PlainText.line(reason)
    }

    /// The reason.
    public var description: String { reason }

    private static func place(_ path: [any CodingKey]) -> String {
        guard !path.isEmpty else { return "" }
        let words = path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        return "at " + words.joined(separator: ".") + ": "
    }
}
