/// How a cell's observation travels: like that of a trial.
extension ObservationPayload {
    /// The payload of the observation of the cell at that place in the plan.
    public static func encode(
        request: Int, _ observation: FailoverObservation
    ) throws -> [UInt8] {
        var stripped = observation
        for index in stripped.captures.indices { stripped.captures[index].packets = [] }
        return encode(
            request: request, try Compact.encode(stripped),
            observation.captures.map(\.packets))
    }

    /// The cell's place and its observation; nil if the payload is not as long as it claims.
    /// - Throws: what `Compact.decode` throws.
    public static func decodeFailover(
        _ payload: [UInt8]
    ) throws -> (request: Int, observation: FailoverObservation)? {
        guard let (request, compact, packets) = split(payload) else { return nil }
        var rest = packets
        var observation = try Compact.decode(FailoverObservation.self, from: compact)
        for index in observation.captures.indices {
            guard let packets = takePackets(&rest) else { return nil }
            observation.captures[index].packets = packets
        }
        return rest.isEmpty ? (request, observation) : nil
    }
}
