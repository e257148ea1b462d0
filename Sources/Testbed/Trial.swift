internal import Evidence
internal import KernelTimers
internal import LinuxNet
internal import Synchronization
internal import SystemPackage
internal import Wire

/// One trial under way: its testbed, its actors' records, and what the kernel's witness said.
final class Trial: Sendable {
    let index: Int
    let request: Plan.Request
    /// What is performed; the observation may be told another.
    let script: Script
    /// In which time it is performed.
    let time: TrialTime
    let board = Board()
    let testbed: TrialTestbed
    let flow: Flow
    private let maximumPackets: Int
    private let events: EventQueue
    private let record: Mutex<Record>

    private struct Record: Sendable {
        var zero: Int64 = 0
        var end: Int64?
        var lanesLeft = 0
        var underWay: [Actor: (deadline: Int64, overdue: Observation.Failure)] = [:]
        var clocks: [Evidence.ClockPair] = []
        var steps: [StepRecord] = []
        var samples: [KernelSample] = []
        var counters: [(files: CounterFiles, read: Window)] = []
        var sockets: [TCPSocket] = []
        var connection: TCPSocket?
        var peerConnection: TCPSocket?
        var isProved = false
        var captures: [(recorder: CaptureRecorder, token: UInt64)] = []
        var scriptedPeer: ScriptedPeer?
        var isOrphan = false
        var lastActivity: Int64 = 0
        var onActivity: (@Sendable () -> Void)?

        /// From a reading of CLOCK_MONOTONIC until now, on the trial's clock.
        func window(from before: Int64) -> Window {
            Window(
                Moment(nanoseconds: before - zero),
                Moment(nanoseconds: MonotonicClock.nowNanoseconds() - zero))
        }
    }

    /// Makes the testbed, of a network that is there already or a new one.
    init(
        index: Int, request: Plan.Request, maximumPackets: Int, events: EventQueue,
        time: TrialTime, pool: TestbedPool?
    ) throws {
        self.time = time
        self.index = index
        self.request = request
        self.events = events
        self.maximumPackets = maximumPackets
        script = request.performInstead ?? request.script
        testbed = try TrialTestbed(script, pool)
        mayFailToSend = script.contains(\.changesTheNetwork)
        flow = testbed.addressing.flow(connecting: script.connectingActor)
        record = Mutex(Record())
    }

    /// Makes the actors' threads, which wait for `start`.
    ///
    /// Returns threads that open the captures, to be joined before that. Each opening waits for
    /// grace periods of the kernel (`packet_set_ring`), which all threads of all trials share when
    /// they wait together: one after another, 226 captures took 1.6 s.
    func prepare(_ service: CaptureService) throws -> [WorkerThread] {
        record.withLock { $0.lanesLeft = script.lanes.count }
        var started = 0
        do {
            try startScriptedPeer()
            for lane in script.lanes {
                _ = try WorkerThread(
                    name: "\(lane.actor) \(index)", in: testbed.namespace(of: lane.actor)
                ) { LaneRun(self, lane).run() }
                started += 1
            }
            return try testbed.captured.compactMap { actor in
                if testbed.hasOpenCapture(of: actor) {
                    openCapture(of: actor, service)
                    return nil
                }
                return try WorkerThread(name: "opener", in: testbed.namespace(of: actor)) {
                    self.openCapture(of: actor, service)
                }
            }
        } catch {
            // The actors that run already will find the trial cancelled; the last one ends it.
            record.withLock { $0.lanesLeft -= script.lanes.count - started }
            fail(Observation.Failure(error, during: "starting the actors"))
            if started == 0 { throw error }
            return []
        }
    }

    private func openCapture(of actor: Actor, _ service: CaptureService) {
        do {
            let capture = try testbed.capture(of: actor)
            let recorder = CaptureRecorder(
                capture, actor: actor, flow: flow, board: board, maximumPackets: maximumPackets
            ) { [weak self] in self?.fail($0) }
            let token = try service.add(recorder)
            record.withLock { record in
                // The subject's capture comes first.
                let place = actor == .subject ? 0 : record.captures.count
                record.captures.insert((recorder, token), at: place)
            }
        } catch {
            fail(Observation.Failure(error, during: "opening the capture of the \(actor)"))
        }
    }

    /// Who speaks by hand in the peer's stead, where the script wants that.
    var scriptedPeer: ScriptedPeer? { record.withLock(\.scriptedPeer) }

    /// Has the scripted peer listen before anything is said.
    private func startScriptedPeer() throws {
        guard script.contains(\.isByHand), script.link == .veth,
            let space = testbed.namespace(of: .peer)
        else { return }
        let interface = testbed.addressing.interface(of: .peer)
        let peer = try space.run { try ScriptedPeer(interface: interface, flow: flow) }
        record.withLock { $0.scriptedPeer = peer }
        _ = try WorkerThread(name: "scripted \(index)", in: space) { [weak self, time] in
            Rank.witness.take(in: time)
            guard let reason = peer.run() else { return }
            self?.fail(.init(.testbed, "the scripted peer: \(reason)"))
        }
    }

    private var recorders: [CaptureRecorder] { record.withLock { $0.captures.map { $0.recorder } } }

    /// Lets the actors begin: the trial's zero. A trial that has failed already stays at zero.
    func start() {
        if board.failure != nil { return }
        let pair = Evidence.ClockPair.now()
        for recorder in recorders { recorder.setClockOffset(pair.offset) }
        record.withLock {
            $0.clocks = [pair]
            $0.zero = MonotonicClock.nowNanoseconds()
        }
        board.open()
    }

    /// The trial's zero on CLOCK_MONOTONIC.
    var zero: Int64 { record.withLock { $0.zero } }

    /// Cancels the trial and wakes every actor that is blocked on a socket. The first reason
    /// counts.
    func fail(_ failure: Observation.Failure) {
        board.fail(failure)
        for socket in record.withLock({ $0.sockets }) { try? socket.shutdown(.both) }
    }

    /// Has a socket woken when the trial fails.
    func register(_ socket: TCPSocket) {
        record.withLock { $0.sockets.append(socket) }
        if board.failure != nil { try? socket.shutdown(.both) }
    }

    /// Notes until when an actor must have done the step that it begins, and what to say if not.
    func underWay(_ overdue: Observation.Failure, _ actor: Actor, until deadline: Int64) {
        record.withLock { $0.underWay[actor] = (deadline, overdue) }
    }

    /// When a step began or ended last; CLOCK_MONOTONIC, nanoseconds.
    var lastActivity: Int64 { record.withLock { $0.lastActivity } }

    /// Has somebody told whenever a step begins or ends.
    func onActivity(_ body: @escaping @Sendable () -> Void) {
        record.withLock { $0.onActivity = body }
    }

    /// A step begins or ends.
    func stir() {
        let tell = record.withLock { record in
            record.lastActivity = MonotonicClock.nowNanoseconds()
            return record.onActivity
        }
        tell?()
    }

    /// Ends the trial if an actor is a second behind its deadline: every wait of an actor ends by
    /// itself, unless the kernel under test does not end it.
    func endIfOverdue() {
        let limit = MonotonicClock.nowNanoseconds() - 1_000_000_000
        let overdue = record.withLock { record in
            record.underWay.values.first { $0.deadline < limit }?.overdue
        }
        if let overdue, board.failure == nil { fail(overdue) }
    }

    /// An actor has its connection. The subject's is what the kernel's witness looks at.
    func connected(_ actor: Actor, _ connection: TCPSocket) {
        record.withLock { record in
            switch actor {
            case .subject: record.connection = connection
            case .peer: record.peerConnection = connection
            }
        }
        if actor == .subject { sample() }
    }

    /// Whether the instrument is proved: what goes wrong from here on is evidence.
    var isProved: Bool { record.withLock { $0.isProved } }

    /// Notes that a step is done, and lets those go on who wait for it.
    ///
    /// The kernel is asked for its account of the connection after each, on the thread that did it:
    /// what the sampler comes to late on a busy machine is not missed. The table of sockets takes
    /// too long to read for that.
    func done(_ step: StepRecord, _ moments: Board.Done) {
        record.withLock { $0.steps.append(step) }
        stir()
        if step.label == script.proof { prove() } else if !isOrphan { sample() }
        board.post(step.label, moments)
        events.put(.progress(index: index, label: step.label))
    }

    /// The instrument is proved: takes what the judge compares the end with.
    private func prove() {
        sample()
        readCounters()
        for recorder in recorders { recorder.markImpairment() }
        record.withLock { $0.isProved = true }
    }

    /// Takes the counters' files; they are read when the trial is over, which takes longer.
    private func readCounters() {
        do {
            let before = MonotonicClock.nowNanoseconds()
            let files = try testbed.counters.readFiles()
            record.withLock { $0.counters.append((files, $0.window(from: before))) }
        } catch {
            board.fail(Observation.Failure(error, during: "reading the subject's counters"))
        }
    }

    /// Reads TCP_INFO, if there is a connection yet. Any thread may.
    func sample(timer: KernelSample.Timer? = nil) {
        record.withLock { sample(into: &$0, timer) }
    }

    /// Reads TCP_INFO, unless somebody else is about to or takes something else down: an actor's
    /// thread that has to wait for a processor meanwhile shall not keep the sampler waiting.
    func sampleUnlessBusy() { record.withLockIfAvailable { sample(into: &$0, nil) } }

    private func sample(into record: inout Record, _ timer: KernelSample.Timer?) {
        guard record.end == nil, record.connection != nil || record.isOrphan else { return }
        let before = MonotonicClock.nowNanoseconds()
        guard let reading = read(record.connection, timer) else { return }
        let window = record.window(from: before)
        let sample = reading(window)
        if sample.state == "NONE" { board.postVanished() }
        if let last = record.samples.indices.last, record.samples[last].saysTheSame(as: sample) {
            record.samples[last].last = window
        } else {
            record.samples.append(sample)
        }
    }

    /// Reads TCP_INFO, or of a connection without a descriptor its line in the table of sockets.
    private func read(
        _ connection: TCPSocket?, _ timer: KernelSample.Timer?
    ) -> ((Window) -> KernelSample)? {
        if let connection {
            guard let info = try? connection.info() else { return nil }
            return { KernelSample(info, at: $0, timer: timer) }
        }
        guard case .success(let entry) = Result(catching: findInTable) else { return nil }
        return { KernelSample(entry: entry, at: $0) }
    }

    /// What the table of sockets says of the subject's connection; nil if it is not there.
    func findInTable() throws(LinuxError) -> SocketDiagnosis.Entry? {
        guard let table = testbed.sockets else {
            throw LinuxError(operation: "look into the table of sockets", errno: .badFileDescriptor)
        }
        let connecting = script.connectingActor
        return try table.find(
            local: testbed.addressing.end(of: .subject, connecting: connecting),
            remote: testbed.addressing.end(of: .peer, connecting: connecting))
    }

    /// An actor closes its descriptor. The subject's connection is watched in the table of sockets.
    func disconnected(_ actor: Actor) {
        guard actor == .subject else { return }
        sample()
        record.withLock { record in
            record.connection = nil
            record.isOrphan = true
        }
    }

    /// What has no descriptor at the subject is watched in the table of sockets from now on: a
    /// request that is no connection yet.
    func watchTable() {
        record.withLock { if $0.connection == nil { $0.isOrphan = true } }
        sample()
    }

    /// Whether the subject may try to send what never comes to an interface.
    let mayFailToSend: Bool

    /// Whether only the table of sockets tells of the connection.
    var isOrphan: Bool { record.withLock { $0.isOrphan } }

    /// An actor has done its steps, or cannot go on. The last one ends the trial.
    func laneEnded(_ actor: Actor) {
        let isLast = record.withLock { record in
            record.lanesLeft -= 1
            record.underWay[actor] = nil
            return record.lanesLeft == 0
        }
        guard isLast else {
            // Nobody watches any more: the peer need not go on waiting for bytes. Nothing is sent
            // (`tcp_shutdown` only looks at SEND_SHUTDOWN); its recv returns 0.
            if actor == .subject {
                try? record.withLock { $0.peerConnection }?.shutdown(.reading)
            }
            return
        }
        sample()
        record.withLock { record in
            // Zero still: the trial failed before it began.
            record.end = record.zero == 0 ? 0 : MonotonicClock.nowNanoseconds()
        }
        readCounters()
        let pair = Evidence.ClockPair.now()
        record.withLock { $0.clocks.append(pair) }
        events.put(.ended(self))
    }

    /// The observation, once the trial has ended; `release` comes after it.
    func observation(hz: Int, time: TrialTime, watchdogs: Watchdogs) -> Observation {
        for recorder in recorders { recorder.finish() }
        var observation = Observation(
            trial: request.trial, script: request.script, attempt: request.attempt, hz: hz,
            processors: Host.onlineProcessors)
        observation.time = time
        let known = Set(request.script.lanes.flatMap { $0.steps.map { $0.label } })
        record.withLock { record in
            let end = Moment(nanoseconds: (record.end ?? record.zero) - record.zero)
            observation.zeroMonotonicNanoseconds = record.zero
            observation.clocks = record.clocks
            observation.steps = record.steps.filter { known.contains($0.label) }
            observation.samples = record.samples
            // The second reading is at the end; a trial that was never proved has only that one.
            if record.isProved, let before = record.counters.first {
                observation.counters.before = before.files.forJudge
                observation.counters.beforeRead = before.read
            }
            if record.counters.count > (record.isProved ? 1 : 0), let after = record.counters.last {
                observation.counters.after = after.files.forJudge
            }
            let isThere = record.connection != nil || record.isOrphan
            observation.flow = isThere ? flow : nil
            observation.end = end
        }
        observation.captures = recorders.map { $0.record }
        observation.sysctls = testbed.sysctls
        let seen = watchdogs.seen(
            zero: observation.zeroMonotonicNanoseconds, end: observation.end)
        observation.stalls = seen.stalls
        observation.longestGapNanoseconds = seen.longestGapNanoseconds
        observation.failure = board.failure
        return observation
    }

    /// Closes sockets, captures and files. The namespaces stay until the process ends.
    ///
    /// The sockets are reset, so that the kernel goes on with none. In virtual time the captures
    /// are only read no more: closing one waits for grace periods, and the guest will end soon.
    func release(_ service: CaptureService, closingCaptures: Bool) {
        let (captures, sockets) = record.withLock { record in
            defer {
                record.sockets = []
                record.connection = nil
                record.peerConnection = nil
                record.captures = []
            }
            return (record.captures, record.sockets)
        }
        record.withLock { record in
            record.scriptedPeer?.end()
            record.scriptedPeer = nil
        }
        for (_, token) in captures { service.remove(token) }
        for socket in sockets {
            try? socket.setLinger(seconds: 0)
            try? socket.close()
        }
        guard closingCaptures else { return }
        for (recorder, _) in captures { recorder.close() }
        testbed.close()
    }
}
