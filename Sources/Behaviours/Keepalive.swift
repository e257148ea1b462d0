import Evidence
import KernelTimers

/// What the behaviours have in common that ask about keepalive.
enum Keepalive {
    /// The settings of a trial: `keepidle`, `keepintvl`, `keepcnt`, those of the kernel where it
    /// has none.
    static func settings(_ parameters: Parameters) -> KeepaliveTimer.Settings {
        var settings = KeepaliveTimer.Settings()
        settings.idleSeconds = parameters.setting("keepidle") ?? settings.idleSeconds
        settings.intervalSeconds = parameters.setting("keepintvl") ?? settings.intervalSeconds
        settings.count = parameters.setting("keepcnt") ?? settings.count
        return settings
    }

    /// Idle, interval and count as further values.
    static func values(_ idle: Int, _ interval: Int, _ count: Int) -> [String: Int] {
        ["keepidle": idle, "keepintvl": interval, "keepcnt": count]
    }

    /// The steps that set the times and then turn keepalive on, which arms the timer: `keepalive`.
    static func steps(_ parameters: Parameters) -> [Step] {
        let options: [(String, Option)] = [
            ("keepidle", .keepIdle), ("keepintvl", .keepInterval), ("keepcnt", .keepCount),
        ]
        let times = options.compactMap { name, option in
            parameters.setting(name).map {
                Step(name, .setOption(option, on: .connection, value: $0, lengthBytes: 4))
            }
        }
        return times + [
            Step("keepalive", .setOption(.keepAlive, on: .connection, value: 1, lengthBytes: 4))
        ]
    }

    /// What those calls return.
    static func calls(_ parameters: Parameters) -> [ValueExpectation] {
        ["keepidle", "keepintvl", "keepcnt"].filter { parameters.setting($0) != nil }
            .map { ValueExpectation($0, .result(0)) } + [ValueExpectation("keepalive", .result(0))]
    }

    /// The known answers, for probes with these fates.
    static func variants(
        isHalfClosed: Bool = false,
        _ fates: @escaping @Sendable (Conditions) -> Timeline<KeepaliveTimer.Fate>
    ) -> [Variant] {
        func variant(
            _ name: String, _ summary: String, eras: [Era],
            applies: @escaping @Sendable (Parameters) -> Bool = { _ in true },
            _ change: @escaping @Sendable (inout KernelRules) -> Void
        ) -> Variant {
            Variant(name, summary, eras: eras, applies: applies) { conditions, parameters in
                var conditions = conditions
                conditions.isHalfClosed = isHalfClosed
                return KeepaliveTimer(
                    conditions, .mainline.with(change), settings(parameters),
                    fates: fates(conditions)
                ).prospects(
                    armed: conditions.mark("keepalive"), received: conditions.mark("received"))
            }
        }
        return [
            variant(
                "user-timeout-wins",
                "The connection ends at the first probe due that is later than T after the last "
                    + "reception, one probe being unanswered; the count means nothing.",
                eras: ["2.6.37 dca43c75e7e5 …"], applies: \.hasUserTimeout
            ) { _ in },
            variant(
                "count-wins", "TCP_USER_TIMEOUT has no effect: TCP_KEEPCNT decides.",
                eras: ["… 2.6.37 dca43c75e7e5"], applies: \.hasUserTimeout
            ) { $0.retransmission = .ignored },
            variant(
                "by-count", "As many unanswered probes as TCP_KEEPCNT end the connection.",
                eras: ["every kernel known"], applies: { !$0.hasUserTimeout }
            ) { _ in },
        ]
    }

    /// What is promised of keepalive.
    static let contract = Contract(
        ["user-timeout-wins", "by-count"],
        because: """
            tcp(7), TCP_USER_TIMEOUT: when used with SO_KEEPALIVE, it overrides keepalive to \
            determine when to close a connection due to keepalive failure. TCP_KEEPIDLE, \
            TCP_KEEPINTVL, TCP_KEEPCNT: the idle time before probes, the time between them, and \
            how many are sent before the connection is dropped.
            """,
        exceeds: """
            T is looked at only when the next probe is due, so that the connection ends up to an \
            interval later than T after the last reception; the last probe is waited for another \
            interval; timers round up by the granularity of the wheel.
            """)
}
