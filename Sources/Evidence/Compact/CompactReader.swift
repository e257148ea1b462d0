/// A keyed container. Fields come in the order in which they are asked for, mostly: so the search
/// goes on from the last one found.
final class KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let tree: CompactTree
    private let range: Range<Int>
    private var place: Int
    var codingPath: [any CodingKey] { [] }

    init(tree: CompactTree, range: Range<Int>) {
        self.tree = tree
        self.range = range
        place = range.lowerBound
    }

    var allKeys: [Key] {
        var keys: [Key] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let node = tree.nodes[index]
            if let key = Key(stringValue: tree.strings[node.key]) { keys.append(key) }
            index = node.next
        }
        return keys
    }

    private func find(_ key: Key) -> CompactNode? {
        let name = key.stringValue
        let begin = place
        return find(name, in: begin..<range.upperBound)
            ?? find(name, in: range.lowerBound..<begin)
    }

    private func find(_ name: String, in part: Range<Int>) -> CompactNode? {
        var index = part.lowerBound
        while index < part.upperBound {
            let node = tree.nodes[index]
            if tree.strings[node.key] == name {
                place = node.next
                return CompactNode(tree: tree, index: index)
            }
            index = node.next
        }
        return nil
    }

    private func node(_ key: Key) throws -> CompactNode {
        guard let node = find(key) else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: [], debugDescription: "no \(key.stringValue)"))
        }
        return node
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try node(key).isNull }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try node(key).decode(type)
    }

    func nestedContainer<Other: CodingKey>(
        keyedBy type: Other.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Other> {
        try node(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try node(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { throw DecodingError.noSuperclass }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw DecodingError.noSuperclass }
}

struct ListReader: UnkeyedDecodingContainer {
    private let tree: CompactTree
    private let end: Int
    private var place: Int
    private(set) var currentIndex = 0
    var codingPath: [any CodingKey] { [] }

    init(tree: CompactTree, range: Range<Int>) {
        self.tree = tree
        place = range.lowerBound
        end = range.upperBound
    }

    var count: Int? { nil }
    var isAtEnd: Bool { place >= end }

    private mutating func next() throws -> CompactNode {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                Any.self, .init(codingPath: [], debugDescription: "the list ends"))
        }
        defer {
            place = tree.nodes[place].next
            currentIndex += 1
        }
        return CompactNode(tree: tree, index: place)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, tree.nodes[place].tag == .null else { return false }
        _ = try next()
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next().decode(type)
    }

    mutating func nestedContainer<Key: CodingKey>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { throw DecodingError.noSuperclass }
}

/// What a scalar is read from, in whichever container: its own `init(from:)` asks for one of these.
struct SingleReader: SingleValueDecodingContainer {
    let node: CompactNode
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { node.isNull }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try node.decode(type) }
    func decode(_ type: Bool.Type) throws -> Bool { try node.truth() }
    func decode(_ type: String.Type) throws -> String { try node.text() }
    func decode(_ type: Double.Type) throws -> Double { try node.double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try node.double()) }
    func decode(_ type: Int.Type) throws -> Int { try node.integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try node.integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try node.integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try node.integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try node.integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try node.integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try node.integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try node.integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try node.integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try node.integer(type) }
}

extension DecodingError {
    fileprivate static var noSuperclass: DecodingError {
        .dataCorrupted(.init(codingPath: [], debugDescription: "no class of ours has one above"))
    }
}
