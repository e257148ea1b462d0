internal import KernelTimers

/// Writes the settings of each product.
struct AdviceWriter {
    let needs: Needs
    let model: DetectionModel
    let milliseconds: Int
    let grounds: Grounds
    let keepalive: (idle: Int, interval: Int, count: Int)?

    init(_ needs: Needs, _ model: DetectionModel, _ milliseconds: Int, _ grounds: Grounds) {
        self.needs = needs
        self.model = model
        self.milliseconds = milliseconds
        self.grounds = grounds
        keepalive =
            grounds.broken[.keepalive] == nil ? Self.keepalive(needs, model, milliseconds) : nil
    }

    /// Why one of these grounds does not bear; nil if all do or may.
    func breaks(_ needed: [Ground]) -> String? {
        needed.compactMap { grounds.broken[$0] }.first
    }

    /// The largest keepalive numbers that notice an idle connection's death in time, alone and with
    /// TCP_USER_TIMEOUT, and let a blip pass: one probe more than fits into it.
    private static func keepalive(
        _ needs: Needs, _ model: DetectionModel, _ milliseconds: Int
    ) -> (idle: Int, interval: Int, count: Int)? {
        let blip = max(1, Int((needs.surviveBlip.inSeconds).rounded(.up)))
        for interval in stride(from: max(1, blip), through: 1, by: -1) {
            let count = max(2, blip / interval + 1)
            for idle in stride(from: 60, through: 1, by: -1) {
                let alone = model.keepalive(
                    idleSeconds: idle, intervalSeconds: interval, count: count)
                let both = model.keepalive(
                    idleSeconds: idle, intervalSeconds: interval, count: count,
                    userTimeoutMilliseconds: milliseconds)
                if max(alone.latest, both.latest) - .zero <= needs.detectWithin {
                    return (idle, interval, count)
                }
            }
        }
        return nil
    }

    private typealias Entry = (
        product: String, grounds: [Ground], suggestion: Advice.Suggestion
    )

    func write() -> ([Advice.Suggestion], [Advice.Withheld]) {
        var suggestions: [Advice.Suggestion] = []
        var withheld: [Advice.Withheld] = []
        if let reason = breaks([.keepalive]) {
            withheld.append(.init(product: "SO_KEEPALIVE, wherever it can be set", reason: reason))
        }
        for entry in [haproxy, rabbitmq, heartbeats, postgresql, redis, grpc, retries] {
            guard let entry else { continue }
            if let reason = breaks(entry.grounds) {
                withheld.append(.init(product: entry.product, reason: reason))
                continue
            }
            var suggestion = entry.suggestion
            suggestion.unshown = entry.grounds.filter { !grounds.shown.contains($0) }
            suggestions.append(suggestion)
        }
        return (suggestions, withheld)
    }

    private static let timeoutGrounds: [Ground] = [.silentPeer, .lostAddress, .shutWindow]

    /// What keepalive rests on, where it is set: where the kernel breaks it, it isn't.
    private var keepaliveGrounds: [Ground] { keepalive == nil ? [] : [.keepalive] }

    private func make(
        _ product: String, _ settings: [String], _ detects: [Advice.Detection], _ cost: String,
        _ needed: [Ground]
    ) -> Entry {
        (
            product, needed,
            Advice.Suggestion(
                product: product, settings: settings, detects: detects, cost: cost, unshown: [])
        )
    }

    private var timeoutDetections: [Advice.Detection] {
        DetectionModel.Death.allCases.map {
            Advice.Detection(
                what: $0.words,
                window: model.detection($0, userTimeoutMilliseconds: milliseconds))
        }
    }

    private func idleDetection(withTimeout: Bool) -> Advice.Detection {
        Advice.Detection(
            what: "idle, peer silent",
            window: keepalive.map {
                model.keepalive(
                    idleSeconds: $0.idle, intervalSeconds: $0.interval, count: $0.count,
                    userTimeoutMilliseconds: withTimeout ? milliseconds : 0)
            })
    }

    private var timeoutCost: String {
        "a peer that is alive but reads nothing for \(Self.seconds(milliseconds)) while data wait "
            + "is given up too"
    }

    // MARK: - Products

    private var haproxy: Entry? {
        var settings = [
            "bind VIP:PORT tcp-ut \(milliseconds)ms",
            "server NAME ADDRESS:PORT tcp-ut \(milliseconds)ms",
        ]
        if let keepalive {
            for side in ["cli", "srv"] {
                settings += [
                    "option \(side)tcpka", "\(side)tcpka-idle \(keepalive.idle)s",
                    "\(side)tcpka-intvl \(keepalive.interval)s",
                    "\(side)tcpka-cnt \(keepalive.count)",
                ]
            }
        }
        return make(
            "HAProxy", settings, timeoutDetections + [idleDetection(withTimeout: true)],
            timeoutCost + "; connections that are idle are noticed by keepalive only",
            Self.timeoutGrounds + [.inherited] + keepaliveGrounds)
    }

    private var rabbitmq: Entry? {
        let options =
            "[{rabbit, [{tcp_listen_options, [{backlog, 128}, {nodelay, true}, "
            + "{linger, {true, 0}}, {exit_on_close, false}, "
            + (breaks([.keepalive]) == nil ? "{keepalive, true}, " : "")
            + "{raw, 6, 18, <<\(milliseconds):32/native>>}]}]}]."
        return make(
            "RabbitMQ (advanced.config)", [options], timeoutDetections,
            timeoutCost + "; a raw option: 6 and 18 are Linux's numbers of TCP_USER_TIMEOUT; "
                + "needed where proxies lose power, which HAProxy's own timeout cannot help",
            Self.timeoutGrounds + [.inherited])
    }

    private var heartbeats: Entry? {
        // RabbitMQ looks at the end of each interval whether anything came in it, and closes at the
        // second without: two to three intervals after the last byte (rabbit_heartbeat; measured
        // with 6 s: not before 13 s). After a blip TCP may be as long in trying again as it lasted.
        let seconds = Int(needs.detectWithin.inSeconds / 3)
        guard seconds >= 1, .seconds(seconds) >= needs.surviveBlip else { return nil }
        return make(
            "AMQP heartbeats (rabbitmq.conf, clients)",
            ["heartbeat = \(seconds)", "# clients must not ask for more or for none"],
            [
                Advice.Detection(
                    what: "any silence",
                    window: Window(
                        .milliseconds(seconds * 2000), .milliseconds(seconds * 3000)))
            ],
            "a client whose thread is busy for \(2 * seconds) s sends none and is given up; a "
                + "proxy in between may keep its dead connection until the kernel ends it",
            [])
    }

    private var postgresql: Entry? {
        var settings = ["tcp_user_timeout = \(milliseconds)    # server; libpq: tcp_user_timeout"]
        if let keepalive {
            settings += [
                "tcp_keepalives_idle = \(keepalive.idle)",
                "tcp_keepalives_interval = \(keepalive.interval)",
                "tcp_keepalives_count = \(keepalive.count)",
            ]
        }
        return make(
            "PostgreSQL (server, and libpq alike)", settings,
            timeoutDetections + [idleDetection(withTimeout: true)],
            timeoutCost + "; a cursor that is fetched slowly is one",
            Self.timeoutGrounds + keepaliveGrounds)
    }

    private var redis: Entry? {
        var options = ["socket.TCP_USER_TIMEOUT: \(milliseconds)"]
        if let keepalive {
            options += [
                "socket.TCP_KEEPIDLE: \(keepalive.idle)",
                "socket.TCP_KEEPINTVL: \(keepalive.interval)",
                "socket.TCP_KEEPCNT: \(keepalive.count)",
            ]
        } else if breaks([.keepalive]) == nil {
            return nil
        }
        // redis-py sets these options only where it is told to keep the connection alive.
        let settings =
            ["socket_keepalive=True, socket_keepalive_options={"]
            + options.dropLast().map { "  \($0)," } + ["  \(options[options.count - 1])}"]
        return make(
            "Redis clients (redis-py; others alike)", settings,
            timeoutDetections + [idleDetection(withTimeout: true)],
            timeoutCost + "; subscribers are idle, so keepalive matters most",
            Self.timeoutGrounds + keepaliveGrounds)
    }

    private var grpc: Entry? {
        // gRPC sets TCP_USER_TIMEOUT to its keepalive timeout by itself.
        let time = max(10_000, Int(needs.detectWithin.inSeconds * 1000) - milliseconds)
        let latest = Moment.milliseconds(time + milliseconds)
        return make(
            "gRPC (channel arguments)",
            [
                "grpc.keepalive_time_ms = \(time)",
                "grpc.keepalive_timeout_ms = \(milliseconds)",
            ],
            timeoutDetections + [
                Advice.Detection(
                    what: "idle, peer silent", window: Window(.milliseconds(milliseconds), latest))
            ],
            timeoutCost
                + "; gRPC sets TCP_USER_TIMEOUT to the keepalive timeout by itself; servers "
                + "refuse pings more often than they allow"
                + (latest - .zero > needs.detectWithin
                    ? "; clients may not ping more often than each 10 s, so idle channels are "
                        + "noticed later than you need" : ""),
            Self.timeoutGrounds)
    }

    /// tcp_retries2: the largest that notices in time and survives the blip.
    private var retries: Entry? {
        let deaths = [DetectionModel.Death.silentPeer, .lostAddress]
        let fitting = (1...15).last { retries in
            deaths.allSatisfy { death in
                guard
                    let window = model.detection(
                        death, userTimeoutMilliseconds: 0, retries2: retries)
                else { return false }
                return window.latest - .zero <= needs.detectWithin
                    && model.survivedOutage(death, userTimeoutMilliseconds: 0, retries2: retries)
                        >= needs.surviveBlip
            }
        }
        guard let fitting else { return nil }
        return make(
            "sysctl", ["net.ipv4.tcp_retries2 = \(fitting)"],
            deaths.map {
                Advice.Detection(
                    what: $0.words,
                    window: model.detection($0, userTimeoutMilliseconds: 0, retries2: fitting))
            } + [Advice.Detection(what: DetectionModel.Death.shutWindow.words, window: nil)],
            "holds for every connection of the host; RFC 1122 asks for at least 100 s "
                + "(tcp_retries2 of 8 or more); leaves slow consumers alone",
            [.retries])
    }

    private static func seconds(_ milliseconds: Int) -> String {
        Duration.milliseconds(milliseconds).formattedSeconds
    }
}
