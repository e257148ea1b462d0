import Behaviours
import Evidence
import Judge
import KernelTimers
import XCTest

/// Synthetic controls: a stored observation is edited, and the judge must find the edit, where it
/// was made, and nothing before it.
final class EditedObservationTests: XCTestCase {
    private func assert(
        _ observation: Observation, of behaviour: Behaviour, parts aspect: Parting.Aspect,
        at index: Int? = nil, line: UInt = #line
    ) {
        let finding = Judge.judge(observation, as: behaviour)

        XCTAssertEqual(finding.verdict, .deviates, line: line)
        let first = finding.partings.first
        XCTAssertEqual(first?.aspect, aspect, first?.text ?? "nothing parts", line: line)
        XCTAssertEqual(first?.eventIndex, index, first?.text ?? "nothing parts", line: line)
    }

    private func blackhole() throws -> Observation {
        try Fixtures.observation(.blackholeEstablished, "T=3000 ipv4 veth")
    }

    func testStoredObservationConformsBeforeItIsEdited() throws {
        let finding = Judge.judge(try blackhole(), as: .blackholeEstablished)

        XCTAssertEqual(finding.verdict, .conforms)
        XCTAssertEqual(finding.comparisons.count, 7)
    }

    /// The kernel counted it, and the wire does not show it.
    func testARetransmissionTakenOutIsMissed() throws {
        for index in 2...5 {
            assert(
                try blackhole().removingPacket(index), of: .blackholeEstablished, parts: .extra,
                at: index)
        }
    }

    func testARetransmissionTakenOutIsMissedByTheWireAlone() throws {
        for index in 2...5 {
            assert(
                try blackhole().removingPacket(index).forgettingCounts(),
                of: .blackholeEstablished, parts: index == 5 ? .missing : .time, at: index)
        }
    }

    func testATailLossProbeTakenOutIsMissed() throws {
        assert(
            try blackhole().removingPacket(1), of: .blackholeEstablished, parts: .time, at: 1)
    }

    func testARetransmissionThatIsDoubledIsOneTooMany() throws {
        for index in 1...4 {
            assert(
                try blackhole().doublingPacket(index), of: .blackholeEstablished, parts: .time,
                at: index + 1)
        }
    }

    func testARetransmissionThatIsShiftedByTwoGranulesIsLateOrEarly() throws {
        // RTOs 2 … 4 come after 51, 102 and 204 jiffies, filed with 1, 8 and 8 jiffies of
        // granularity; three jiffies are the witness's and the lag's.
        for (index, milliseconds) in [(2, 24), (3, 52), (4, 52)] {
            assert(
                try blackhole().shiftingPacket(index, by: .milliseconds(milliseconds))
                    .forgettingCounts(),
                of: .blackholeEstablished, parts: .time, at: index)
            assert(
                try blackhole().shiftingPacket(index, by: .milliseconds(-milliseconds))
                    .forgettingCounts(),
                of: .blackholeEstablished, parts: .time, at: index)
        }
    }

    func testAnotherErrnoIsNoticed() throws {
        assert(
            try blackhole().hearing(.econnreset), of: .blackholeEstablished, parts: .errno, at: 6)
        assert(
            try Fixtures.observation(.unroutableInFlight, "T=3000 ipv4 veth").hearing(.etimedout),
            of: .unroutableInFlight, parts: .errno, at: 5)
    }

    func testAnErrorThatIsHeardLateIsNoticed() throws {
        assert(
            try blackhole().hearing(later: .milliseconds(100)), of: .blackholeEstablished,
            parts: .time, at: 6)
    }

    func testAResetBehindTheEndIsOneTooMany() throws {
        let observation = try blackhole()
        let heard = try XCTUnwrap(observation.step("heard")?.end)

        assert(
            try observation.addingReset(at: heard + .milliseconds(2)), of: .blackholeEstablished,
            parts: .extra, at: 7)
    }

    /// Of a connection without its address nothing is on the wire, and its failed attempts have no
    /// witness: a stall excuses by its own length, and not by all the time until the abort.
    func testAPacketIsOneTooManyWhereItIsAlsoBesideAStall() throws {
        let observation = try Fixtures.observation(.unroutableIdle, "T=3000 ipv4 veth")
        let written = try XCTUnwrap(observation.step("write")?.end)
        for milliseconds in [0, 15, 60] {
            var stalled = try observation.addingReset(at: written + .milliseconds(1))
            if milliseconds > 0 {
                stalled.time = .real
                stalled.stalls = [
                    Stall(
                        from: written - .milliseconds(milliseconds),
                        until: written + .milliseconds(2))
                ]
            }
            assert(stalled, of: .unroutableIdle, parts: .extra, at: 1)
        }
    }

    func testACounterThatDisagreesIsNoticed() throws {
        assert(
            try blackhole().counting("TcpExt.TCPTimeouts", more: 1), of: .blackholeEstablished,
            parts: .counter)
        assert(
            try Fixtures.observation(.unroutableIdle, "T=3000 ipv4 veth")
                .counting("Ip.OutNoRoutes", more: -1),
            of: .unroutableIdle, parts: .counter)
    }

    /// The counters were first read only between the second and the third retransmission: both sums
    /// lack what came before.
    func testWhatCameBeforeTheCountersWereReadIsNotExpectedInThem() throws {
        var late = try blackhole().counting("TcpExt.TCPTimeouts", more: -2)
        let finding = Judge.judge(try blackhole(), as: .blackholeEstablished)
        let timeouts = finding.comparisons.filter {
            $0.expected.counters["TcpExt.TCPTimeouts"] != nil
        }
        let read = try XCTUnwrap(timeouts[1].observed?.window.latest) + .milliseconds(20)
        late.counters.beforeRead = Window(at: read)
        for name in ["Tcp.RetransSegs", "TcpExt.TCPLossProbes"] {
            let before = finding.comparisons.filter {
                ($0.observed?.window ?? $0.expected.window).latest < read
            }.compactMap { $0.expected.counters[name] }.reduce(0, +)
            late = late.counting(name, more: -Int64(before))
        }

        XCTAssertEqual(Judge.judge(late, as: .blackholeEstablished).verdict, .conforms)
        assert(
            late.counting("TcpExt.TCPTimeouts", more: 1), of: .blackholeEstablished,
            parts: .counter)
        // In the middle of a retransmission nobody knows whether it was counted already.
        late.counters.beforeRead = timeouts[1].observed?.window
        for more in [0, 1] as [Int64] {
            let either = late.counting("TcpExt.TCPTimeouts", more: more)
                .counting("Tcp.RetransSegs", more: more)
            XCTAssertEqual(
                Judge.judge(either, as: .blackholeEstablished).verdict, .conforms, "\(more)")
        }
    }

    func testAnErrorThatIsDeliveredTwiceIsNoticed() throws {
        let observation = try Fixtures.observation(.deliveryRead, "T=3000 ipv4 veth")
            .editingCall("error afterwards") { $0.errno = .etimedout }

        assert(observation, of: .deliveryRead, parts: .value)
    }

    func testAHangUpThatGoesAwayIsNoticed() throws {
        let observation = try Fixtures.observation(.deliveryEpollLevel, "T=3000 ipv4 veth")
            .editingCall("at last") { $0.events = [] }

        assert(observation, of: .deliveryEpollLevel, parts: .value)
    }

    func testAnEdgeThatNeverComesIsNoticed() throws {
        let observation = try Fixtures.observation(.deliveryEpollEdge, "T=3000 ipv4 veth")
            .editingCall("heard") {
                $0.result = 0
                $0.events = []
            }

        assert(observation, of: .deliveryEpollEdge, parts: .missing, at: 6)
    }

    func testAnOptionThatReadsBackDifferentlyIsNoticed() throws {
        let observation = try blackhole().editingCall("option read back") { $0.value = 2999 }

        assert(observation, of: .blackholeEstablished, parts: .value)
    }

    func testAnRTOThatTheKernelExcusesItselfWithIsNoticed() throws {
        var observation = try blackhole()
        for index in observation.samples.indices {
            observation.samples[index].rtoMicroseconds += 40_000
        }

        assert(observation, of: .blackholeEstablished, parts: .state)
    }

    // MARK: - What is no evidence

    private func cause(_ observation: Observation) -> String? {
        Judge.judge(observation, as: .blackholeEstablished).verdict.reason
    }

    func testACaptureThatDroppedPacketsIsInconclusive() throws {
        var observation = try blackhole()
        observation.captures[0].dropped = 1

        XCTAssertEqual(cause(observation), "the capture on subject:subject0 dropped 1 packets")
    }

    func testACaptureThatSawNothingBeforehandIsInconclusive() throws {
        var observation = try blackhole()
        observation.captures[1].beforeImpairment = 0

        XCTAssertEqual(cause(observation)?.hasSuffix("it proves nothing"), true)
    }

    func testAClockThatWasSetIsInconclusive() throws {
        var observation = try blackhole()
        observation.clocks[1].realtime += 5_000_000

        XCTAssertEqual(cause(observation)?.contains("time of day was set"), true)
    }

    func testAPacketThatNeverArrivedIsInconclusive() throws {
        var observation = try blackhole()
        observation.captures[1].packets.removeLast()

        XCTAssertEqual(cause(observation)?.contains("left the subject"), true)
    }

    func testAStepThatWasNotPerformedIsInconclusive() throws {
        var observation = try blackhole()
        observation.steps.removeAll { $0.label == "silence" }

        XCTAssertEqual(cause(observation)?.contains("\"silence\" of the peer"), true)
    }

    func testAStallExcusesALateEventByItsLengthAndNoMore() throws {
        var late = try blackhole().shiftingPacket(3, by: .milliseconds(50)).forgettingCounts()
        let packet = try XCTUnwrap(
            Judge.judge(late, as: .blackholeEstablished).partings.first { $0.aspect == .time })
        XCTAssertEqual(packet.eventIndex, 3)
        let begin = try XCTUnwrap(late.step("write")?.end)
        // The third RTO comes some 0.85 s after the write; a stall there explains it.
        late.stalls = [
            Stall(from: begin + .milliseconds(820), until: begin + .milliseconds(900))
        ]

        let excused = Judge.judge(late, as: .blackholeEstablished)
        late.stalls = [
            Stall(from: begin + .milliseconds(895), until: begin + .milliseconds(901))
        ]
        let notExcused = Judge.judge(late, as: .blackholeEstablished)

        XCTAssertNotEqual(excused.verdict, .deviates)
        XCTAssertEqual(notExcused.verdict, .deviates)
    }
}
