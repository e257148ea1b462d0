/// Compact bytes, read into nodes: each with the place where what follows it begins.
final class CompactTree {
    struct Node {
        var tag: Compact.Tag
        /// The number of the string under which it stands in a keyed container.
        var key = -1
        /// An integer, the bits of a double, or the number of a string.
        var value: Int64 = 0
        /// The node after it and all that is in it.
        var next = 0
    }

    private(set) var nodes: [Node] = []
    private(set) var strings: [String] = []
    private let bytes: [UInt8]
    private var offset = 0

    private static let deepest = 64

    init(_ bytes: [UInt8]) throws(CompactError) {
        self.bytes = bytes
        nodes.reserveCapacity(bytes.count / 3)
        try readValue(try readTag(), key: -1, depth: 0)
        guard offset == bytes.count else { throw .malformed(offset) }
    }

    private func readTag() throws(CompactError) -> Compact.Tag {
        guard offset < bytes.count else { throw .cutOff }
        guard let tag = Compact.Tag(rawValue: bytes[offset]) else { throw .malformed(offset) }
        offset += 1
        return tag
    }

    private func readLength() throws(CompactError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard offset < bytes.count else { throw .cutOff }
            let byte = bytes[offset]
            guard shift < 63 || byte <= 1 else { throw .malformed(offset) }
            offset += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// The number of the string that follows.
    private func readString(_ tag: Compact.Tag) throws(CompactError) -> Int {
        let begin = offset
        let number = try readLength()
        if tag == .repeated {
            guard number < strings.count else { throw .malformed(begin) }
            return Int(number)
        }
        guard tag == .string else { throw .malformed(begin - 1) }
        guard number <= bytes.count - offset else { throw .cutOff }
        let end = offset + Int(number)
        strings.append(String(decoding: bytes[offset..<end], as: UTF8.self))
        offset = end
        return strings.count - 1
    }

    private func readValue(
        _ tag: Compact.Tag, key: Int, depth: Int
    ) throws(CompactError) {
        guard depth < Self.deepest else { throw .tooDeep }
        let place = nodes.count
        nodes.append(Node(tag: tag, key: key))
        switch tag {
        case .null, .no, .yes: break
        case .integer:
            let folded = try readLength()
            nodes[place].value = Int64(bitPattern: folded >> 1) ^ -Int64(folded & 1)
        case .double:
            guard offset + 8 <= bytes.count else { throw .cutOff }
            var bits: UInt64 = 0
            for index in 0..<8 { bits |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
            nodes[place].value = Int64(bitPattern: bits)
            offset += 8
        case .string, .repeated:
            nodes[place].value = Int64(try readString(tag))
            nodes[place].tag = .string
        case .list:
            while true {
                let next = try readTag()
                if next == .end { break }
                try readValue(next, key: -1, depth: depth + 1)
            }
        case .keyed:
            while true {
                let next = try readTag()
                if next == .end { break }
                let key = try readString(next)
                try readValue(try readTag(), key: key, depth: depth + 1)
            }
        case .end: throw .malformed(offset - 1)
        }
        nodes[place].next = nodes.count
    }
}

/// A node as what it may be read as.
struct CompactNode: Decoder {
    let tree: CompactTree
    let index: Int
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    private var node: CompactTree.Node { tree.nodes[index] }

    var isNull: Bool { node.tag == .null }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try type.init(from: self)
    }

    func text() throws -> String {
        guard node.tag == .string else { throw mismatch(String.self) }
        return tree.strings[Int(node.value)]
    }

    func truth() throws -> Bool {
        guard node.tag == .yes || node.tag == .no else { throw mismatch(Bool.self) }
        return node.tag == .yes
    }

    func double() throws -> Double {
        if node.tag == .integer { return Double(node.value) }
        guard node.tag == .double else { throw mismatch(Double.self) }
        return Double(bitPattern: UInt64(bitPattern: node.value))
    }

    func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        let value =
            node.tag == .integer ? Value(exactly: node.value) : try Value(text(), radix: 10)
        guard let value else { throw mismatch(type) }
        return value
    }

    func mismatch(_ type: Any.Type) -> DecodingError {
        .typeMismatch(
            type, .init(codingPath: [], debugDescription: "a \(node.tag) where \(type) should be"))
    }

    /// The containers' first child, and the place behind the last.
    func children(_ tag: Compact.Tag) throws -> Range<Int> {
        guard node.tag == tag else {
            throw mismatch(tag == .list ? [Any].self : [String: Any].self)
        }
        return index + 1..<node.next
    }

    func container<Key: CodingKey>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(KeyedReader(tree: tree, range: try children(.keyed)))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        ListReader(tree: tree, range: try children(.list))
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleReader(node: self) }
}
