import Evidence
import KernelTimers

extension Behaviour {
    /// A router drops what is large, and says nothing: a path MTU blackhole.
    public static let pathSizeLimit = Behaviour(
        id: "path.size-limit",
        question: """
            Does a connection survive a path that silently drops large segments, if \
            tcp_mtu_probing lets it try smaller ones before T is over?
            """,
        scenarios: [72],
        background: """
            Where ICMP is filtered nobody says that a segment is too large: it is repeated as it \
            is. With tcp_mtu_probing=1 the kernel takes a hint once tcp_retries1 is over, as a \
            time since the first RTO, and sends tcp_base_mss, 1024 bytes, instead. That, and that \
            a route is looked up anew, is all that tcp_retries1 shows from outside. T is not \
            moved by it: who has less patience than tcp_retries1 ends.
            """,
        cases: [
            Parameters(
                userTimeoutMilliseconds: 3000,
                settings: ["tcp_mtu_probing": 1, "tcp_retries1": 1]),
            Parameters(
                userTimeoutMilliseconds: 3000, family: .ipv6,
                settings: ["tcp_mtu_probing": 1, "tcp_retries1": 1]),
            Parameters(userTimeoutMilliseconds: 1000, settings: ["tcp_mtu_probing": 1]),
            Parameters(
                userTimeoutMilliseconds: 3000,
                settings: ["tcp_mtu_probing": 0, "tcp_retries1": 1]),
            Parameters(retries2: 8, settings: ["tcp_mtu_probing": 1]),
        ],
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "write", .send(bytes: 1400),
                        when: .done(label: "limit", plusMilliseconds: 0))
                ] + Script.hearing(horizonMilliseconds: min(horizon, 9000)),
                peer: [
                    Step(
                        "limit", .dropLarge(bytes: 1300),
                        when: .done(label: "quiet", plusMilliseconds: 0))
                ])
        },
        outage: .step("limit"),
        variants: shrinking + [
            Variant(
                "too-large", "Nothing smaller is tried.", eras: ["no kernel known"],
                applies: { $0.setting("tcp_mtu_probing") == 1 }
            ) { conditions, _ in
                RetransmitTimer(conditions, .mainline, fates: Timeline(.lost))
                    .prospects(written: conditions.mark("write"))
            }
        ],
        values: ValueExpectation.userTimeoutReadBack,
        contract: Contract(
            RetransmissionVariants.contract.variants,
            because: RetransmissionVariants.contract.because
                + " ip-sysctl, tcp_mtu_probing: 1, disabled by default, enabled when an ICMP black "
                + "hole is detected; tcp_retries1: the time after which TCP decides that something "
                + "is wrong.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "the kernel does not probe",
                Parameters(
                    userTimeoutMilliseconds: 3000,
                    settings: ["tcp_mtu_probing": 1, "tcp_retries1": 1]),
                parts: .missing, or: [.extra]
            ) {
                var altered = $0
                altered.sysctls["net.ipv4.tcp_mtu_probing"] = "0"
                return altered
            },
            Control(
                "the path takes all sizes",
                Parameters(
                    userTimeoutMilliseconds: 3000,
                    settings: ["tcp_mtu_probing": 0, "tcp_retries1": 1]),
                parts: .extra, at: 1
            ) { $0.replacing("limit", with: .watch(milliseconds: 0)) },
        ])

    /// What kernels show that try smaller segments if told so.
    private static var shrinking: [Variant] {
        [("", false), (".no-tlp", true)].flatMap { suffix, isOld in
            [("at-deadline", true), ("by-retries", false)].map { name, hasTimeout in
                Variant(
                    name + suffix,
                    hasTimeout
                        ? "The connection ends at T, unless smaller segments were tried."
                        : "tcp_retries2 decides, unless smaller segments were tried.",
                    eras: [
                        isOld
                            ? "2.6.32 6fa12c850314 … 3.10 6ba8a3b19e76"
                            : "3.10 6ba8a3b19e76, 4.19 b701a99e431d …"
                    ], applies: { $0.hasUserTimeout == hasTimeout && !(isOld && hasTimeout) }
                ) { conditions, parameters in
                    let probing = parameters.setting("tcp_mtu_probing") == 1
                    return RetransmitTimer(
                        conditions, .mainline.with { if isOld { $0.tailLossProbe = .none } },
                        fates: Timeline(.lost),
                        shrinking: probing
                            ? .init(retries1: parameters.setting("tcp_retries1") ?? 3) : nil
                    ).prospects(written: conditions.mark("write"))
                }
            }
        }
    }
}
