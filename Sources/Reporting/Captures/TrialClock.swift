import Evidence
import KernelTimers

/// The trial's clock for packets, whose stamps are CLOCK_REALTIME.
struct TrialClock {
    private let pairs: [ClockPair]
    private let zero: Int64

    /// The clock of an observation; nil where no pair of clocks was taken.
    init?(_ observation: Observation) {
        guard !observation.clocks.isEmpty else { return nil }
        pairs = observation.clocks
        zero = observation.zeroMonotonicNanoseconds
    }

    /// When a packet was seen: by the pair of clocks that was taken last before it.
    func moment(_ packet: PacketRecord) -> Moment {
        let pair = pairs.last { $0.realtime <= packet.realtimeNanoseconds } ?? pairs[0]
        let middle = pair.monotonicBefore &+ (pair.monotonicAfter &- pair.monotonicBefore) / 2
        let offset = pair.realtime &- middle
        return Moment(nanoseconds: packet.realtimeNanoseconds &- offset &- zero)
    }
}
