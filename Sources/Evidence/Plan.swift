/// What a performer is asked to do.
public struct Plan: Codable, Sendable, Hashable {
    /// The trials, all of which are performed at once.
    public var trials: [Request]
    /// How often the kernel's witness reads each socket, milliseconds.
    public var samplePeriodMilliseconds: Int
    /// The most packets that one capture keeps: a broken kernel may flood.
    public var maximumPackets: Int
    /// In which time the trials are performed.
    public var time: TrialTime

    /// A plan for these trials.
    public init(
        trials: [Request], samplePeriodMilliseconds: Int = 20, maximumPackets: Int = 20_000,
        time: TrialTime = .real
    ) {
        self.trials = trials
        self.samplePeriodMilliseconds = samplePeriodMilliseconds
        self.maximumPackets = maximumPackets
        self.time = time
    }

    /// One trial to perform.
    public struct Request: Codable, Sendable, Hashable {
        /// Under which name its evidence is kept; unique in a plan.
        public var name: String
        /// Which trial.
        public var trial: TrialID
        /// Its script.
        public var script: Script
        /// What is performed in its stead, unknown to the observation: how a live control alters
        /// the stimulus after the script was written down.
        public var performInstead: Script?
        /// Which attempt, from 1.
        public var attempt: Int

        /// A request; its name is the trial's unless there is another.
        public init(
            trial: TrialID, script: Script, performInstead: Script? = nil, name: String? = nil,
            attempt: Int = 1
        ) {
            self.name = name ?? "\(trial)"
            self.trial = trial
            self.script = script
            self.performInstead = performInstead
            self.attempt = attempt
        }
    }
}

/// What a performer says first.
public struct Greeting: Codable, Sendable, Hashable {
    /// The version of the protocol that it speaks.
    public var protocolVersion: Int
    /// The kernel under it.
    public var kernel: KernelIdentity
    /// How it came to its namespaces: `root` or `user namespace`.
    public var privilege: String
    /// The version of libpcap.
    public var captureLibrary: String

    /// The protocol's version.
    public static let currentProtocol = 2

    /// A greeting.
    public init(kernel: KernelIdentity, privilege: String, captureLibrary: String) {
        protocolVersion = Self.currentProtocol
        self.kernel = kernel
        self.privilege = privilege
        self.captureLibrary = captureLibrary
    }
}

/// How far a trial has come.
public struct Progress: Codable, Sendable, Hashable {
    /// The place of the trial in the plan, from 0.
    public var index: Int
    /// The step that was done last.
    public var label: String

    /// Progress of a trial.
    public init(index: Int, label: String) {
        self.index = index
        self.label = label
    }
}

/// Why a performer performs nothing.
public struct Refusal: Codable, Sendable, Hashable {
    /// What happened and what to do, in one line.
    public var reason: String

    /// A refusal.
    public init(reason: String) { self.reason = reason }
}

extension Frame {
    /// A frame with a value as its payload.
    public init(_ kind: Kind, of value: some Encodable) throws {
        self.init(kind, try Compact.encode(value))
    }

    /// The value that is its payload.
    public func value<Value: Decodable>(as type: Value.Type) throws -> Value {
        try Compact.decode(type, from: payload)
    }
}

/// How an observation travels: what was witnessed, and the packets of its captures behind it. The
/// script stays at home: the one who asked for it knows it.
///
/// Layout, little-endian: the request's place in the plan (32 bits); the length of the
/// observation's compact bytes (32 bits), the bytes; then for each of its captures in their order
/// the number of packets (32 bits) and for each packet CLOCK_REALTIME in nanoseconds
/// (64 bits), its length on the wire (32), the captured length (32) and the captured bytes.
public enum ObservationPayload {
    /// The payload of an observation for the request at that place in the plan.
    public static func encode(request: Int, _ observation: Observation) throws -> [UInt8] {
        var stripped = observation
        stripped.script.lanes = []
        stripped.script.sysctls = [:]
        for index in stripped.captures.indices { stripped.captures[index].packets = [] }
        return encode(
            request: request, try Compact.encode(stripped),
            observation.captures.map(\.packets))
    }

    static func encode(
        request: Int, _ compact: [UInt8], _ packets: [[PacketRecord]]
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            compact.count + packets.joined().reduce(64) { $0 + 16 + $1.bytes.count })
        append(UInt64(request), octets: 4, to: &bytes)
        append(UInt64(compact.count), octets: 4, to: &bytes)
        bytes += compact
        for packets in packets {
            append(UInt64(packets.count), octets: 4, to: &bytes)
            for packet in packets {
                append(UInt64(bitPattern: packet.realtimeNanoseconds), octets: 8, to: &bytes)
                append(UInt64(packet.originalLength), octets: 4, to: &bytes)
                append(UInt64(packet.bytes.count), octets: 4, to: &bytes)
                bytes += packet.bytes
            }
        }
        return bytes
    }

    /// The request's place and the observation, without its script; nil if the payload is shorter
    /// or longer than it claims.
    /// - Throws: what `Compact.decode` throws.
    public static func decode(
        _ payload: [UInt8]
    ) throws -> (request: Int, observation: Observation)? {
        guard let (request, compact, packets) = split(payload) else { return nil }
        var rest = packets
        var observation = try Compact.decode(Observation.self, from: compact)
        for index in observation.captures.indices {
            guard let packets = takePackets(&rest) else { return nil }
            observation.captures[index].packets = packets
        }
        return rest.isEmpty ? (request, observation) : nil
    }

    /// The request's place, the compact bytes, and what stands behind them.
    static func split(
        _ payload: [UInt8]
    ) -> (request: Int, compact: [UInt8], packets: ArraySlice<UInt8>)? {
        var rest = payload[...]
        guard let request = take(&rest, octets: 4), let length = take(&rest, octets: 4),
            let compact = take(&rest, count: length)
        else { return nil }
        return (Int(request), compact, rest)
    }

    static func takePackets(_ rest: inout ArraySlice<UInt8>) -> [PacketRecord]? {
        guard let count = take(&rest, octets: 4) else { return nil }
        var packets: [PacketRecord] = []
        for _ in 0..<count {
            guard let time = take(&rest, octets: 8), let original = take(&rest, octets: 4),
                let captured = take(&rest, octets: 4),
                let bytes = take(&rest, count: captured)
            else { return nil }
            packets.append(
                PacketRecord(
                    realtimeNanoseconds: Int64(bitPattern: time), bytes: bytes,
                    originalLength: Int(original)))
        }
        return packets
    }

    private static func append(_ value: UInt64, octets: Int, to bytes: inout [UInt8]) {
        for index in 0..<octets {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
        }
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, octets: Int) -> UInt64? {
        guard rest.count >= octets else { return nil }
        let value = rest.prefix(octets).enumerated().reduce(UInt64(0)) {
            $0 | UInt64($1.element) << UInt64(8 * $1.offset)
        }
        rest = rest.dropFirst(octets)
        return value
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, count: UInt64) -> [UInt8]? {
        guard count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return Array(rest.prefix(Int(count)))
    }
}
