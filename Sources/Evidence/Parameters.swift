/// With what values a behaviour is asked: one trial's place in the behaviour's matrix.
public struct Parameters: Hashable, Codable, Sendable {
    /// TCP_USER_TIMEOUT in milliseconds; 0 is none.
    public var userTimeoutMilliseconds: Int
    /// The address family of the connection.
    public var family: AddressFamily
    /// On what the connection runs.
    public var link: Link
    /// net.ipv4.tcp_retries2, where the trial sets it; nil leaves the kernel's default (15).
    public var retries2: Int?
    /// Further values by short names; nil is none. One whose name begins with `tcp_` is a sysctl of
    /// the subject's, below `net.ipv4.`; what others mean the behaviour's script says.
    public var settings: [String: Int]?

    /// Parameters; IPv4 on a veth pair with the kernel's defaults unless said otherwise.
    public init(
        userTimeoutMilliseconds: Int = 0, family: AddressFamily = .ipv4, link: Link = .veth,
        retries2: Int? = nil, settings: [String: Int]? = nil
    ) {
        self.userTimeoutMilliseconds = userTimeoutMilliseconds
        self.family = family
        self.link = link
        self.retries2 = retries2
        self.settings = settings
    }

    /// A further value; nil where the trial leaves it as it is.
    public func setting(_ name: String) -> Int? { settings?[name] }

    /// The further values in the order of their names.
    public var sortedSettings: [(name: String, value: Int)] {
        (settings ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// tcp_retries2 as it is in force: what the trial sets, or the default of every kernel.
    public var effectiveRetries2: Int { retries2 ?? 15 }

    /// The values in a few words, such as `T=3000 ipv4 veth retries2=5`.
    public var summary: String {
        var words = [
            userTimeoutMilliseconds > 0 ? "T=\(userTimeoutMilliseconds)" : "T=none",
            family.rawValue, link.rawValue,
        ]
        if let retries2 { words.append("retries2=\(retries2)") }
        words += sortedSettings.map { "\($0.name)=\($0.value)" }
        return words.joined(separator: " ")
    }
}

/// The address family of a trial's connection.
public enum AddressFamily: String, Codable, Sendable, CaseIterable {
    /// IPv4.
    case ipv4
    /// IPv6.
    case ipv6
}

/// On what a trial's connection runs.
public enum Link: String, Codable, Sendable, CaseIterable {
    /// A veth pair between the subject's namespace and the peer's.
    case veth
    /// The loopback interface of one namespace, in which both live.
    case loopback
}

/// Which trial this is: the behaviour and its values. Its text is stable and used in file names.
public struct TrialID: Hashable, Codable, Sendable, Comparable, CustomStringConvertible {
    /// The behaviour's dotted id.
    public var behaviour: String
    /// The values with which it is asked.
    public var parameters: Parameters

    /// The trial of a behaviour with these values.
    public init(behaviour: String, parameters: Parameters) {
        self.behaviour = behaviour
        self.parameters = parameters
    }

    /// Such as `blackhole.established+T3000+ipv4+veth`.
    public var description: String {
        var words = [
            behaviour, "T\(parameters.userTimeoutMilliseconds)", parameters.family.rawValue,
            parameters.link.rawValue,
        ]
        if let retries2 = parameters.retries2 { words.append("r\(retries2)") }
        words += parameters.sortedSettings.map { "\($0.name)\($0.value)" }
        return words.joined(separator: "+")
    }

    /// In the order of their texts, numbers by value.
    public static func < (left: TrialID, right: TrialID) -> Bool {
        left.sortKey < right.sortKey
    }

    private var sortKey: (String, String, String, String, Int, Int) {
        (
            behaviour, parameters.sortedSettings.map { "\($0.name)=\($0.value)" }.joined(),
            parameters.family.rawValue, parameters.link.rawValue,
            parameters.retries2 ?? 0, parameters.userTimeoutMilliseconds
        )
    }
}
