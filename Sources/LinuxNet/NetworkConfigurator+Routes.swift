internal import CNetlink
internal import Glibc
internal import SystemPackage

/// A route of the main table, or of the local one.
public struct Route: Hashable, Sendable, CustomStringConvertible {
    /// What happens to packets that match.
    public enum Kind: Hashable, Sendable {
        /// They go to a gateway on an interface.
        case via(InternetAddress, interface: String)
        /// The destination is a neighbour on an interface.
        case onLink(interface: String)
        /// The destination is an address of this host; in the local table.
        case local(interface: String)
        /// Dropped; senders get EHOSTUNREACH, others ICMP.
        case unreachable
        /// Dropped in silence; local senders get EINVAL.
        case blackhole
        /// Dropped; senders get EACCES, others ICMP.
        case prohibit
    }

    /// Properties that a route passes on to TCP (`RTAX_…`, linux/rtnetlink.h).
    public enum Metric: UInt32, Hashable, Sendable, CaseIterable {
        /// The path MTU, in bytes.
        case mtuBytes = 2
        /// The initial round trip time, in eighths of a millisecond.
        case roundTripTime = 4
        /// The initial round trip time's variation, in quarters of a millisecond.
        case roundTripVariation = 5
        /// The MSS to announce, in bytes.
        case advertisedMSSBytes = 8
        /// The initial congestion window, in segments.
        case initialCongestionWindow = 11
        /// The smallest RTO, in milliseconds.
        case minimumRTOMilliseconds = 13
        /// The initial receive window, in segments.
        case initialReceiveWindow = 14
        /// Not 0: acknowledgements are never delayed.
        case quickAcknowledgement = 15
    }

    /// The destination's network, or 0.0.0.0 or :: for the default route.
    public let destination: InternetAddress
    /// The length of the destination's prefix, in bits.
    public let prefixLength: Int
    /// What happens to packets that match.
    public let kind: Kind
    /// The source address that is chosen for sockets bound to none.
    public let preferredSource: InternetAddress?
    /// Among routes to the same network, the lowest wins; 0 leaves it to the kernel.
    public let priority: UInt32
    /// What it passes on to TCP.
    public let metrics: [Metric: UInt32]

    /// Creates the description of a route.
    public init(
        to destination: InternetAddress, prefixLength: Int, _ kind: Kind,
        preferredSource: InternetAddress? = nil, priority: UInt32 = 0,
        metrics: [Metric: UInt32] = [:]
    ) {
        self.destination = destination
        self.prefixLength = prefixLength
        self.kind = kind
        self.preferredSource = preferredSource
        self.priority = priority
        self.metrics = metrics
    }

    /// As ip-route(8) writes it: "198.51.100.0/24 via 192.0.2.2 dev v0".
    public var description: String {
        let kind =
            switch kind {
            case .via(let gateway, let interface): " via \(gateway) dev \(interface)"
            case .onLink(let interface): " dev \(interface)"
            case .local(let interface): " local dev \(interface)"
            case .unreachable: " unreachable"
            case .blackhole: " blackhole"
            case .prohibit: " prohibit"
            }
        return "\(destination)/\(prefixLength)\(kind)"
    }
}

extension NetworkConfigurator {
    /// Adds a route. With `replacing`, one to the same network with the same priority is replaced.
    ///
    /// The corresponding C function is `rtnl_route_add`.
    /// - Throws: EEXIST; ENETUNREACH if the gateway isn't on a connected network; ENETDOWN.
    public func addRoute(_ route: Route, replacing: Bool = false) throws(LinuxError) {
        let flags = NLM_F_CREATE | (replacing ? NLM_F_REPLACE : NLM_F_EXCL)
        try withRoute(route) { entry throws(LinuxError) in
            try request("add route \(route)") { rtnl_route_add($0, entry, flags) }
        }
    }

    /// Deletes a route.
    ///
    /// The corresponding C function is `rtnl_route_delete`.
    /// - Throws: ESRCH if it isn't there.
    public func deleteRoute(_ route: Route) throws(LinuxError) {
        try withRoute(route) { entry throws(LinuxError) in
            // Whoever made it: the kernel's own are RTPROT_KERNEL.
            rtnl_route_set_protocol(entry, UInt8(RTPROT_UNSPEC))
            try request("delete route \(route)") { rtnl_route_delete($0, entry, 0) }
        }
    }

    private func withRoute(
        _ route: Route, _ body: (OpaquePointer) throws(LinuxError) -> Void
    ) throws(LinuxError) {
        guard let entry = rtnl_route_alloc() else {
            throw LinuxError(operation: "rtnl_route_alloc", errno: .noMemory)
        }
        defer { rtnl_route_put(entry) }
        try route.destination.withNetlinkAddress(prefix: route.prefixLength) {
            _ = rtnl_route_set_dst(entry, $0)
        }
        rtnl_route_set_family(entry, UInt8(route.destination.family.rawFamily))
        rtnl_route_set_table(entry, UInt32(RT_TABLE_MAIN.rawValue))
        rtnl_route_set_protocol(entry, UInt8(RTPROT_STATIC))
        if route.priority != 0 { rtnl_route_set_priority(entry, route.priority) }
        if let source = route.preferredSource {
            try source.withNetlinkAddress { _ = rtnl_route_set_pref_src(entry, $0) }
        }
        for (metric, value) in route.metrics {
            rtnl_route_set_metric(entry, CInt(metric.rawValue), value)
        }
        if route.metrics[.minimumRTOMilliseconds] != nil {
            // RTAX_LOCK: TCP heeds the smallest RTO of a route only if it's locked (tcp_rto_min).
            rtnl_route_set_metric(entry, 1, 1 << Route.Metric.minimumRTOMilliseconds.rawValue)
        }
        try setKind(of: entry, to: route.kind)
        try body(entry)
    }

    private func setKind(of entry: OpaquePointer, to kind: Route.Kind) throws(LinuxError) {
        switch kind {
        case .via(let gateway, let interface):
            let hop = try nextHop(interface)
            try gateway.withNetlinkAddress { rtnl_route_nh_set_gateway(hop, $0) }
            rtnl_route_add_nexthop(entry, hop)
            rtnl_route_set_scope(entry, UInt8(RT_SCOPE_UNIVERSE.rawValue))
        case .onLink(let interface):
            rtnl_route_add_nexthop(entry, try nextHop(interface))
            rtnl_route_set_scope(entry, UInt8(RT_SCOPE_LINK.rawValue))
        case .local(let interface):
            // As the kernel makes it with the address, so that it goes with the address, too.
            rtnl_route_add_nexthop(entry, try nextHop(interface))
            rtnl_route_set_type(entry, UInt8(RTN_LOCAL))
            rtnl_route_set_scope(entry, UInt8(RT_SCOPE_HOST.rawValue))
            rtnl_route_set_table(entry, UInt32(RT_TABLE_LOCAL.rawValue))
            rtnl_route_set_protocol(entry, UInt8(RTPROT_KERNEL))
        case .unreachable: rtnl_route_set_type(entry, UInt8(RTN_UNREACHABLE))
        case .blackhole: rtnl_route_set_type(entry, UInt8(RTN_BLACKHOLE))
        case .prohibit: rtnl_route_set_type(entry, UInt8(RTN_PROHIBIT))
        }
    }

    private func nextHop(_ interface: String) throws(LinuxError) -> OpaquePointer? {
        let index = try index(of: interface)
        let hop = rtnl_route_nh_alloc()
        rtnl_route_nh_set_ifindex(hop, CInt(index))
        return hop
    }
}
