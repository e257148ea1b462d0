public import Evidence
internal import Glibc
internal import LinuxNet
internal import Synchronization

/// The failover laboratory: performs all cells of a plan at once.
///
/// The process must be the first of a process-id namespace (`Isolation.becomeInit`), or of a guest:
/// whatever it started ends with it.
public final class Lab: Sendable {
    /// What the one who asked hears.
    public enum Event: Sendable {
        /// A cell has got so far.
        case progress(Progress)
        /// The cell at that place in the plan has ended, or could not be performed.
        case observation(Int, FailoverObservation)
    }

    private let plan: FailoverPlan
    private let hz: Int
    private let stop: EventDescriptor
    private let versions = Mutex<[String: String]>([:])

    /// A laboratory for a plan.
    public init(_ plan: FailoverPlan) throws {
        self.plan = plan
        hz = try MonotonicClock.jiffiesPerSecond()
        stop = try EventDescriptor()
    }

    private enum Report: Sendable {
        case progress(Int, String)
        case ended(Int, FailoverObservation)
    }

    /// Performs all cells, and returns when all were reported. `report` is called on this thread.
    public func perform(report: (Event) -> Void) throws {
        try ResourceLimits.raiseOpenFiles(to: 1024 + 200 * plan.cells.count)
        _ = try? NetworkNamespace.useOwnTablesInChildren(buckets: 256)
        let captures = try LabCaptures()
        let brokers = SharedBrokers()
        var left = 0
        var runs: [CellRun] = []
        for (index, cell) in plan.cells.enumerated() {
            var blank = blank(cell)
            let missing = cell.needs.filter { !Self.has($0) }
            guard missing.isEmpty else {
                blank.notApplicable =
                    "\(missing.joined(separator: " and ")) "
                    + (missing.count == 1 ? "is" : "are") + " not installed"
                report(.observation(index, blank))
                continue
            }
            do {
                let run = try CellRun(
                    index: index, cell: cell, captures: captures, brokers: brokers)
                try run.start()
                runs.append(run)
                left += 1
                report(.progress(Progress(index: index, label: "set up")))
            } catch {
                blank.failure = "setting up: \(error)"
                report(.observation(index, blank))
            }
        }
        guard left > 0 else { return }
        try performTogether(runs, report)
    }

    private func performTogether(_ runs: [CellRun], _ report: (Event) -> Void) throws {
        let reports = try Reports()
        let sampler = try Sampler(runs, periodMilliseconds: plan.samplePeriodMilliseconds)
        defer { sampler.stop() }
        let deadline = moment(inMilliseconds: 90_000)
        // What the programs' beginning costs is no lateness of the event's.
        let ready = try Gate(runs.count) { sampler.forget() }
        var threads: [WorkerThread] = []
        for run in runs {
            threads.append(
                try WorkerThread(name: "cell") { [self] in
                    do {
                        try run.awaitReady(until: deadline)
                    } catch {
                        run.fail(error)
                    }
                    reports.send(.progress(run.index, "ready"))
                    let start = ready.arrive(
                        thenAfterMilliseconds: run.cell.traffic.warmUpMilliseconds)
                    do {
                        try run.perform(from: start, stop: stop) {
                            reports.send(.progress(run.index, $0))
                        }
                    } catch {
                        run.fail(error)
                    }
                    var observation = run.finish(blank(run.cell))
                    observation.latenessNanoseconds = sampler.latenessNanoseconds
                    reports.send(.ended(run.index, observation))
                })
        }
        var left = runs.count
        while left > 0 {
            for next in reports.take() {
                switch next {
                case .progress(let index, let label):
                    report(.progress(Progress(index: index, label: label)))
                case .ended(let index, let observation):
                    report(.observation(index, observation))
                    left -= 1
                }
            }
        }
        for thread in threads { try? thread.join() }
    }

    private func blank(_ cell: FailoverCell) -> FailoverObservation {
        var blank = FailoverObservation(
            cell: cell, hz: hz, processors: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        blank.programs = versions.withLock { versions in
            for name in cell.needs where versions[name] == nil {
                versions[name] = Self.version(of: name)
            }
            return versions.filter { cell.needs.contains($0.key) }
        }
        return blank
    }

    /// What a program says of its version: the first word of its first line that has a digit.
    private static func version(of name: String) -> String {
        let arguments = [
            "haproxy": "-v", "keepalived": "--version", "ss": "-V", "nft": "--version",
        ]
        guard let option = arguments[name], let path = LabProgram.find(name),
            let home = try? NetworkNamespace.current(),
            let result = try? LabProgram.run([path, option], in: home)
        else { return "installed" }
        let words = result.output.first?.split(separator: " ") ?? []
        return words.first { $0.contains(where: \.isNumber) }.map(String.init) ?? "installed"
    }

    /// Whether a program is here; python3-pika is a package of one.
    private static func has(_ name: String) -> Bool {
        name == "python3-pika" ? PikaClients.isInstalled : LabProgram.find(name) != nil
    }

    /// What the cells' threads say, for the one that reports.
    private final class Reports: Sendable {
        private let queue = Mutex<[Report]>([])
        private let news: EventDescriptor

        init() throws { news = try EventDescriptor() }

        func send(_ report: Report) {
            queue.withLock { $0.append(report) }
            try? news.signal()
        }

        func take() -> [Report] {
            _ = try? Poll.wait(for: .input, on: news.descriptor, until: nil)
            _ = try? news.take()
            return queue.withLock { queue in
                defer { queue = [] }
                return queue
            }
        }
    }
}

/// Where all cells wait for each other, so that their events begin together.
private final class Gate: Sendable {
    private struct State {
        var missing: Int
        var start: Int64?
    }

    private let state: Mutex<State>
    private let opened: EventDescriptor

    private let whenAllAreThere: @Sendable () -> Void

    init(_ count: Int, whenAllAreThere: @escaping @Sendable () -> Void) throws {
        self.whenAllAreThere = whenAllAreThere
        state = Mutex(State(missing: count))
        opened = try EventDescriptor()
    }

    /// Arrives, waits for the rest, and returns the moment at which the events begin.
    func arrive(thenAfterMilliseconds milliseconds: Int) -> Int64 {
        let isLast = state.withLock { state in
            state.missing -= 1
            if state.missing == 0 { state.start = moment(inMilliseconds: milliseconds) }
            return state.missing == 0
        }
        if isLast {
            whenAllAreThere()
            try? opened.signal()
        }
        // Nobody takes the count, so that it stays readable for all.
        _ = try? Poll.wait(for: .input, on: opened.descriptor, until: nil)
        return state.withLock(\.start) ?? MonotonicClock.nowNanoseconds()
    }
}

/// A maximum that several threads share.
private final class LongestWait: Sendable {
    private let longest = Mutex<Int64>(0)

    var value: Int64 { longest.withLock { $0 } }

    func take(_ nanoseconds: Int64) { longest.withLock { $0 = max($0, nanoseconds) } }

    func forget() { longest.withLock { $0 = 0 } }
}

/// The threads that look at sockets and addresses, and at how late a thread may be.
private final class Sampler: Sendable {
    private let stopping: EventDescriptor
    private let threads = Mutex<[WorkerThread]>([])
    private let late = LongestWait()

    /// The longest that a thread of ordinary priority woke too late so far, nanoseconds.
    var latenessNanoseconds: Int64 { late.value }

    init(_ runs: [CellRun], periodMilliseconds: Int) throws {
        let period = Int64(max(1, periodMilliseconds)) * 1_000_000
        stopping = try EventDescriptor()
        var made = [
            try every("sampler", period) { _ in
                let round = MonotonicClock.nowNanoseconds()
                for run in runs { run.lookAtSockets(since: round) }
            }
        ]
        // keepalived does not say when it takes an address, or leaves it.
        let moved = runs.filter { $0.cell.mover == .keepalived }
        if !moved.isEmpty {
            made.append(
                try every("addresses", period / 5) { _ in
                    for run in moved { run.lookAtAddresses() }
                })
        }
        // Ten times as often: a machine's stalls are short.
        made.append(
            try every("lateness", max(1_000_000, period / 10)) { [late] in late.take($0) })
        threads.withLock { [made] in $0 = made }
    }

    /// A thread that does something again and again, and is told how late it is.
    private func every(
        _ name: String, _ period: Int64, _ work: @escaping @Sendable (Int64) -> Void
    ) throws -> WorkerThread {
        try WorkerThread(name: name) { [stopping] in
            var next = MonotonicClock.nowNanoseconds()
            while (try? Poll.wait(for: .input, on: stopping.descriptor, until: next))?.isEmpty
                == true
            {
                work(MonotonicClock.nowNanoseconds() - next)
                next = max(next + period, MonotonicClock.nowNanoseconds())
            }
        }
    }

    /// What was before is forgotten.
    func forget() { late.forget() }

    func stop() {
        try? stopping.signal()
        for thread in threads.withLock({ $0 }) { try? thread.join() }
    }
}
