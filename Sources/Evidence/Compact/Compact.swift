/// How values travel between the one who asks and the performer: in few bytes, and at little cost
/// to the guest that reads or writes them, where each instruction takes time. JSON cost it ten
/// times as much, and a library of its own.
///
/// Any Codable value goes, with what its coding says and nothing else, so that a new field travels
/// without anybody thinking of it. Layout: a value is a tag and what the tag says; integers are
/// variable-length (seven bits a byte, the lowest first, signs folded in the lowest bit); a string
/// is written once and later referred to by number, keys too; containers end with a tag.
///
/// It is no format to keep: both ends are built together (`Greeting.currentProtocol`). What is kept
/// is JSON.
public enum Compact {
    /// The bytes of a value. Throws what its `encode(to:)` throws.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let writer = CompactWriter()
        try writer.write(value, depth: 0)
        return writer.bytes
    }

    /// The value in these bytes.
    /// - Throws: `CompactError` where they are no such bytes, `DecodingError` where they are of
    ///   another value.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8]
    ) throws -> Value {
        let tree = try CompactTree(bytes)
        return try CompactNode(tree: tree, index: 0).decode(type)
    }

    /// What follows.
    enum Tag: UInt8 {
        case null, no, yes
        case integer
        /// The bytes of an IEEE 754 double.
        case double
        /// A length and UTF-8.
        case string
        /// The number of a string that came before.
        case repeated
        case list
        /// Strings and values in turn.
        case keyed
        case end
    }
}

/// Why bytes are not what they should be.
public enum CompactError: Error, Sendable, Hashable, CustomStringConvertible {
    /// They end inside a value.
    case cutOff
    /// Something that the layout does not have, at that offset.
    case malformed(Int)
    /// Containers within containers, deeper than any value of ours.
    case tooDeep

    /// What is wrong, in a few words.
    public var description: String {
        switch self {
        case .cutOff: "the bytes end inside a value"
        case .malformed(let offset): "byte \(offset) makes no sense"
        case .tooDeep: "nested too deeply"
        }
    }
}
