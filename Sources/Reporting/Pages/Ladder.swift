import Behaviours
import Evidence
import Judge
import KernelTimers

/// What a ladder plot shows of a trial, all times counted from the beginning of the outage.
///
/// The rungs are the witnesses, one below the other; the model's windows run through all of them
/// as bands, so that a mark outside of every band is seen at once.
struct Ladder: Hashable {
    /// One line of the plot.
    enum Rung: Int, CaseIterable {
        case network, application, subject, peer, kernel

        var label: String {
            switch self {
            case .network: "impairment"
            case .application: "application"
            case .subject: "sent"
            case .peer: "answered"
            case .kernel: "in the kernel"
            }
        }
    }

    /// What a mark looks like.
    enum Shape: String, CaseIterable {
        case data = "d", probe = "p", retransmission = "r", windowProbe = "w", answer = "a"
        case failed = "x", error = "e", step = "s", other = "o"

        var words: String {
            switch self {
            case .data: "data"
            case .probe: "tail loss probe"
            case .retransmission: "retransmission"
            case .windowProbe: "window probe"
            case .answer: "answer"
            case .failed: "attempt that failed in the kernel"
            case .error: "the application hears the end"
            case .step: "step of the script"
            case .other: "anything else of the flow"
            }
        }
    }

    /// A window of the model.
    struct Band: Hashable {
        var window: Window
        var isAbort: Bool
        var title: String
        /// The one rung that it concerns, where it is so wide that it would hide the others.
        var rung: Rung?
        /// Its place among the expected events; nil of the end that was only expected.
        var number: Int?
    }

    /// One event that a witness saw.
    struct Mark: Hashable {
        var rung: Rung
        var shape: Shape
        var window: Window
        var isUnexpected = false
        var title: String
        var label: String?
        /// The number of the window in which it was expected, whose title it is as well.
        var band: Int?
    }

    /// Something that lasts.
    struct Span: Hashable {
        var rung: Rung
        var from: Moment
        var until: Moment
        var label: String
    }

    var bands: [Band] = []
    var marks: [Mark] = []
    var spans: [Span] = []
    /// What the plot leaves out, and where it is found; nil where it shows all.
    var leftOut: String?
    /// Until when the plot reaches.
    var end = Moment.zero
    /// What is plotted, in a line.
    var title = ""
    /// The same in words, for those who do not see it.
    var description = ""

    /// The rungs that have something on them, from above.
    var rungs: [Rung] {
        Rung.allCases.filter { rung in
            marks.contains { $0.rung == rung } || spans.contains { $0.rung == rung }
        }
    }

    /// The plot of a trial; nil where only return values are judged, and time plays no part.
    init?(_ trial: ReportedTrial, _ behaviour: Behaviour?) {
        let finding = trial.finding
        guard finding.outageBegan != nil else { return nil }
        addBands(finding)
        addEvents(trial, behaviour)
        if let observation = trial.observation {
            addSteps(observation, finding)
            addImpairment(observation, finding, behaviour)
        }
        let moments =
            bands.map(\.window.latest) + marks.map(\.window.latest) + spans.map(\.until)
        guard let last = moments.max() else { return nil }
        end = last + .nanoseconds(last.nanoseconds / 50)
        for index in spans.indices { spans[index].until = min(spans[index].until, end) }
        describe(finding)
        bound()
    }

    /// How many marks and how many windows are drawn at most: the first, and the last, in the order
    /// of time. More than that nobody tells apart on one line.
    private static let most = (first: 240, last: 60)

    /// Leaves out what is too much, and says so. What is counted in words is all that there was.
    private mutating func bound() {
        let drawn = Bounded(
            marks.sorted { $0.window.latest < $1.window.latest }, first: Self.most.first,
            last: Self.most.last)
        let windows = Bounded(bands, first: Self.most.first, last: Self.most.last)
        guard drawn.leftOut + windows.leftOut > 0 else { return }
        marks = drawn.shown
        bands = windows.shown
        leftOut =
            "Not drawn, in the middle: \(Words.count(drawn.leftOut, "mark")) and "
            + "\(Words.count(windows.leftOut, "window")). All of them are in the observation and "
            + "in the capture."
        description += " " + (leftOut ?? "")
    }

    // MARK: - What the model expects

    private mutating func addBands(_ finding: Finding) {
        for (number, comparison) in finding.comparisons.enumerated() {
            let window = finding.sinceOutage(comparison.expected.window)
            // What the peer or a router says may come whenever it likes until the next timer.
            let isAnswer = [.answered, .complaint].contains(comparison.expected.kind)
            bands.append(
                Band(
                    window: window, isAbort: comparison.expected.kind.isAbort,
                    title: "expected \(Self.text(window))",
                    rung: isAnswer ? .peer : nil, number: number))
        }
        let hasAbort = bands.contains(where: \.isAbort)
        if !hasAbort, let abort = finding.expectedAbort {
            let window = finding.sinceOutage(abort)
            bands.append(
                Band(window: window, isAbort: true, title: "expected: end, \(Self.text(window))"))
        }
    }

    // MARK: - What the witnesses saw

    private mutating func addEvents(_ trial: ReportedTrial, _ behaviour: Behaviour?) {
        let finding = trial.finding
        var expected: [ObservedEvent: (number: Int, event: Expected)] = [:]
        for (number, comparison) in finding.comparisons.enumerated() {
            guard let observed = comparison.observed else { continue }
            expected[observed] = (number, comparison.expected)
        }
        var events = finding.comparisons.compactMap(\.observed)
        if let observation = trial.observation, let behaviour {
            let all = Judge.events(of: observation, as: behaviour)
            if !all.isEmpty { events = all }
        }
        for event in events {
            let matched = expected[event]
            let window = finding.sinceOutage(event.window)
            let (rung, shape) = Self.place(event.what, matched?.event.kind)
            let name = matched.map { "\($0.event.kind)" } ?? "\(event.what)"
            var title = "\(name) \(Self.text(window))"
            if let matched {
                title += ", expected \(Self.text(finding.sinceOutage(matched.event.window)))"
            } else {
                title += ", not in the schedule"
            }
            title += ", \(trial.judged.frames.renumbered(event.source))"
            marks.append(
                Mark(
                    rung: rung, shape: shape, window: window, isUnexpected: matched == nil,
                    title: title, label: shape == .error ? "\(event.what)" : nil,
                    band: matched?.number))
        }
    }

    private static func place(
        _ what: ObservedEvent.What, _ kind: Expected.Kind?
    ) -> (Rung, Shape) {
        switch what {
        case .data(_, _, let repeated):
            if case .sent(.tailLossProbe) = kind { return (.subject, .probe) }
            return (.subject, repeated ? .retransmission : .data)
        case .windowProbe: return (.subject, .windowProbe)
        case .opening(let repeated), .finish(let repeated):
            if case .sent(.tailLossProbe) = kind { return (.subject, .probe) }
            return (.subject, repeated ? .retransmission : .data)
        case .reset: return (.subject, .other)
        case .answer: return (.peer, .answer)
        case .complaint: return (.peer, .other)
        case .failedProbe, .failedRetransmission: return (.kernel, .failed)
        case .vanished: return (.kernel, .error)
        case .error, .hungUp: return (.application, .error)
        case .returned: return (.application, .other)
        case .other(let words): return (words.contains("peer") ? .peer : .subject, .other)
        }
    }

    // MARK: - What was done

    private mutating func addSteps(_ observation: Observation, _ finding: Finding) {
        for (step, record) in observation.performedSteps where step.actor == .subject {
            let from = finding.sinceOutage(record.begin)
            if case .awaitError(let waiter, _) = step.step.action {
                let heard = finding.observedAbort.map(finding.sinceOutage)
                spans.append(
                    Span(
                        rung: .application, from: from,
                        until: heard ?? finding.sinceOutage(record.end),
                        label: "waiting in \(waiter.rawValue)"))
            } else if ActionBearing(step.step.action, by: step.actor) == .acts, from >= .zero {
                marks.append(
                    Mark(
                        rung: .application, shape: .step, window: Window(at: from),
                        title: "\(ScriptText.words(step.step.action)) at "
                            + Self.text(Window(at: from))))
            }
        }
    }

    private mutating func addImpairment(
        _ observation: Observation, _ finding: Finding, _ behaviour: Behaviour?
    ) {
        let end = finding.sinceOutage(observation.end)
        var open: [(from: Moment, label: String)] = []
        if case .windowShut? = behaviour?.outage {
            open.append((.zero, "the peer’s window is shut"))
        }
        for (step, record) in observation.performedSteps {
            let moment = finding.sinceOutage(record.end)
            switch ActionBearing(step.step.action, by: step.actor) {
            case .impairs(let label): open.append((moment, label))
            case .restores:
                guard let last = open.popLast() else { continue }
                spans.append(
                    Span(rung: .network, from: last.from, until: moment, label: last.label))
            case .acts, .watches: break
            }
        }
        for (from, label) in open {
            spans.append(Span(rung: .network, from: from, until: end, label: label))
        }
    }

    // MARK: - In words

    private mutating func describe(_ finding: Finding) {
        title = "\(finding.trial.behaviour), \(finding.trial.parameters.summary)"
        var words: [String] = []
        for shape in Shape.allCases where shape != .step {
            let count = marks.count { $0.shape == shape }
            if count > 0 { words.append("\(shape.words): \(count)") }
        }
        let strange = marks.count(where: \.isUnexpected)
        if strange > 0 { words.append("not in the schedule: \(strange)") }
        description =
            "Time from the beginning of the outage, 0 to \(Self.text(Window(at: end))). "
            + "Expected events: \(bands.count). Observed: "
            + (words.isEmpty ? "nothing" : words.joined(separator: "; ")) + "."
        if let expected = finding.expectedAbort {
            description += " The end is expected at \(Self.text(finding.sinceOutage(expected)))."
        }
        if let observed = finding.observedAbort {
            let moment = Window(at: finding.sinceOutage(observed))
            description += " It was heard at \(Self.text(moment))."
        }
    }

    /// A window in seconds.
    static func text(_ window: Window) -> String { window.text }
}

extension Finding {
    /// A window counted from the beginning of the outage.
    func sinceOutage(_ window: Window) -> Window {
        Window(sinceOutage(window.earliest), sinceOutage(window.latest))
    }
}

extension Observation {
    /// The steps of the script that were performed, in the order in which they ended.
    var performedSteps: [(step: (actor: Actor, step: Step), record: StepRecord)] {
        var known: [String: Step] = [:]
        for lane in script.lanes {
            for step in lane.steps { known["\(lane.actor.rawValue) \(step.label)"] = step }
        }
        return steps.compactMap { record in
            known["\(record.actor.rawValue) \(record.label)"].map {
                ((record.actor, $0), record)
            }
        }
    }
}
