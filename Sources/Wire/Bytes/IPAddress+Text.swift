extension IPAddress: LosslessStringConvertible {
    /// An address from text: dotted decimal, or any form of RFC 4291, section 2.2.
    ///
    /// Nil for anything else. Leading zeros in dotted decimal are refused, since readers disagree
    /// on whether they mean octal (RFC 6943, 3.1.1); so are zones and prefix lengths.
    public init?(_ text: String) {
        let characters = Array(text.utf8)
        // The longest form, six groups and dotted decimal, has 45 characters (INET6_ADDRSTRLEN −
        // 1).
        guard characters.count <= 45 else { return nil }
        if characters.contains(UInt8(ascii: ":")) {
            guard let octets = Self.sixteenOctets(characters) else { return nil }
            self.init(octets: octets)
        } else {
            guard let octets = Self.fourOctets(characters[...]) else { return nil }
            self.init(octets: octets)
        }
    }

    /// Canonical text: dotted decimal, or RFC 5952, section 4.
    ///
    /// IPv4-mapped addresses end in dotted decimal (RFC 5952, section 5), and no others.
    public var description: String {
        let octets = octets
        switch self {
        case .v4:
            return octets.map(String.init).joined(separator: ".")
        case .v6(0, let low) where low >> 32 == 0xFFFF:
            return "::ffff:" + octets.suffix(4).map(String.init).joined(separator: ".")
        case .v6:
            return Self.compressed(octets)
        }
    }

    /// Eight groups of hexadecimal, the longest run of two or more zero groups written as "::"; of
    /// runs equally long the first (RFC 5952, 4.2).
    private static func compressed(_ octets: [UInt8]) -> String {
        let groups = stride(from: 0, to: octets.count, by: 2).map {
            UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1])
        }
        func text(_ groups: ArraySlice<UInt16>) -> String {
            groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        var longest = 0..<0
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 {
                start = index + 1
            } else if index + 1 - start > max(longest.count, 1) {
                longest = start..<(index + 1)
            }
        }
        guard !longest.isEmpty else { return text(groups[...]) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }

    private static func fourOctets(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var octets: [UInt8] = []
        for part in parts {
            guard let octet = decimal(part, upTo: 255) else { return nil }
            octets.append(UInt8(truncatingIfNeeded: octet))
        }
        return octets
    }

    private static func sixteenOctets(_ text: [UInt8]) -> [UInt8]? {
        let colon = UInt8(ascii: ":")
        let gap = (0..<max(text.count - 1, 0)).first {
            text[$0] == colon && text[$0 + 1] == colon
        }
        guard let gap else {
            guard let octets = groups(text[...]), octets.count == 16 else { return nil }
            return octets
        }
        guard let before = groups(text[..<gap], mayEndDotted: false),
            let after = groups(text[(gap + 2)...])
        else { return nil }
        // "::" stands for at least one group (RFC 4291, 2.2).
        let missing = 16 - before.count - after.count
        guard missing >= 2 else { return nil }
        return before + Array(repeating: 0, count: missing) + after
    }

    /// The octets of groups separated by single colons; none for empty text.
    private static func groups(_ text: ArraySlice<UInt8>, mayEndDotted: Bool = true) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var octets: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if mayEndDotted, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let four = fourOctets(part) else { return nil }
                octets += four
                continue
            }
            guard (1...4).contains(part.count) else { return nil }
            var value: UInt16 = 0
            for character in part {
                guard let digit = Character(Unicode.Scalar(character)).hexDigitValue else {
                    return nil
                }
                value = value << 4 | UInt16(digit)
            }
            octets.appendBigEndian(value)
        }
        return octets
    }
}

/// A decimal number without sign or leading zeros; nil for anything else or anything greater.
func decimal(_ text: some Collection<UInt8>, upTo limit: Int) -> Int? {
    guard let first = text.first, text.count == 1 || first != UInt8(ascii: "0") else { return nil }
    var value = 0
    for character in text {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
        value = value * 10 + Int(character - UInt8(ascii: "0"))
        guard value <= limit else { return nil }
    }
    return value
}
