import Evidence
import KernelTimers

/// Follows a tree of prospects along the observed events, all branches, and keeps the best way.
struct Search {
    let events: [ObservedEvent]
    let end: Moment
    let hearingEnd: Moment
    let stalls: [Stall]
    let tick: TickRate
    let counters: CounterPair
    /// The way that came farthest so far.
    var best = Attempt(name: "", partings: [Parting(.missing, "nothing is expected")])
    /// A bound on the branches that are followed: a hostile observation must not take for ever.
    private var budget = 20_000
    /// A bound on the events of one way: a kernel that floods.
    private static let longestPath = 10_000
    /// A bound on the forks of one way, each of which is a level of the stack.
    private static let mostForks = 1000

    init(
        events: [ObservedEvent], end: Moment, hearingEnd: Moment, stalls: [Stall],
        tick: TickRate, counters: CounterPair
    ) {
        self.events = events
        self.end = end
        self.hearingEnd = hearingEnd
        self.stalls = stalls
        self.tick = tick
        self.counters = counters
    }

    /// A way through the tree so far.
    struct Path {
        var comparisons: [Comparison] = []
        var next = 0
        var notes: [String] = []
        /// How often it has parted from others.
        var forks = 0
    }

    /// Whether a match was found, after which nothing else need be tried.
    private var isDone: Bool { best.matches || budget <= 0 }

    mutating func follow(_ prospects: [Prospect], path: Path) {
        var (prospects, path) = (prospects, path)
        while let next = straightOn(prospects, &path) {
            prospects = next
            guard path.comparisons.count < Self.longestPath else { return }
        }
        budget -= 1
        path.forks += 1
        guard !isDone, path.forks < Self.mostForks else { return }
        let observed = path.next < events.count ? events[path.next] : nil
        guard !prospects.isEmpty else {
            if let observed {
                record(path, Self.extra(observed, at: path, expected: "nothing more"), [])
            } else {
                succeed(path, isOpen: false, [])
            }
            return
        }
        for prospect in prospects where !isDone {
            step(prospect, observed, path, prospects)
        }
    }

    /// What follows where there is only one way on and it is as expected: no fork.
    private func straightOn(_ prospects: [Prospect], _ path: inout Path) -> [Prospect]? {
        guard prospects.count == 1, let prospect = prospects.first, path.next < events.count else {
            return nil
        }
        let (expected, observed) = (prospect.event, events[path.next])
        let narrowed = observed.window.intersection(expected.window)
        guard expected.kind.errno == nil, !Self.isUnwitnessed(expected.kind),
            Self.isSame(expected.kind, observed.what), !narrowed.isEmpty
        else { return nil }
        path.comparisons.append(Comparison(expected: expected, observed: observed))
        path.next += 1
        return prospect.then(narrowed)
    }

    private mutating func step(
        _ prospect: Prospect, _ observed: ObservedEvent?, _ path: Path, _ prospects: [Prospect]
    ) {
        let expected = prospect.event
        if let observed, Self.isSame(expected.kind, observed.what) {
            let excuse = excuse(for: observed, expected)
            let allowed = expected.window.after(.zero - excuse, excuse)
            if observed.window.overlaps(allowed) {
                take(prospect, observed, excuse, path)
                if isDone { return }
            } else if !Self.isUnwitnessed(expected.kind) {
                record(path, lateOrEarly(expected, observed, path), prospects)
            }
        }
        if Self.isUnwitnessed(expected.kind) {
            passOver(prospect, observed, path, prospects)
        } else if observed == nil || !Self.isSame(expected.kind, observed?.what) {
            absent(expected, observed, path, prospects)
        }
    }

    /// The event is where it should be.
    private mutating func take(
        _ prospect: Prospect, _ observed: ObservedEvent, _ excuse: Duration, _ path: Path
    ) {
        let expected = prospect.event
        var next = path
        let isInside = observed.window.overlaps(expected.window)
        next.comparisons.append(
            Comparison(
                expected: expected, observed: observed,
                excusedNanoseconds: isInside ? 0 : excuse.wholeNanoseconds))
        if !isInside {
            next.notes.append(
                "\(expected.kind): excused by a stall of up to \(excuse.formattedSeconds)")
        }
        next.next += 1
        if let errno = expected.kind.errno, case .error(let heard) = observed.what,
            heard != errno
        {
            record(
                path,
                Parting(
                    .errno, eventIndex: path.comparisons.count,
                    "expected \(errno) to the application, observed \(heard) "
                        + "at \(observed.window.text) (\(observed.source))"),
                [prospect])
            return
        }
        let narrowed = observed.window.intersection(expected.window)
        follow(prospect.then(narrowed.isEmpty ? observed.window : narrowed), path: next)
    }

    /// An event that no witness saw: the model's own window goes on.
    private mutating func passOver(
        _ prospect: Prospect, _ observed: ObservedEvent?, _ path: Path, _ prospects: [Prospect]
    ) {
        let expected = prospect.event
        if expected.window.latest > end {
            if let observed {
                record(
                    path, Self.extra(observed, at: path, expected: "\(expected.kind)"), prospects)
                return
            }
            // Not yet, or just so: only the kernel's counters know.
            succeed(path, isOpen: true, prospects)
            guard !isDone, expected.window.earliest <= end else { return }
        }
        // What is seen next must not come before what is passed over can have happened. Where a
        // stall may have made it so it is tried nevertheless; of two ways on which as much is seen
        // the shorter one tells where they part.
        if let observed, observed.window.latest < expected.window.earliest {
            record(path, Self.extra(observed, at: path, expected: "\(expected.kind)"), prospects)
            let excused = observed.window.latest + excuse(for: observed, expected)
            guard excused >= expected.window.earliest else { return }
        }
        var next = path
        next.comparisons.append(Comparison(expected: expected, observed: nil))
        next.notes.append(
            "\(expected.kind): no witness, adds \(expected.window.width.formattedSeconds) of slack")
        follow(prospect.then(expected.window), path: next)
    }

    /// The event is not what is seen next: it is missing, or something else came before it, or
    /// watching ended too soon to say.
    private mutating func absent(
        _ expected: Expected, _ observed: ObservedEvent?, _ path: Path, _ prospects: [Prospect]
    ) {
        let index = path.comparisons.count
        guard let observed else {
            let excuse = allowance(at: [Window(at: end)] + expected.anchors)
            if expected.window.latest + excuse >= (expected.kind.isAbort ? hearingEnd : end) {
                succeed(path, isOpen: true, prospects)
            } else {
                record(
                    path,
                    Parting(
                        .missing, eventIndex: index,
                        "expected \(expected.kind) at \(expected.window.text) "
                            + "(\(expected.derivation)), observed nothing until "
                            + "\(Window(at: end).text)"),
                    prospects)
            }
            return
        }
        let excuse = excuse(for: observed, expected)
        let parting =
            observed.window.earliest > expected.window.latest + excuse
            ? Parting(
                .missing, eventIndex: index,
                "expected \(expected.kind) at \(expected.window.text) "
                    + "(\(expected.derivation)), observed none; next came \(observed.what) "
                    + "at \(observed.window.text) (\(observed.source))")
            : Self.extra(
                observed, at: path,
                expected: "\(expected.kind) at \(expected.window.text) "
                    + "(\(expected.derivation))")
        record(path, parting, prospects)
    }

    private func lateOrEarly(
        _ expected: Expected, _ observed: ObservedEvent, _ path: Path
    ) -> Parting {
        let isEarly = observed.window.latest < expected.window.earliest
        let distance =
            isEarly
            ? expected.window.earliest - observed.window.latest
            : observed.window.earliest - expected.window.latest
        return Parting(
            .time, eventIndex: path.comparisons.count,
            "expected \(expected.kind) at \(expected.window.text) (\(expected.derivation)), "
                + "observed \(observed.what) at \(observed.window.text) "
                + "(\(observed.source)), \(distance.formattedSeconds) too "
                + (isEarly ? "early" : "late"))
    }

    private static func extra(
        _ observed: ObservedEvent, at path: Path, expected: String
    ) -> Parting {
        Parting(
            .extra, eventIndex: path.comparisons.count,
            "expected \(expected), observed \(observed.what) at \(observed.window.text) "
                + "(\(observed.source))")
    }

    // MARK: - Ends

    private mutating func succeed(_ path: Path, isOpen: Bool, _ rest: [Prospect]) {
        var partings: [Parting] = []
        let (least, most) = expectedIncreases(path)
        for name in CounterPair.modelled {
            guard let increase = counters.increase(of: name) else { continue }
            let right = (least[name, default: 0], most[name, default: 0])
            if increase < Int64(right.0) || increase > Int64(right.1) {
                let words = right.0 == right.1 ? "+\(right.0)" : "+\(right.0)…\(right.1)"
                partings.append(
                    Parting(.counter, "\(name): expected \(words), observed +\(increase)"))
            }
        }
        keep(attempt(path, partings, isOpen: isOpen, rest))
    }

    /// What the events of a way add to the counters since these were first read: at least, without
    /// what came before that reading or during it, and at most.
    private func expectedIncreases(_ path: Path) -> (least: [String: Int], most: [String: Int]) {
        var least: [String: Int] = [:]
        var most: [String: Int] = [:]
        for comparison in path.comparisons {
            let window = comparison.observed?.window ?? comparison.expected.window
            let read = counters.beforeRead
            // A packet is stamped after it was counted, and an error is heard after it.
            if read.map({ window.latest + tick.jiffy < $0.earliest }) ?? false { continue }
            most.merge(comparison.expected.counters, uniquingKeysWith: +)
            if read.map({ window.earliest - tick.jiffy > $0.latest }) ?? true {
                least.merge(comparison.expected.counters, uniquingKeysWith: +)
            }
        }
        return (least, most)
    }

    private mutating func record(_ path: Path, _ parting: Parting, _ rest: [Prospect]) {
        keep(attempt(path, [parting], isOpen: false, rest))
    }

    private func attempt(
        _ path: Path, _ partings: [Parting], isOpen: Bool, _ rest: [Prospect]
    ) -> Attempt {
        var attempt = Attempt(name: "", comparisons: path.comparisons, partings: partings)
        attempt.isOpen = isOpen
        attempt.notes = path.notes
        let abort = path.comparisons.last { $0.expected.kind.isAbort }?.expected
        attempt.expectedAbort =
            abort?.window
            ?? Schedule(predicting: rest, horizon: .milliseconds(7_200_000)).abort?.window
        return attempt
    }

    private mutating func keep(_ attempt: Attempt) {
        if best.comparisons.isEmpty && !best.matches || best.isOutdone(by: attempt) {
            best = attempt
        }
    }

    // MARK: - Stalls

    /// By how much an event may lie outside its window: by the length of the stalls that have an
    /// end of the interval inside, the event's or that of an event at which it began.
    private func excuse(for observed: ObservedEvent, _ expected: Expected) -> Duration {
        allowance(at: [observed.window] + expected.anchors)
    }

    private func allowance(at windows: [Window]) -> Duration {
        guard !stalls.isEmpty else { return .zero }
        let jiffy = tick.jiffy
        let hit = stalls.filter { stall in
            let span = Window(stall.from - jiffy, stall.until + jiffy)
            return windows.contains { $0.overlaps(span) }
        }
        return hit.map(\.length).reduce(.zero, +)
    }

    // MARK: - Kinds

    private static func isSame(_ kind: Expected.Kind, _ what: ObservedEvent.What?) -> Bool {
        guard let what else { return false }
        switch (kind, what) {
        case (.sent(.data), .data(_, _, repeated: false)),
            (.sent(.retransmission), .data(_, _, repeated: true)),
            (.sent(.tailLossProbe), .data(_, _, repeated: true)),
            (.sent(.windowProbe), .windowProbe), (.sent(.keepAliveProbe), .windowProbe),
            (.sent(.syn), .opening(repeated: false)), (.sent(.fin), .finish(repeated: false)),
            (.sent(.retransmission), .opening(repeated: true)),
            (.sent(.retransmission), .finish(repeated: true)),
            (.sent(.tailLossProbe), .finish(repeated: true)), (.sent(.reset), .reset),
            (.answered, .answer), (.complaint, .complaint), (.told, .error),
            (.failedToSend(.windowProbe), .failedProbe),
            (.failedToSend(.keepAliveProbe), .failedProbe),
            (.failedToSend(.retransmission), .failedRetransmission),
            (.aborted, .error), (.aborted, .hungUp), (.vanished, .vanished),
            (.returned, .returned):
            return true
        default:
            return false
        }
    }

    private static func isUnwitnessed(_ kind: Expected.Kind) -> Bool {
        switch kind {
        case .failedToSend: true
        case .sent, .answered, .complaint, .told, .aborted, .returned, .vanished: false
        }
    }
}
