internal import Evidence
internal import LinuxNet
internal import Synchronization

/// Networks for trials that nobody has asked for yet, their captures open: what a guest makes
/// before it is kept, so that none of those that go on from it has to.
///
/// In an emulated processor a network costs nine million instructions, nearly half of a trial.
public final class TestbedPool: Sendable {
    private struct Kind: Hashable, Sendable {
        var family: Evidence.AddressFamily
        var link: Evidence.Link
    }

    private let networks = Mutex<[Kind: [TrialNetwork]]>([:])

    /// For how many trials of each kind there are networks: as the catalogue's are, of which a
    /// guest gets at most 128. Who finds none makes one.
    private static let usual: [(kind: Kind, count: Int)] = [
        (Kind(family: .ipv4, link: .veth), 74), (Kind(family: .ipv6, link: .veth), 44),
        (Kind(family: .ipv4, link: .loopback), 8), (Kind(family: .ipv6, link: .loopback), 2),
    ]

    /// Makes them, in the calling process's namespaces. What a kernel cannot make is left out:
    /// the trials that need it will say why.
    /// - Throws: `LinuxError` if so many files may not be open.
    public init() throws {
        let all = Self.usual.reduce(0) { $0 + $1.count }
        try ResourceLimits.raiseOpenFiles(to: Performance.openFiles(trials: all))
        for (kind, count) in Self.usual {
            var made: [TrialNetwork] = []
            while made.count < count,
                let network = try? TrialNetwork(family: kind.family, link: kind.link)
            {
                made.append(network)
            }
            networks.withLock { $0[kind] = made.reversed() }
            let openers = made.flatMap { network in
                network.captured.map { actor in
                    try? WorkerThread(name: "opener", in: network.namespace(of: actor)) {
                        try? network.openCapture(of: actor)
                    }
                }
            }
            for opener in openers { try? opener?.join() }
        }
    }

    /// A network of that kind that nobody has yet.
    func take(_ family: Evidence.AddressFamily, _ link: Evidence.Link) -> TrialNetwork? {
        networks.withLock { $0[Kind(family: family, link: link)]?.popLast() }
    }
}
