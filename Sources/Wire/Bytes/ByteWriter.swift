extension [UInt8] {
    /// Appends an integer, most significant octet first.
    mutating func appendBigEndian<T: FixedWidthInteger>(_ value: T) {
        for shift in stride(from: T.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    /// Appends an integer, least significant octet first.
    mutating func appendLittleEndian<T: FixedWidthInteger>(_ value: T) {
        for shift in stride(from: 0, to: T.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    /// Overwrites two octets, most significant first. Does nothing if they aren't there.
    mutating func replaceBigEndian(_ value: UInt16, at offset: Int) {
        guard offset >= 0, offset + 2 <= count else { return }
        self[offset] = UInt8(truncatingIfNeeded: value >> 8)
        self[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    /// Appends zeros until the length is a multiple of four.
    mutating func padToMultipleOfFour() {
        append(contentsOf: repeatElement(0, count: paddingToMultipleOfFour(count)))
    }
}

/// How many octets are missing to the next multiple of four: 0…3.
func paddingToMultipleOfFour(_ length: Int) -> Int { (4 - length & 3) & 3 }
