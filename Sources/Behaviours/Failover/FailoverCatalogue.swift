public import Evidence
internal import KernelTimers

/// The rows and columns of the failover table.
public enum FailoverCatalogue {
    /// tcp_retries2 in the laboratory, where the default of 15 would take a quarter of an hour.
    public static let shortRetries2 = 5

    /// What can be set against dead connections, each with one value. `retries2` stands for the
    /// default of 15, so that the lab's patience is not the kernel's.
    public static func protections(retries2: Int = shortRetries2) -> [Protection] {
        func make(
            _ id: String, _ title: String, _ change: (inout Protection) -> Void = { _ in }
        ) -> Protection {
            var protection = Protection(id: id, title: title, retries2: retries2)
            change(&protection)
            return protection
        }
        return [
            make(
                "nothing",
                "nothing (tcp_retries2=\(retries2)"
                    + (retries2 == 15 ? ", the default)" : " stands for 15)")),
            make("tcp-ut", "HAProxy tcp-ut 5s on bind and server") {
                $0.bindOptions = ["tcp-ut", "5s"]
                $0.serverOptions = ["tcp-ut", "5s"]
            },
            make("heartbeat", "heartbeats of the application: 6 s of silence are noticed") {
                $0.heartbeatMilliseconds = 6000
            },
            make("keepalive", "SO_KEEPALIVE 3 s + 3 × 1 s, on all sides") {
                $0.defaults = [
                    "option clitcpka", "clitcpka-idle 3s", "clitcpka-intvl 1s", "clitcpka-cnt 3",
                    "option srvtcpka", "srvtcpka-idle 3s", "srvtcpka-intvl 1s", "srvtcpka-cnt 3",
                ]
                $0.keepalive = .init(idleSeconds: 3, intervalSeconds: 1, count: 3)
            },
            make("broker-ut", "TCP_USER_TIMEOUT 5 s at the broker (raw option)") {
                $0.brokerUserTimeoutMilliseconds = 5000
            },
            make("retries2", "net.ipv4.tcp_retries2=3 on controllers and broker") {
                $0.retries2 = 3
            },
            make("ss-kill", "ss -K by the controller that loses the address") {
                $0.killsSocketsOnDemotion = true
            },
        ]
    }

    /// How long a connection may live on that nothing but tcp_retries2 ends, by the model at the
    /// coarsest tick, and five seconds for what follows; milliseconds after the event.
    static func patienceMilliseconds(retries2: Int) -> Int {
        let conditions = Conditions(
            tick: .hz100,
            rtoJiffies: Conditions.rtoJiffies(
                smoothedRTT: .milliseconds(20), variation: .zero, tick: .hz100),
            smoothedRTT: .milliseconds(20), retries2: retries2)
        // The first message that cannot be sent may come some time after the event.
        let written = Window(.zero, .milliseconds(4000))
        let aborts = [
            ProbeTimer(conditions, .mainline, fates: Timeline(.unroutable))
                .prospects(unsent: written),
            RetransmitTimer(conditions, .mainline, fates: Timeline(.lost))
                .prospects(written: written),
        ].compactMap {
            Schedule(predicting: $0, horizon: .milliseconds(10_000_000)).abort?.window.latest
        }
        return Int((aborts.max() ?? .zero).seconds * 1000) + 5000
    }

    /// What can happen.
    public static let events: [FailoverEvent] = [
        FailoverEvent(
            id: "move", title: "the address moves, in order",
            steps: [.init(0, .moveAddress(from: .c1, to: .c2, announced: true))],
            watchMilliseconds: 18_000),
        FailoverEvent(
            id: "power", title: "the node that has it loses power",
            steps: [.init(0, .isolate(.c1)), .init(1000, .takeAddress(by: .c2))],
            watchMilliseconds: 18_000),
        FailoverEvent(
            id: "back-early", title: "it moves, and back after 2 s",
            steps: [
                .init(0, .moveAddress(from: .c1, to: .c2, announced: true)),
                .init(2000, .moveAddress(from: .c2, to: .c1, announced: true)),
            ], watchMilliseconds: 18_000),
        FailoverEvent(
            id: "back-late", title: "it moves, and back after 8 s",
            steps: [
                .init(0, .moveAddress(from: .c1, to: .c2, announced: true)),
                .init(8000, .moveAddress(from: .c2, to: .c1, announced: true)),
            ], watchMilliseconds: 24_000),
        FailoverEvent(
            id: "move-on", title: "it moves, and after 4 s on to a third controller",
            steps: [
                .init(0, .moveAddress(from: .c1, to: .c2, announced: true)),
                .init(4000, .moveAddress(from: .c2, to: .c3, announced: true)),
            ], watchMilliseconds: 24_000),
        FailoverEvent(
            id: "no-arp", title: "it moves, and nobody is told (no gratuitous ARP)",
            steps: [.init(0, .moveAddress(from: .c1, to: .c2, announced: false))],
            watchMilliseconds: 24_000,
            // A neighbour that is not told is asked again after 15 … 45 s and some probes
            // (arp(7)); here after 1 … 3 s, and a second for each of the rest.
            clientSysctls: [
                "net.ipv4.neigh.eth0.base_reachable_time_ms": "2000",
                "net.ipv4.neigh.eth0.delay_first_probe_time": "1",
            ]),
        FailoverEvent(
            id: "firewall", title: "it moves; the new owner's firewall drops resets",
            steps: [
                .init(0, .dropResets(.c2)),
                .init(500, .moveAddress(from: .c1, to: .c2, announced: true)),
            ], watchMilliseconds: 18_000),
        FailoverEvent(
            id: "slow", title: "false alarm? a living consumer reads nothing for 12 s",
            consumerLives: true, steps: [.init(0, .pauseReading(milliseconds: 12_000))],
            watchMilliseconds: 21_000,
            // A buffer that some messages fill, as a slow consumer's is after a while.
            clientSysctls: ["net.ipv4.tcp_rmem": "4096 8192 8192"]),
        FailoverEvent(
            id: "blip", title: "false alarm? the node is cut off for 2 s",
            consumerLives: true,
            steps: [.init(0, .isolate(.c1)), .init(2000, .rejoin(.c1))],
            watchMilliseconds: 18_000),
    ]

    /// The cells of protections and events, in the order of the table.
    ///
    /// A consumer that is slow gets messages large enough to fill the buffers on the way; else it
    /// would not be felt.
    public static func cells(
        _ protections: [Protection], _ events: [FailoverEvent],
        backend: FailoverCell.Backend = .simple, mover: FailoverCell.Mover = .lab,
        controllers: Int = 2
    ) -> [FailoverCell] {
        events.flatMap { event in
            protections.map { protection in
                var traffic = FailoverTraffic()
                if event.id == "slow" { traffic.messageBytes = 32_768 }
                var event = event
                let last = event.steps.last?.atMilliseconds ?? 0
                let patience = last + patienceMilliseconds(retries2: protection.retries2)
                if patience > event.watchMilliseconds {
                    event.watchMilliseconds = patience
                    // A quarter of an hour is long enough to be told with fewer words.
                    traffic.publishMilliseconds = patience > 60_000 ? 4000 : 400
                    traffic.pingMilliseconds = patience > 60_000 ? 5000 : 1000
                    traffic.callMilliseconds = patience > 60_000 ? 5000 : 500
                }
                return FailoverCell(
                    protection: protection, event: event, backend: backend, mover: mover,
                    traffic: traffic, controllerCount: max(controllers, event.controllerCount))
            }
        }
    }
}
