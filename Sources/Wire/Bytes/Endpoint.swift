/// One end of a TCP connection: an address and a port.
public struct Endpoint: Hashable, Sendable {
    /// The address.
    public var address: IPAddress
    /// The port.
    public var port: UInt16

    /// The end with this address and port.
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension Endpoint: LosslessStringConvertible {
    /// An end from text such as "10.9.0.1:5000" or "[2001:db8::1]:5000"; nil for anything else.
    public init?(_ text: String) {
        let characters = Array(text.utf8)
        guard let colon = characters.lastIndex(of: UInt8(ascii: ":")),
            let port = decimal(characters[(colon + 1)...], upTo: 65535)
        else { return nil }
        var host = characters[..<colon]
        let isBracketed =
            host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]") && host.count > 2
        if isBracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(String(decoding: host, as: UTF8.self)),
            isBracketed == (address.version == .v6)
        else { return nil }
        self.init(address: address, port: UInt16(truncatingIfNeeded: port))
    }

    /// "10.9.0.1:5000" or "[2001:db8::1]:5000" (RFC 5952, section 6).
    public var description: String {
        switch address {
        case .v4: return "\(address):\(port)"
        case .v6: return "[\(address)]:\(port)"
        }
    }
}

extension Endpoint: Codable {
    /// Decodes text such as "10.9.0.1:5000" or "[2001:db8::1]:5000".
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let endpoint = Endpoint(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text)\" is not ADDRESS:PORT")
        }
        self = endpoint
    }

    /// Encodes ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
