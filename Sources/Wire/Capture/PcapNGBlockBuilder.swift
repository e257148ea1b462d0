/// Collects the body and the options of a pcapng block (draft-ietf-opsawg-pcapng, 3.1 and 3.5).
struct BlockBuilder {
    /// What stands before the options; a multiple of four octets.
    var body: [UInt8] = []

    private let type: UInt32
    private let name: String
    private var options: [UInt8] = []
    private var optionCount = 0

    init(_ type: UInt32, _ name: String) {
        self.type = type
        self.name = name
    }

    /// Adds an option. Its length must fit 16 bits.
    mutating func add(_ code: UInt16, _ value: [UInt8]) throws(WireError) {
        guard let length = UInt16(exactly: value.count) else {
            throw .cannotWrite(
                what: name, reason: "option \(code) has \(value.count) bytes, 65535 fit")
        }
        options.appendLittleEndian(code)
        options.appendLittleEndian(length)
        options += value
        options.padToMultipleOfFour()
        optionCount += 1
    }

    /// Adds text. Readers take a zero for its end (3.5), so it may hold none.
    mutating func add(_ code: UInt16, _ text: String?) throws(WireError) {
        guard let text else { return }
        let value = Array(text.utf8)
        guard !value.contains(0) else {
            throw .cannotWrite(
                what: name, reason: "the text of option \(code) holds a NUL character")
        }
        try add(code, value)
    }

    /// Adds comments, in their order.
    mutating func add(comments: [String]) throws(WireError) {
        for comment in comments { try add(PcapNGFormat.Option.comment, comment) }
    }

    /// Adds an integer.
    mutating func add(_ code: UInt16, _ number: (some FixedWidthInteger)?) throws(WireError) {
        guard let number else { return }
        var value: [UInt8] = []
        value.appendLittleEndian(number)
        try add(code, value)
    }

    /// Adds a time.
    mutating func add(_ code: UInt16, timestamp: UInt64?) throws(WireError) {
        guard let timestamp else { return }
        var value: [UInt8] = []
        value.append(timestamp: timestamp)
        try add(code, value)
    }

    /// The block with its type, and its length at both ends.
    consuming func finished(_ limits: CaptureLimits) throws(WireError) -> [UInt8] {
        guard optionCount <= limits.optionCount else {
            throw .cannotWrite(
                what: name, reason: "\(optionCount) options, \(limits.optionCount) are accepted")
        }
        if optionCount > 0 {
            options.appendLittleEndian(PcapNGFormat.Option.end)
            options.appendLittleEndian(UInt16(0))
        }
        let length = 12 + body.count + options.count
        guard length <= limits.blockByteCount else {
            throw .cannotWrite(
                what: name, reason: "\(length) bytes, \(limits.blockByteCount) are accepted")
        }
        var block: [UInt8] = []
        block.reserveCapacity(length)
        block.appendLittleEndian(type)
        block.appendLittleEndian(UInt32(truncatingIfNeeded: length))
        block += body
        block += options
        block.appendLittleEndian(UInt32(truncatingIfNeeded: length))
        return block
    }
}

extension [UInt8] {
    /// Appends a time: its upper, then its lower 32 bits (4.3).
    mutating func append(timestamp: UInt64) {
        appendLittleEndian(UInt32(truncatingIfNeeded: timestamp >> 32))
        appendLittleEndian(UInt32(truncatingIfNeeded: timestamp))
    }
}
