/// The options at the end of a pcapng block (draft-ietf-opsawg-pcapng, 3.5).
struct PcapNGOptions {
    private var values: [(code: UInt16, reader: ByteReader)] = []

    /// Reads all that is left of a block's body.
    init(_ reader: inout ByteReader, _ limits: CaptureLimits) throws(WireError) {
        while reader.count > 0 {
            let start = reader.offset
            let code = try reader.uint16()
            let length = Int(try reader.uint16())
            if code == PcapNGFormat.Option.end { break }
            guard values.count < limits.optionCount else {
                throw .limitExceeded(
                    what: "number of options of \(reader.name)", offset: start,
                    value: UInt64(values.count) + 1, limit: UInt64(limits.optionCount))
            }
            let value = try reader.bytes(length)
            _ = try reader.bytes(paddingToMultipleOfFour(length))
            let name = "option \(code) of \(reader.name)"
            let own = ByteReader(value, of: name, in: reader.whole, order: reader.order)
            values.append((code, own))
        }
    }

    /// The comments, in their order.
    func comments() throws(WireError) -> [String] {
        var texts: [String] = []
        for (code, reader) in values where code == PcapNGFormat.Option.comment {
            texts.append(try Self.text(reader))
        }
        return texts
    }

    /// The text of an option that occurs once; nil if it doesn't occur.
    func text(_ code: UInt16) throws(WireError) -> String? {
        guard let reader = first(code) else { return nil }
        return try Self.text(reader)
    }

    /// The value of an option of one octet.
    func uint8(_ code: UInt16) throws(WireError) -> UInt8? {
        guard var reader = try first(code, length: 1) else { return nil }
        return try reader.uint8()
    }

    /// The value of an option of four octets.
    func uint32(_ code: UInt16) throws(WireError) -> UInt32? {
        guard var reader = try first(code, length: 4) else { return nil }
        return try reader.uint32()
    }

    /// The value of an option of eight octets.
    func uint64(_ code: UInt16) throws(WireError) -> UInt64? {
        guard var reader = try first(code, length: 8) else { return nil }
        return try reader.uint64()
    }

    /// A time, in the interface's unit: its upper, then its lower 32 bits.
    func timestamp(_ code: UInt16) throws(WireError) -> UInt64? {
        guard var reader = try first(code, length: 8) else { return nil }
        return try reader.timestamp()
    }

    /// Of an option that may occur only once, the first counts.
    private func first(_ code: UInt16) -> ByteReader? {
        values.first { $0.code == code }?.reader
    }

    private func first(_ code: UInt16, length: Int) throws(WireError) -> ByteReader? {
        guard let reader = first(code) else { return nil }
        guard reader.count == length else {
            throw reader.malformed("\(reader.count) bytes long, \(length) are right")
        }
        return reader
    }

    /// UTF-8 that ends at the first zero, or at the end (3.5).
    private static func text(_ reader: ByteReader) throws(WireError) -> String {
        var copy = reader
        let bytes = copy.remainder().prefix { $0 != 0 }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw reader.malformed("not UTF-8")
        }
        return text
    }
}

extension ByteReader {
    /// A time of pcapng, in the interface's unit: its upper, then its lower 32 bits.
    mutating func timestamp() throws(WireError) -> UInt64 {
        let upper = UInt64(try uint32())
        return upper << 32 | UInt64(try uint32())
    }
}
