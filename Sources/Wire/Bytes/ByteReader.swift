/// The order of the bytes of an integer.
enum ByteOrder: Sendable {
    case big
    case little
}

/// Takes integers and runs of bytes from the front of a slice, and throws where it ends.
///
/// The slice keeps the indices of the whole packet or file, so that ``offset`` is what an error
/// should name.
struct ByteReader {
    /// What the bytes are part of; decides which error a shortage is.
    enum Whole: Sendable {
        case packet
        case file(block: Int)
    }

    private var rest: ArraySlice<UInt8>
    /// What is being read, for errors: "TCP header", "enhanced packet block".
    let name: String
    let whole: Whole
    let order: ByteOrder

    init(_ bytes: ArraySlice<UInt8>, of name: String, in whole: Whole, order: ByteOrder = .big) {
        self.rest = bytes
        self.name = name
        self.whole = whole
        self.order = order
    }

    /// Where the next byte stands in the whole packet or file.
    var offset: Int { rest.startIndex }

    /// How many bytes are left.
    var count: Int { rest.count }

    /// Throws unless `needed` more bytes are there.
    func require(_ needed: Int) throws(WireError) {
        guard needed >= 0, needed <= rest.count else { throw shortage(needed) }
    }

    /// The next `length` bytes, with their indices kept.
    mutating func bytes(_ length: Int) throws(WireError) -> ArraySlice<UInt8> {
        try require(length)
        let taken = rest.prefix(length)
        rest = rest.dropFirst(length)
        return taken
    }

    /// All that is left.
    mutating func remainder() -> ArraySlice<UInt8> {
        defer { rest = rest.suffix(0) }
        return rest
    }

    /// The next octet.
    mutating func uint8() throws(WireError) -> UInt8 { try integer() }

    /// The next two octets as an integer.
    mutating func uint16() throws(WireError) -> UInt16 { try integer() }

    /// The next four octets as an integer.
    mutating func uint32() throws(WireError) -> UInt32 { try integer() }

    /// The next eight octets as an integer.
    mutating func uint64() throws(WireError) -> UInt64 { try integer() }

    private mutating func integer<T: FixedWidthInteger>() throws(WireError) -> T {
        var value: T = 0
        for byte in try bytes(T.bitWidth / 8) {
            value = (T.bitWidth > 8 ? value << 8 : 0) | T(truncatingIfNeeded: byte)
        }
        return order == .big ? value : value.byteSwapped
    }

    /// The error that says that the next `needed` bytes aren't there.
    func shortage(_ needed: Int) -> WireError {
        switch whole {
        case .packet:
            return .packetTruncated(
                layer: name, offset: offset, needed: needed, available: count)
        case .file(let block):
            return .fileTruncated(
                what: name, block: block, offset: offset, needed: needed, available: count)
        }
    }

    /// The error that says that what was read makes no sense. `offset` is the next byte's if nil.
    func malformed(_ reason: String, at offset: Int? = nil) -> WireError {
        let offset = offset ?? self.offset
        switch whole {
        case .packet:
            return .packetMalformed(layer: name, offset: offset, reason: reason)
        case .file(let block):
            return .fileMalformed(what: name, block: block, offset: offset, reason: reason)
        }
    }
}
