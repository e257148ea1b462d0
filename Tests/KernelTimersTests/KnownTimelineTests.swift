import KernelTimers
import XCTest

/// Timelines whose numbers stand in documents or were measured on real kernels.
final class KnownTimelineTests: XCTestCase {
    private func conditions(
        _ tick: TickRate = .hz250, timeout: Int = 0, retries2: Int = 15
    ) -> Conditions {
        Conditions(
            tick: tick,
            rtoJiffies: Conditions.rtoJiffies(
                smoothedRTT: .microseconds(60), variation: .zero, tick: tick),
            smoothedRTT: .microseconds(60), retries2: retries2,
            userTimeoutMilliseconds: Timeline(timeout))
    }

    private func blackhole(_ conditions: Conditions, _ rules: KernelRules = .mainline) -> Schedule {
        let timer = RetransmitTimer(conditions, rules, fates: Timeline(.lost))
        return Schedule(
            predicting: timer.prospects(written: Window(at: .zero)),
            horizon: .milliseconds(7_200_000))
    }

    private func persist(_ conditions: Conditions, _ rules: KernelRules = .mainline) -> Schedule {
        let timer = ProbeTimer(conditions, rules, fates: Timeline(.unroutable))
        return Schedule(
            predicting: timer.prospects(armed: Window(at: .zero)),
            horizon: .milliseconds(7_200_000))
    }

    private func assert(
        _ schedule: Schedule, abortsAt seconds: Double, line: UInt = #line
    ) throws {
        let window = try XCTUnwrap(schedule.abort?.window, line: line)

        XCTAssertLessThanOrEqual(window.earliest.seconds, seconds, line: line)
        XCTAssertGreaterThanOrEqual(window.latest.seconds, seconds, line: line)
    }

    func testFastLinkHasAnRTOOfTwoHundredMillisecondsRoundedUpToJiffies() {
        let milliseconds = [TickRate.hz1000, .hz250, .hz100].map {
            conditions($0).rto.wholeNanoseconds / 1_000_000
        }

        XCTAssertEqual(milliseconds, [201, 204, 210])
    }

    func testModelTimeoutsAreThoseOfIPSysctl() {
        let seconds = [3, 5, 6, 8, 10, 15].map {
            conditions().modelTimeout(retries: $0, base: .milliseconds(200)).inSeconds
        }

        XCTAssertEqual(seconds, [3.0, 12.6, 25.4, 102.2, 324.6, 924.6])
    }

    func testConnectTriesForAHundredAndTwentySevenSecondsByModel() {
        let timeout = conditions().modelTimeout(retries: 6, base: .seconds(1))

        XCTAssertEqual(timeout, .seconds(127))
    }

    /// Measured on 6.18, HZ=250: 1.45, 3.42 and 5.65 s; 939.7 s without a user timeout.
    func testBlackholedConnectionsEndWhenTheyWereMeasuredToEnd() throws {
        try assert(blackhole(conditions(timeout: 1000)), abortsAt: 1.45)
        try assert(blackhole(conditions(timeout: 3000)), abortsAt: 3.42)
        try assert(blackhole(conditions(timeout: 5000)), abortsAt: 5.65)
        try assert(blackhole(conditions(retries2: 3)), abortsAt: 6.64)
        try assert(blackhole(conditions(retries2: 5)), abortsAt: 13.5)
        try assert(blackhole(conditions()), abortsAt: 939.676)
    }

    /// Measured on 6.18, HZ=250: 5.282 s; 939.2 s without a user timeout.
    func testDataThatWasNeverSentEndsWhenItWasMeasuredToEnd() throws {
        try assert(persist(conditions(timeout: 5000)), abortsAt: 5.282)
        try assert(persist(conditions(retries2: 3)), abortsAt: 3.12)
        try assert(persist(conditions()), abortsAt: 939.2)
    }

    /// By the code of kernels that were not run: 12.7 s on 3.18 … 4.13, 6.3 s on 4.14 … 5.10.
    func testBrokenKernelsAreLateByWhatTheirCodeSays() throws {
        func late(_ probing: ProbeTimeout) -> Schedule {
            persist(
                conditions(timeout: 5000),
                .mainline.with {
                    $0.probing = probing
                    $0.wheel = .cascading
                })
        }

        try assert(late(.fromLastAttempt), abortsAt: 12.85)
        try assert(late(.fromFirstProbeStrict), abortsAt: 6.324)
        try assert(late(.fromUnansweredCount), abortsAt: 6.324)
        try assert(late(.ignored), abortsAt: 928.72)
    }

    func testUnclampedRetransmissionEndsAtTheFirstOneDueAfterTheDeadline() throws {
        let rules = KernelRules.mainline.with { $0.retransmission = .atNextRetransmission }

        try assert(blackhole(conditions(timeout: 5000), rules), abortsAt: 6.6)
    }

    func testProbingALiveZeroWindowNeverEnds() {
        let timer = ProbeTimer(conditions(retries2: 3), .mainline, fates: Timeline(.answered))
        let schedule = Schedule(
            predicting: timer.prospects(armed: Window(at: .zero)), horizon: .milliseconds(60_000))

        XCTAssertNil(schedule.abort)
        XCTAssertGreaterThan(schedule.events.count, 60)
    }
}

/// The small arithmetic beneath.
final class ArithmeticTests: XCTestCase {
    func testJiffiesAreRoundedUp() {
        XCTAssertEqual(TickRate.hz250.jiffies(covering: .microseconds(200_060)), 51)
        XCTAssertEqual(TickRate.hz250.jiffies(covering: .milliseconds(200)), 50)
        XCTAssertEqual(TickRate.hz100.jiffies(covering: .milliseconds(1)), 1)
        XCTAssertEqual(TickRate.hz1000.jiffies(covering: .zero), 0)
        XCTAssertEqual(TickRate.hz1000.jiffies(covering: .seconds(-3)), 0)
    }

    func testGranularityGrowsByEightAtEachLevelOfTheWheel() {
        let wheel = TimerWheel.nonCascading

        XCTAssertEqual([1, 61].map { wheel.granularity(jiffies: $0) }, [1, 1])
        XCTAssertEqual([62, 63, 502].map { wheel.granularity(jiffies: $0) }, [8, 8, 8])
        XCTAssertEqual([503, 4030].map { wheel.granularity(jiffies: $0) }, [64, 64])
        XCTAssertEqual([4031, 32_254].map { wheel.granularity(jiffies: $0) }, [512, 512])
        XCTAssertEqual(TimerWheel.cascading.granularity(jiffies: 5000), 0)
    }

    /// Seen on a machine that stood still: 500 jiffies were filed as if they were 504 or more.
    func testAWheelThatTrailsFilesATimerAtACoarserLevel() {
        XCTAssertEqual(TimerWheel.nonCascading.granularity(jiffies: 500), 8)
        XCTAssertEqual(TimerWheel.nonCascading.granularity(jiffies: 500, trail: 4), 64)
    }

    func testTickRatesThatNoKernelHasAreRefused() {
        XCTAssertNil(TickRate(hz: 0))
        XCTAssertNil(TickRate(hz: -250))
        XCTAssertNil(TickRate(hz: 1_000_000))
        XCTAssertEqual(TickRate(hz: 300)?.jiffy, .nanoseconds(3_333_333))
    }

    func testTimelineGivesBothValuesWhereAChangeIsNotOver() {
        let change = Window(.milliseconds(100), .milliseconds(110))
        let timeline = Timeline(0, changes: [.init(when: change, value: 7)])

        let before = timeline.values(during: Window(.zero, .milliseconds(99))).map(\.value)
        let across = timeline.values(during: Window(.milliseconds(90), .milliseconds(105)))
        let after = timeline.values(during: Window(.milliseconds(111), .milliseconds(112)))

        XCTAssertEqual(before, [0])
        XCTAssertEqual(across.map(\.value), [0, 7])
        XCTAssertEqual(after.map(\.value), [7])
    }

    func testNumbersArePrintedWithoutFoundation() {
        XCTAssertEqual(Duration.fixed(1_234_567_890, digits: 3), "1.235")
        XCTAssertEqual(Duration.fixed(-4_000_000, digits: 3), "-0.004")
        XCTAssertEqual(Duration.fixed(999_999_999, digits: 0), "1")
    }

    func testMomentsSaturateInsteadOfOverflowing() {
        let far = Moment(nanoseconds: .max)

        XCTAssertEqual(far + .seconds(1), far)
    }
}
