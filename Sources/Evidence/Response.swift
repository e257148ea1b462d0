/// What a scripted peer sends, where no kernel's TCP would: made by hand, from what it has seen of
/// the subject.
///
/// The peer's own socket makes the connection and proves it; once it drops all that it receives,
/// its kernel is silent, and the scripted peer speaks in its stead.
public struct Response: Hashable, Codable, Sendable {
    /// What kind of packet.
    public var kind: Kind
    /// After how long, milliseconds.
    public var delayMilliseconds: Int
    /// How often at most: a broken kernel may flood, and must not be answered for ever.
    public var most: Int

    /// A response.
    public init(_ kind: Kind, delayMilliseconds: Int = 0, most: Int = 100) {
        self.kind = kind
        self.delayMilliseconds = delayMilliseconds
        self.most = most
    }

    /// Kinds of packet.
    public enum Kind: Hashable, Codable, Sendable {
        /// An acknowledgement of so much, with that window (the header's field, unscaled).
        case acknowledgement(Acknowledged, window: Int)
        /// An ICMP or ICMPv6 error that quotes the packet.
        case icmp(type: Int, code: Int)
        /// The same, but what it quotes was never in flight: its sequence number is off by 2³⁰.
        case strayICMP(type: Int, code: Int)
    }

    /// How much is acknowledged.
    public enum Acknowledged: String, Hashable, Codable, Sendable {
        /// Nothing new: what the packet begins with is still missing.
        case nothing
        /// All that was seen.
        case everything
        /// What was heard last, and all before it.
        case heard
    }
}
