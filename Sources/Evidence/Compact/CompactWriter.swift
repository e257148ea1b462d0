/// The bytes so far, and how deep the containers are nested that are still open.
///
/// Codable does not say when a container is done with; but whoever writes to one is done with all
/// that were opened inside it.
final class CompactWriter {
    private(set) var bytes: [UInt8] = []
    private var numbers: [String: Int] = [:]
    private var openContainers = 0
    /// Types that are no dictionaries, by where their metadata is: to ask a value for a conformance
    /// takes longer than to write it.
    private var plainTypes = [ObjectIdentifier?](repeating: nil, count: 64)

    init() { bytes.reserveCapacity(8192) }

    /// Ends all containers that are nested deeper.
    func settle(_ depth: Int) {
        while openContainers > depth {
            put(.end)
            openContainers -= 1
        }
    }

    func open(_ tag: Compact.Tag, depth: Int) {
        settle(depth)
        put(tag)
        openContainers = depth + 1
    }

    func put(_ tag: Compact.Tag) { bytes.append(tag.rawValue) }

    func put(_ value: Bool) { put(value ? .yes : .no) }

    func put(_ value: some FixedWidthInteger) {
        // Beyond Int64 in digits: there are none such among ours.
        guard let value = Int64(exactly: value) else { return put(String(value)) }
        put(.integer)
        // Signs folded: 0, −1, 1, −2, …
        putLength(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    func put(_ value: Double) {
        put(.double)
        for shift in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * shift)))
        }
    }

    func put(_ text: String) {
        if let number = numbers[text] {
            put(.repeated)
            return putLength(UInt64(number))
        }
        numbers[text] = numbers.count
        put(.string)
        var text = text
        text.withUTF8 {
            putLength(UInt64($0.count))
            bytes.append(contentsOf: $0)
        }
    }

    /// A value inside containers of that depth; a value without content counts as none.
    func write<Value: Encodable>(_ value: Value, depth: Int) throws {
        let count = bytes.count
        let type = ObjectIdentifier(Value.self)
        let place = Int(UInt(bitPattern: type) >> 4) & (plainTypes.count - 1)
        if plainTypes[place] != type {
            if let dictionary = value as? any SortedByKey {
                open(.keyed, depth: depth)
                try dictionary.write(to: self, depth: depth + 1)
                return settle(depth)
            }
            plainTypes[place] = type
        }
        try value.encode(to: CompactEncoder(writer: self, depth: depth))
        settle(depth)
        if bytes.count == count { put(.null) }
    }

    private func putLength(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

/// A dictionary, whose order is another in each process: what is the same is to be the same bytes.
private protocol SortedByKey {
    func write(to writer: CompactWriter, depth: Int) throws
}

extension Dictionary: SortedByKey where Key == String, Value: Encodable {
    fileprivate func write(to writer: CompactWriter, depth: Int) throws {
        // The keys alone: to sort pairs of a type that is known only here is slow.
        for key in Array(keys).sorted() {
            guard let value = self[key] else { continue }
            writer.put(key)
            try writer.write(value, depth: depth)
        }
    }
}

/// What values encode themselves to.
struct CompactEncoder: Encoder {
    let writer: CompactWriter
    let depth: Int
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        writer.open(.keyed, depth: depth)
        return KeyedEncodingContainer(KeyedWriter(writer: writer, depth: depth + 1))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        writer.open(.list, depth: depth)
        return ListWriter(writer: writer, depth: depth + 1)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleWriter(writer: writer, depth: depth)
    }
}

private struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: CompactWriter
    let depth: Int
    var codingPath: [any CodingKey] { [] }

    private func put(_ key: Key) {
        writer.settle(depth)
        writer.put(key.stringValue)
    }

    func encodeNil(forKey key: Key) {
        put(key)
        writer.put(.null)
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        put(key)
        try writer.write(value, depth: depth)
    }

    func nestedContainer<Other: CodingKey>(
        keyedBy type: Other.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Other> {
        put(key)
        return CompactEncoder(writer: writer, depth: depth).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        put(key)
        return CompactEncoder(writer: writer, depth: depth).unkeyedContainer()
    }

    // No class of ours has a superclass.
    func superEncoder() -> any Encoder { CompactEncoder(writer: writer, depth: depth) }
    func superEncoder(forKey key: Key) -> any Encoder { superEncoder() }

    private func put(_ value: some FixedWidthInteger, _ key: Key) {
        put(key)
        writer.put(value)
    }

    func encode(_ value: Bool, forKey key: Key) {
        put(key)
        writer.put(value)
    }
    func encode(_ value: String, forKey key: Key) {
        put(key)
        writer.put(value)
    }
    func encode(_ value: Double, forKey key: Key) {
        put(key)
        writer.put(value)
    }
    func encode(_ value: Float, forKey key: Key) { encode(Double(value), forKey: key) }
    func encode(_ value: Int, forKey key: Key) { put(value, key) }
    func encode(_ value: Int8, forKey key: Key) { put(value, key) }
    func encode(_ value: Int16, forKey key: Key) { put(value, key) }
    func encode(_ value: Int32, forKey key: Key) { put(value, key) }
    func encode(_ value: Int64, forKey key: Key) { put(value, key) }
    func encode(_ value: UInt, forKey key: Key) { put(value, key) }
    func encode(_ value: UInt8, forKey key: Key) { put(value, key) }
    func encode(_ value: UInt16, forKey key: Key) { put(value, key) }
    func encode(_ value: UInt32, forKey key: Key) { put(value, key) }
    func encode(_ value: UInt64, forKey key: Key) { put(value, key) }
}

private struct ListWriter: UnkeyedEncodingContainer {
    let writer: CompactWriter
    let depth: Int
    private(set) var count = 0
    var codingPath: [any CodingKey] { [] }

    init(writer: CompactWriter, depth: Int) {
        self.writer = writer
        self.depth = depth
    }

    private mutating func next() {
        writer.settle(depth)
        count += 1
    }

    mutating func encodeNil() {
        next()
        writer.put(.null)
    }

    mutating func encode(_ value: some Encodable) throws {
        next()
        try writer.write(value, depth: depth)
    }

    mutating func nestedContainer<Key: CodingKey>(
        keyedBy type: Key.Type
    ) -> KeyedEncodingContainer<Key> {
        next()
        return CompactEncoder(writer: writer, depth: depth).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        next()
        return CompactEncoder(writer: writer, depth: depth).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { CompactEncoder(writer: writer, depth: depth) }

    private mutating func put(_ value: some FixedWidthInteger) {
        next()
        writer.put(value)
    }

    mutating func encode(_ value: Bool) {
        next()
        writer.put(value)
    }
    mutating func encode(_ value: String) {
        next()
        writer.put(value)
    }
    mutating func encode(_ value: Double) {
        next()
        writer.put(value)
    }
    mutating func encode(_ value: Float) { encode(Double(value)) }
    mutating func encode(_ value: Int) { put(value) }
    mutating func encode(_ value: Int8) { put(value) }
    mutating func encode(_ value: Int16) { put(value) }
    mutating func encode(_ value: Int32) { put(value) }
    mutating func encode(_ value: Int64) { put(value) }
    mutating func encode(_ value: UInt) { put(value) }
    mutating func encode(_ value: UInt8) { put(value) }
    mutating func encode(_ value: UInt16) { put(value) }
    mutating func encode(_ value: UInt32) { put(value) }
    mutating func encode(_ value: UInt64) { put(value) }
}

private struct SingleWriter: SingleValueEncodingContainer {
    let writer: CompactWriter
    let depth: Int
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { writer.put(.null) }
    func encode(_ value: some Encodable) throws { try writer.write(value, depth: depth) }
    func encode(_ value: Bool) { writer.put(value) }
    func encode(_ value: String) { writer.put(value) }
    func encode(_ value: Double) { writer.put(value) }
    func encode(_ value: Float) { writer.put(Double(value)) }
    func encode(_ value: Int) { writer.put(value) }
    func encode(_ value: Int8) { writer.put(value) }
    func encode(_ value: Int16) { writer.put(value) }
    func encode(_ value: Int32) { writer.put(value) }
    func encode(_ value: Int64) { writer.put(value) }
    func encode(_ value: UInt) { writer.put(value) }
    func encode(_ value: UInt8) { writer.put(value) }
    func encode(_ value: UInt16) { writer.put(value) }
    func encode(_ value: UInt32) { writer.put(value) }
    func encode(_ value: UInt64) { writer.put(value) }
}
