public import Evidence

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
    /// SO_KEEPALIVE ends an idle connection whose peer is silent, and no other.
    case keepalive
    /// tcp_retries2 ends a connection when the documentation says.
    case retries

    /// The behaviours to ask for it.
    public var behaviours: [String] {
        switch self {
        case .silentPeer: ["blackhole.established"]
        case .lostAddress: ["unroutable.idle", "unroutable.in-flight"]
        case .shutWindow: ["zero-window.live"]
        case .inherited: ["option.inherited"]
        case .keepalive: ["keepalive.silent"]
        case .retries: ["blackhole.established", "unroutable.idle"]
        }
    }

    /// The behaviours, or the beginnings of their names, that bear on it: it does not hold where
    /// one of them deviates. What is asked with T set on the way is not among them, since what is
    /// suggested is set before anything goes wrong.
    private var family: [String] {
        switch self {
        case .silentPeer: ["blackhole."]
        case .lostAddress: ["unroutable."]
        case .shutWindow:
            ["live", "silent", "unread", "drip", "reopened"].map { "zero-window.\($0)" }
        case .inherited: ["option.inherited", "option.inherited-mapped"]
        case .keepalive:
            ["silent", "answered", "one-lost", "unroutable"].map { "keepalive.\($0)" }
        case .retries: ["blackhole.", "unroutable."]
        }
    }

    /// Whether a finding bears on it.
    func isTouched(by finding: Finding) -> Bool {
        let behaviour = finding.trial.behaviour
        let isOfFamily = family.contains {
            $0.hasSuffix(".") ? behaviour.hasPrefix($0) : behaviour == $0
        }
        guard isOfFamily else { return false }
        let hasTimeout = finding.trial.parameters.userTimeoutMilliseconds > 0
        switch self {
        case .keepalive: return true
        case .retries: return !hasTimeout
        case .silentPeer, .lostAddress, .shutWindow, .inherited: return hasTimeout
        }
    }
}

/// What findings say of each ground.
public struct Grounds: Sendable, Hashable {
    /// Why each ground that does not bear does not.
    public var broken: [Ground: String] = [:]
    /// The grounds that findings showed to bear.
    public var shown: Set<Ground> = []
    /// What else the kernel breaks with TCP_USER_TIMEOUT or keepalive, one for each behaviour:
    /// nothing that is suggested rests on it, and who follows the advice may meet it all the same.
    public var besides: [String] = []

    /// The grounds of a kernel that nobody asked: all are taken on trust.
    public init() {}

    /// What these findings show. One deviation is enough to break a ground, also one that is known
    /// of the kernel; what was not asked or was inconclusive is neither shown nor broken.
    public init(_ findings: [Finding]) {
        var named: Set<String> = []
        for finding in findings {
            let touched = Ground.allCases.filter { $0.isTouched(by: finding) }
            switch finding.verdict {
            case .deviates:
                for ground in touched where broken[ground] == nil {
                    broken[ground] = Self.words(finding)
                }
                let isConcerned =
                    finding.trial.parameters.userTimeoutMilliseconds > 0
                    || finding.trial.behaviour.hasPrefix("keepalive.")
                if touched.isEmpty, isConcerned, named.insert(finding.trial.behaviour).inserted {
                    besides.append(Self.words(finding))
                }
            case .conforms:
                let behaviour = finding.trial.behaviour
                shown.formUnion(touched.filter { $0.behaviours.contains(behaviour) })
            case .notApplicable, .inconclusive: break
            }
        }
        shown.subtract(broken.keys)
    }

    private static func words(_ finding: Finding) -> String {
        let variant =
            finding.variants.first ?? finding.nearest.map { "like no known variant, nearest \($0)" }
            ?? "like no known variant"
        let reference = finding.known.map { ": \($0.reference)" } ?? ""
        return "\(finding.trial.behaviour) \(finding.trial.parameters.summary) deviates "
            + "(\(variant)\(reference))"
    }
}
