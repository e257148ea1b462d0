public import KernelTimers

/// What a user needs of a service that shall notice dead connections.
public struct Needs: Sendable, Hashable {
    /// A dead connection is to be noticed within this, from the first write that finds it dead.
    public var detectWithin: Duration
    /// Outages of this length are to be survived.
    public var surviveBlip: Duration
    /// A consumer that reads nothing for so long is alive all the same.
    public var slowConsumer: Duration
    /// The round-trip time of the path.
    public var roundTrip: Duration
    /// The kernel's tick rate.
    public var tick: TickRate

    /// Needs.
    public init(
        detectWithin: Duration, surviveBlip: Duration, slowConsumer: Duration = .zero,
        roundTrip: Duration = .milliseconds(1), tick: TickRate = .hz250
    ) {
        self.detectWithin = detectWithin
        self.surviveBlip = surviveBlip
        self.slowConsumer = slowConsumer
        self.roundTrip = roundTrip
        self.tick = tick
    }
}
