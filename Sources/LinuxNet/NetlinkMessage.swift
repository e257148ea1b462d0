internal import Glibc

/// A netlink message in the making: what libnl has no call for, octet by octet.
///
/// Layout (linux/netlink.h): a header of 16 octets, the family's own header, attributes, each with
/// its length and type in front and filled up to four octets.
struct NetlinkMessage {
    private(set) var payload: [UInt8]

    /// A message that begins with the family's own header.
    init(_ header: [UInt8]) { payload = header }

    /// Appends an attribute.
    mutating func append(_ type: UInt16, _ bytes: [UInt8]) {
        payload += Self.octets(UInt16(bytes.count + 4)) + Self.octets(type) + bytes
        while payload.count % 4 != 0 { payload.append(0) }
    }

    /// Appends an attribute that is a string, ended by a zero.
    mutating func append(_ type: UInt16, _ text: String) { append(type, Array(text.utf8) + [0]) }

    /// Appends an attribute that holds attributes.
    mutating func append(_ type: UInt16, nested build: (inout NetlinkMessage) -> Void) {
        var inner = NetlinkMessage([])
        build(&inner)
        // NLA_F_NESTED
        append(type | 0x8000, inner.payload)
    }

    /// The message with its header, as it is sent.
    func framed(type: UInt16, flags: UInt16, sequence: UInt32) -> [UInt8] {
        Self.octets(UInt32(payload.count + 16)) + Self.octets(type) + Self.octets(flags)
            + Self.octets(sequence) + Self.octets(UInt32(0)) + payload
    }

    /// In the machine's own order.
    static func octets<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value) { Array($0) }
    }
}
