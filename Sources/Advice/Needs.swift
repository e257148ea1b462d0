public import Evidence
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

/// What a kernel is known to do, as far as advice rests on it.
public enum Ground: String, Sendable, Hashable, CaseIterable {
    /// TCP_USER_TIMEOUT ends a connection whose peer is silent while data are in flight.
    case silentPeer
    /// TCP_USER_TIMEOUT ends a connection whose own address is gone.
    case lostAddress
    /// TCP_USER_TIMEOUT ends a connection whose peer keeps its window shut, when it is due.
    case shutWindow
    /// The listener's option holds for the connections that it accepts.
    case inherited
    /// tcp_retries2 ends a connection when the documentation says.
    case retries

    /// The behaviours that show it.
    public var behaviours: [String] {
        switch self {
        case .silentPeer: ["blackhole.established"]
        case .lostAddress: ["unroutable.idle", "unroutable.in-flight"]
        case .shutWindow: ["zero-window.live"]
        case .inherited: ["option.inherited"]
        case .retries: ["blackhole.established", "unroutable.idle"]
        }
    }

    /// Whether a finding bears on it.
    func isShown(by finding: Finding) -> Bool {
        guard behaviours.contains(finding.trial.behaviour) else { return false }
        let hasTimeout = finding.trial.parameters.userTimeoutMilliseconds > 0
        return (self == .retries) != hasTimeout
    }
}

/// What findings say of each ground.
public struct Grounds: Sendable, Hashable {
    /// Why each ground that does not bear does not.
    public var broken: [Ground: String] = [:]
    /// The grounds that findings showed to bear.
    public var shown: Set<Ground> = []

    /// The grounds of a kernel that nobody asked: all are taken on trust.
    public init() {}

    /// What these findings show. One deviation is enough to break a ground; what was not asked or
    /// was inconclusive is neither shown nor broken.
    public init(_ findings: [Finding]) {
        for ground in Ground.allCases {
            for finding in findings where ground.isShown(by: finding) {
                switch finding.verdict {
                case .deviates:
                    let variant = finding.variants.first ?? finding.nearest ?? "no known variant"
                    broken[ground] =
                        "\(finding.trial.behaviour) \(finding.trial.parameters.summary) deviates "
                        + "(\(variant))"
                case .conforms: shown.insert(ground)
                case .notApplicable, .inconclusive: break
                }
            }
            if broken[ground] != nil { shown.remove(ground) }
        }
    }
}
