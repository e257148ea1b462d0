import KernelTimers
import Support
import XCTest

/// The model's windows against a kernel that is played number by number.
final class ModelAgainstSimulationTests: XCTestCase {
    private func followed(_ events: [SimulatedKernel.Event], by roots: [Prospect]) -> String? {
        var prospects = roots
        for (index, event) in events.enumerated() {
            let same = prospects.filter { $0.event.kind == event.kind }
            let fitting = same.first {
                $0.event.window.intersection(Window(at: event.moment)).isEmpty == false
            }
            guard let fitting else {
                let windows = same.map {
                    "\($0.event.window.earliest.seconds)…"
                        + "\($0.event.window.latest.seconds)"
                }
                return "event \(index), \(event.kind) at \(event.moment.seconds), is in none of "
                    + "\(windows); expected \(prospects.map { "\($0.event.kind)" })"
            }
            switch event.kind {
            case .failedToSend: prospects = fitting.then(fitting.event.window)
            case .sent, .answered, .complaint, .told, .aborted, .returned, .vanished:
                prospects = fitting.then(Window(at: event.moment))
            }
        }
        return nil
    }

    private func simulated(
        _ generator: inout SeededGenerator, _ rules: KernelRules
    ) -> (kernel: SimulatedKernel, conditions: Conditions) {
        let tick = [TickRate.hz100, .hz250, .hz1000].randomElement(using: &generator) ?? .hz250
        let rtt = Duration.microseconds(Int.random(in: 20...90_000, using: &generator))
        let rto = Conditions.rtoJiffies(smoothedRTT: rtt, variation: .zero, tick: tick)
        let timeout = [0, 1000, 1003, 3000, 5000, 30_000].randomElement(using: &generator) ?? 0
        let retries = Int.random(in: 1...15, using: &generator)
        let orphanRetries = [nil, nil, 0, 3].randomElement(using: &generator) ?? nil
        let seed = generator.next()
        let jiffy = tick.jiffy.wholeNanoseconds
        var kernel = SimulatedKernel(
            tick: tick, rules: rules, tickPhase: Int64.random(in: 0..<jiffy, using: &generator),
            millisecondPhase: Int64.random(in: 0..<1_000_000, using: &generator),
            rtoJiffies: rto, retries2: retries, userTimeout: { _ in timeout },
            latency: { count in
                var own = SeededGenerator(seed: seed &+ UInt64(count))
                return .nanoseconds(Int64.random(in: 0..<jiffy * 9 / 10, using: &own))
            })
        kernel.orphanRetries = orphanRetries
        var conditions = Conditions(
            tick: tick, rtoJiffies: rto, smoothedRTT: rtt, retries2: retries,
            userTimeoutMilliseconds: Timeline(timeout))
        conditions.orphanRetries = orphanRetries
        return (kernel, conditions)
    }

    func testEveryRetransmissionOfAnyKernelLiesInItsWindow() {
        var generator = SeededGenerator(seed: 1)
        for round in 0..<3000 {
            let rules = KernelRules.mainline.with {
                $0.retransmission = [.ignored, .atNextRetransmission, .clamped][round % 3]
                // The exact wheel was gone (4.8) when intervals were first cut to T (4.19).
                let isOld = round % 2 == 1 && $0.retransmission != .clamped
                $0.wheel = isOld ? .cascading : .nonCascading
                $0.tailLossProbe = round % 5 == 0 ? .none : .untilRTO
                $0.lossProbeFloor = round % 3 == 0 ? .jiffies : .milliseconds
                $0.linearRetransmissions = round % 11 == 0 ? 6 : 0
            }
            let (simulated, conditions) = simulated(&generator, rules)
            var kernel = simulated
            kernel.segments = round % 4 == 0 ? 3 : 1
            kernel.eighthMicroseconds =
                Int(conditions.smoothedRTT.wholeNanoseconds / 1000) * 8 + round % 8

            let events = kernel.retransmitting(
                written: .zero, until: .milliseconds(400_000))
            let model = RetransmitTimer(conditions, rules, fates: Timeline(.lost))
            let written = Window(at: .zero)
            let roots =
                kernel.segments == 1
                ? model.prospects(written: written)
                : model.prospects(written: written, segments: kernel.segments)

            let objection = followed(events, by: roots)
            XCTAssertNil(objection, "round \(round), \(rules)")
            if objection != nil { return }
        }
    }

    func testEveryAttemptWithoutASourceAddressLiesInItsWindow() {
        var generator = SeededGenerator(seed: 2)
        for round in 0..<2000 {
            let rules = KernelRules.mainline
            let (kernel, conditions) = simulated(&generator, rules)
            let removed = Moment(nanoseconds: Int64.random(in: 1...900_000, using: &generator))

            let events = kernel.retransmitting(
                written: .zero, unroutableFrom: removed, until: .milliseconds(400_000))
            let model = RetransmitTimer(
                conditions, rules,
                fates: Timeline(
                    .lost, changes: [.init(when: Window(at: removed), value: .unroutable)]))

            let objection = followed(events, by: model.prospects(written: Window(at: .zero)))
            XCTAssertNil(objection, "round \(round), \(conditions)")
            if objection != nil { return }
        }
    }

    func testEveryProbeOfAnyKernelLiesInItsWindow() {
        var generator = SeededGenerator(seed: 3)
        let kinds: [ProbeTimeout] = ProbeTimeout.allCases
        for round in 0..<4000 {
            let rules = KernelRules.mainline.with {
                $0.probing = kinds[round % kinds.count]
                $0.probeLimit = round % 2 == 0 ? .reaching : .exceeding
                $0.wheel = round % 7 == 0 ? .cascading : .nonCascading
            }
            let (kernel, conditions) = simulated(&generator, rules)
            let answer = Duration.microseconds(Int.random(in: 20...40_000, using: &generator))
            let fates: [(SimulatedKernel.ProbeFate, ProbeTimer.Fate)] = [
                (.lost, .lost), (.answered(answer), .answered), (.unroutable, .unroutable),
            ]
            let (played, modelled) = fates[round % fates.count]

            let events = kernel.probing(armed: .zero, played, until: .milliseconds(300_000))
            let model = ProbeTimer(conditions, rules, fates: Timeline(modelled))

            let objection = followed(events, by: model.prospects(armed: Window(at: .zero)))
            XCTAssertNil(objection, "round \(round), \(rules), \(conditions)")
            if objection != nil { return }
        }
    }

    /// Rounds of random kernels, and what the model says of each.
    private func rounds(
        _ count: Int, seed: UInt64, line: UInt = #line,
        _ play: (
            Int, inout SeededGenerator
        ) -> (events: [SimulatedKernel.Event], roots: [Prospect], words: String)
    ) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<count {
            let (events, roots, words) = play(round, &generator)
            let objection = followed(events, by: roots)
            XCTAssertNil(objection, "round \(round), \(words)", line: line)
            if objection != nil { return }
        }
    }

    func testEverythingOfARetractedWindowLiesInItsWindow() {
        rounds(4000, seed: 4) { round, generator in
            let rules = KernelRules.mainline.with {
                $0.retraction = [.ignored, .flooding, .inJiffies, .timed][round % 4]
                let isOld = round % 4 < 2 && round % 3 == 0
                $0.retractionLimit = isOld ? .sinceAnswer : .sinceBoth
            }
            var (kernel, conditions) = simulated(&generator, rules)
            kernel.orphanRetries = nil
            conditions.orphanRetries = nil
            let timeout = [0, 1000, 3000, 30_000][round / 4 % 4]
            kernel.userTimeout = { _ in timeout }
            conditions.userTimeoutMilliseconds = Timeline(timeout)
            let isAnswered = round % 5 < 2
            let answer = Duration.microseconds(Int.random(in: 20...400, using: &generator))

            let events = kernel.retracting(
                retracted: .zero, answered: isAnswered ? answer : nil, until: .milliseconds(700_000)
            )
            let model = RetractionTimer(conditions, rules, isAnswered: isAnswered)

            return (events, model.prospects(retracted: Window(at: .zero)), "\(rules) \(timeout)")
        }
    }

    func testEndOfFinWaitLiesInItsWindow() {
        rounds(1000, seed: 5) { _, generator in
            let (kernel, conditions) = simulated(&generator, .mainline)
            let seconds = Int.random(in: 0...60, using: &generator)
            let answer = Duration.microseconds(Int.random(in: 20...190_000, using: &generator))

            let events = kernel.finishing(closed: .zero, acknowledged: answer, seconds: seconds)
            let model = FinWaitTimer(conditions, .mainline, seconds: seconds)

            return (events, model.prospects(closed: Window(at: .zero)), "\(seconds) s")
        }
    }

    func testEveryRetransmissionAfterAComplaintLiesInItsWindow() {
        rounds(3000, seed: 6) { round, generator in
            let rules = KernelRules.mainline.with { $0.complaintsRevertBackoff = round % 3 != 0 }
            var (kernel, conditions) = simulated(&generator, rules)
            kernel.orphanRetries = nil
            conditions.orphanRetries = nil
            let answer = Duration.microseconds(Int.random(in: 20...150_000, using: &generator))

            let events = kernel.complaining(
                written: .zero, after: answer, until: .milliseconds(60_000))
            let complaint = Complaint(error: .ehostunreach, isNoRoute: true)
            let model = RetransmitTimer(
                conditions, rules, fates: Timeline(.complained(complaint)))

            return (events, model.prospects(written: Window(at: .zero)), "\(conditions) \(answer)")
        }
    }

    func testEverythingAfterOneAcknowledgementLiesInItsWindow() {
        rounds(3000, seed: 7) { round, generator in
            let rules = KernelRules.mainline.with {
                $0.retransmission = [.ignored, .atNextRetransmission, .clamped][round % 3]
                $0.tailLossProbe = .none
            }
            var (kernel, conditions) = simulated(&generator, rules)
            kernel.orphanRetries = nil
            conditions.orphanRetries = nil
            let heard = Moment(
                nanoseconds: Int64.random(in: 300_000_000...6_000_000_000, using: &generator))
            let again = round % 2 == 0 ? nil : heard + .milliseconds(50)

            let events = kernel.progressing(
                written: .zero, acknowledged: heard, again: again, until: .milliseconds(400_000))
            let model = RetransmitTimer(
                conditions, rules, fates: Timeline(.lost),
                progress: Progress(
                    at: Window(at: heard), isPartial: again == nil,
                    writtenAgain: Window(at: again ?? .zero)))
            let written = Array(repeating: Window(at: .zero), count: again == nil ? 2 : 1)

            return (events, model.prospects(written: written), "\(conditions) \(heard)")
        }
    }
}
