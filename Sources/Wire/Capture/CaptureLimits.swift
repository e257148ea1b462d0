/// Bounds on what is accepted from a capture file, so that a hostile one costs no more memory than
/// a small multiple of its size.
public struct CaptureLimits: Hashable, Sendable {
    /// The most octets of a block or a record. libpcap's greatest snapshot length is 256 KiB, 128
    /// MiB for a few USB types; 16 MiB leaves room for long comments and refuses lengths that are
    /// noise.
    public var blockByteCount = 16 << 20
    /// The most packets. A day of retransmissions is thousands; a million is a capture of something
    /// else.
    public var packetCount = 1 << 20
    /// The most interfaces in all sections. Each trial has a handful.
    public var interfaceCount = 4096
    /// The most sections. Joining the captures of one run makes hundreds.
    public var sectionCount = 4096
    /// The most options of one block; empty ones take four octets there, and more here.
    public var optionCount = 4096

    /// The usual bounds.
    public init() {}
}
