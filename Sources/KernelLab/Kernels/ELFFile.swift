/// The few things of a 64-bit little-endian ELF file that a laboratory wants (elf(5)).
struct ELFFile {
    private let bytes: [UInt8]

    /// `e_machine` of x86-64.
    static let x86: Int = 62

    /// Nil if the bytes are no such file.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 64, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else {
            return nil
        }
        self.bytes = bytes
    }

    /// `e_machine`.
    var machine: Int { number(18, 2) ?? 0 }

    /// The content of the section with a name.
    func section(_ name: String) -> ArraySlice<UInt8>? {
        guard let table = number(40, 8), let size = number(58, 2), let count = number(60, 2),
            let names = number(62, 2), let strings = content(ofSectionAt: table + names * size)
        else { return nil }
        for index in 0..<count {
            let header = table + index * size
            guard let offset = number(header, 4), offset <= strings.count else { continue }
            let text = strings.dropFirst(offset).prefix { $0 != 0 }
            if text.elementsEqual(name.utf8) { return content(ofSectionAt: header) }
        }
        return nil
    }

    private func content(ofSectionAt header: Int) -> ArraySlice<UInt8>? {
        guard let offset = number(header + 24, 8), let size = number(header + 32, 8),
            offset <= bytes.count, size <= bytes.count - offset
        else { return nil }
        return bytes[offset..<offset + size]
    }

    /// A number at an offset; nil outside of the file, and where it is absurdly large.
    private func number(_ offset: Int, _ octets: Int) -> Int? {
        guard offset >= 0, offset <= bytes.count - octets else { return nil }
        let value = (0..<octets).reduce(UInt64(0)) {
            $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1)
        }
        return value < 1 << 40 ? Int(value) : nil
    }
}
