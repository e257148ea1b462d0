import Evidence
import KernelTimers

extension Behaviour {
    /// Several segments are in flight when the peer is gone.
    public static let blackholeSegments = Behaviour(
        id: "blackhole.segments",
        question: """
            Does it change the schedule when several segments are in flight, and how soon is the \
            tail loss probe?
            """,
        scenarios: [78],
        background: """
            One write makes two segments, a full one and a rest, with Nagle's algorithm off. The \
            acknowledgement of several is not delayed, so the tail loss probe is due after \
            2·srtt and two milliseconds, not after TCP_RTO_MIN; the RTO counts from it. From there \
            on only the first segment is repeated, and the end is what it is for one: sooner by \
            the RTO that the probe did not wait for.
            """,
        cases: .matrix(userTimeouts: [1000, 3000], families: AddressFamily.allCases)
            + .matrix(retries2: [3]),
        stimulus: { parameters, horizon in
            .connected(
                parameters,
                subject: [
                    Step(
                        "at once",
                        .setOption(
                            .noDelay, on: .connection, value: 1, lengthBytes: 4),
                        when: .done(label: "silence", plusMilliseconds: 0)),
                    Step("write", .send(bytes: bytes)),
                ] + Script.hearing(horizonMilliseconds: horizon),
                peer: Script.silence)
        },
        outage: .step("silence"),
        variants: segmentVariants(floor: .milliseconds, ["at-deadline", "by-retries"])
            + segmentVariants(
                floor: .jiffies, ["at-deadline", "at-next-retransmission", "by-retries"]),
        values: { parameters in
            ValueExpectation.userTimeoutReadBack(parameters)
                + [ValueExpectation("write", .result(bytes))]
        },
        contract: Contract(
            [
                "at-deadline", "by-retries", "at-deadline.two-jiffies", "by-retries.two-jiffies",
            ],
            because: RetransmissionVariants.contract.because
                + " RFC 8985, 7.2: the probe timeout of several segments is 2·SRTT, and an "
                + "implementation may have a floor.",
            exceeds: RetransmissionVariants.contract.exceeds),
        controls: [
            Control(
                "option set back to none", Parameters(userTimeoutMilliseconds: 1000),
                parts: .missing, at: 5
            ) { $0.changingUserTimeout(to: 0) },
            Control(
                "a cork holds the second back", Parameters(retries2: 3),
                parts: .time, at: 1
            ) {
                $0.replacing(
                    "at once",
                    with: .setOption(.cork, on: .connection, value: 1, lengthBytes: 4))
            },
        ])

    /// More than one segment, less than two.
    private static let bytes = 2000

    /// The variants of those names, with a floor of the probe's timeout.
    private static func segmentVariants(floor: LossProbeFloor, _ names: [String]) -> [Variant] {
        RetransmissionVariants.all(
            mainline: .mainline.with { $0.lossProbeFloor = floor },
            opening: { $0.prospects(written: $1.mark("write"), segments: 2) }
        ).filter { names.contains($0.name) }.map { variant in
            guard floor == .jiffies else { return variant.with(since: "6.6-rc7 1c2709cfff1d") }
            return Variant(
                variant.name + ".two-jiffies",
                variant.summary + " Two jiffies are added to the probe's timeout, not two ms.",
                eras: variant.name == "at-next-retransmission"
                    ? ["4.15 bb4d991a28cc … 4.19 b701a99e431d"]
                    : ["4.19 b701a99e431d … 6.6-rc7 1c2709cfff1d"],
                applies: variant.applies, prospects: variant.prospects)
        }
    }
}
