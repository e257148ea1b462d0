internal import Evidence
internal import KernelTimers
internal import LinuxNet
internal import SystemPackage

/// One actor at work, on its own thread inside its namespace.
///
/// The thread does nothing but this actor's steps: when a blocked call returned is known by the
/// clock that it reads next.
final class LaneRun {
    let trial: Trial
    let actor: Actor
    private let steps: [Step]
    var listener: TCPSocket?
    var connection: TCPSocket?
    var waitedOn: EventPoll?
    private var runQueue: RunQueueClock?
    /// When the step under way must be done; CLOCK_MONOTONIC, nanoseconds.
    var deadline: Int64 = 0
    /// The calls of the step under way.
    var calls: [CallRecord] = []

    init(_ trial: Trial, _ lane: Evidence.Lane) {
        self.trial = trial
        actor = lane.actor
        steps = lane.steps
    }

    /// Does all steps, or ends the trial.
    func run() {
        runQueue = RunQueueClock()
        Rank.worker.take(in: trial.time)
        defer { trial.laneEnded(actor) }
        do throws(LaneError) {
            try trial.board.awaitOpening()
            for step in steps { try perform(step) }
        } catch {
            switch error {
            case .failed(let failure): trial.fail(failure)
            case .cancelled: break
            }
        }
    }

    private func perform(_ step: Step) throws(LaneError) {
        let wait = Int64(step.deadlineMilliseconds) * 1_000_000
        deadline = MonotonicClock.nowNanoseconds() + wait
        calls = []
        trial.underWay(late(step, "it did not end"), actor, until: deadline)
        try awaitTrigger(of: step)
        let begin = MonotonicClock.nowNanoseconds()
        trial.board.begin(step.label, at: begin)
        trial.stir()
        do {
            try perform(step.action, from: begin, of: step)
        } catch let error as LaneError {
            throw error
        } catch {
            let words = "step \(step.label) of the \(actor)"
            throw .failed(Observation.Failure(error, during: words))
        }
        let end = MonotonicClock.nowNanoseconds()
        let record = StepRecord(
            label: step.label, actor: actor, begin: moment(begin), end: moment(end), calls: calls)
        trial.done(record, Board.Done(begin: begin, end: end))
    }

    /// Waits for the step's trigger.
    private func awaitTrigger(of step: Step) throws(LaneError) {
        switch step.trigger {
        case .previous:
            return
        case .done(let label, let milliseconds):
            guard let done = try trial.board.awaitDone(label, until: deadline) else {
                throw .failed(late(step, "step \(label) was not done"))
            }
            let moment = done.end + Int64(milliseconds) * 1_000_000
            guard moment <= deadline else {
                throw .failed(
                    late(step, "\(milliseconds) ms after step \(label) did not pass"))
            }
            try trial.board.pause(until: moment)
        case .packet(let awaited, let label):
            let seen = try trial.board.awaitPacket(awaited, since: label, until: deadline)
            guard seen != nil else {
                throw .failed(late(step, "no packet \(awaited.rawValue) since \(label)"))
            }
        }
    }

    /// What to say when the deadline has passed.
    func late(_ step: Step, _ what: String) -> Observation.Failure {
        .init(
            .testbed,
            "step \(step.label) of the \(actor): \(what) within \(step.deadlineMilliseconds) ms")
    }

    private func perform(_ action: Action, from begin: Int64, of step: Step) throws {
        switch action {
        case .listen(let bytes): try listen(receiveBufferBytes: bytes)
        case .connect: try connect()
        case .rehearse: try rehearse()
        case .open: try open()
        case .startConnect: try startConnect()
        case .accept: try accept(step)
        case .send(let bytes): try send(bytes, step)
        case .receive(let bytes): try receive(bytes, step)
        case .fill(let bytes): try fill(bytes)
        case .awaitAcknowledged: try awaitAcknowledged(step)
        case .awaitReadable(let name): try awaitReadable(name, step)
        case .setOption(let option, let name, let value, let length):
            try setOption(option, on: name, value: value, lengthBytes: length)
        case .getOption(let option, let name): try getOption(option, on: name)
        case .dropReceived: try socket(.connection).dropIncoming()
        case .deliverReceived: try socket(.connection).stopDroppingIncoming()
        case .dropAtListener: try socket(.listener).dropIncoming()
        case .deliverAtListener: try socket(.listener).stopDroppingIncoming()
        case .close: try close()
        case .closeLingering: try close()
        case .dropLarge(let bytes): try socket(.connection).dropIncoming(over: bytes)
        case .encrypt: try encrypt()
        case .shutdownWriting: try shutdownWriting()
        case .awaitVanishing(let milliseconds):
            trial.watchTable()
            try trial.board.awaitVanishing(until: begin + Int64(milliseconds) * 1_000_000)
        case .removeAddress: try trial.testbed.setAddress(of: actor, present: false)
        case .restoreAddress: try trial.testbed.setAddress(of: actor, present: true)
        case .limitOrphans(let count):
            try Host.writeGlobal("net.ipv4.tcp_max_orphans", String(count))
        case .limitRTO(let milliseconds):
            try trial.testbed.limitRTO(milliseconds: milliseconds)
        case .makeAddressPrimary: try trial.testbed.makeAddressPrimary()
        case .impair(let impairment): try trial.testbed.set(impairment, present: true)
        case .mend(let impairment): try trial.testbed.set(impairment, present: false)
        case .respond(let response): try responder().set(response)
        case .inject(let response): try responder().inject(response)
        case .awaitError(let waiter, let milliseconds):
            try awaitError(waiter, milliseconds: milliseconds)
        case .inspectTimer: try inspectTimer()
        case .watch(let milliseconds):
            try trial.board.pause(until: begin + Int64(milliseconds) * 1_000_000)
        case .call(let call): try make(call)
        }
    }

    /// The scripted peer, of which only a peer's lane may speak.
    private func responder() throws(LaneError) -> ScriptedPeer {
        guard let peer = trial.scriptedPeer else {
            throw .testbed("the script has no scripted peer; it needs a link of type veth")
        }
        return peer
    }

    private func setOption(
        _ option: Option, on name: SocketName, value: Int, lengthBytes: Int
    ) throws(LaneError) {
        let socket = try socket(name)
        let bytes = optionBytes(value: value, lengthBytes: lengthBytes)
        let outcome = record("setsockopt") { () throws(LinuxError) in
            try socket.setOption(option.socketOption, bytes: bytes)
        }
        if option.isRecent, case .failure(let error) = outcome, error.errno == .protocolNotAvailable
        {
            throw .notApplicable("the kernel does not know \(option.rawValue) (ENOPROTOOPT)")
        }
    }

    private func getOption(_ option: Option, on name: SocketName) throws(LaneError) {
        let socket = try socket(name)
        record("getsockopt") { () throws(LinuxError) in
            try socket.get(option.socketOption)
        } complete: { value, call in
            call.value = Int(value)
        }
    }

    /// One of the actor's sockets.
    func socket(_ name: SocketName) throws(LaneError) -> TCPSocket {
        let found =
            switch name {
            case .listener: listener
            case .connection: connection
            }
        guard let found else { throw .testbed("the \(actor) has no \(name.rawValue) yet") }
        return found
    }

    /// A reading of CLOCK_MONOTONIC on the trial's clock.
    func moment(_ nanoseconds: Int64) -> Moment { Moment(nanoseconds: nanoseconds - trial.zero) }

    /// Makes a call and takes it down. What `body` returns is the call's result; its value and
    /// events are added by `complete`.
    @discardableResult
    func record<Value>(
        _ name: String, isBlocking: Bool = false, _ body: () throws(LinuxError) -> Value,
        complete: (Value, inout CallRecord) -> Void = { _, _ in }
    ) -> Result<Value, LinuxError> {
        let queuedBefore = isBlocking ? runQueue?.waitNanoseconds() : nil
        let begin = MonotonicClock.nowNanoseconds()
        let outcome: Result<Value, LinuxError>
        do throws(LinuxError) {
            outcome = .success(try body())
        } catch {
            outcome = .failure(error)
        }
        // The clock first: everything after it would look like the kernel's delay.
        let end = MonotonicClock.nowNanoseconds()
        let queuedAfter = isBlocking ? runQueue?.waitNanoseconds() : nil
        var call = CallRecord(name, begin: moment(begin), end: moment(end), result: 0)
        if let queuedBefore, let queuedAfter {
            call.queuedNanoseconds = Int64(clamping: queuedAfter &- queuedBefore)
        }
        switch outcome {
        case .success(let value):
            complete(value, &call)
        case .failure(let error):
            call.result = -1
            call.errno = SocketError(error.errno)
        }
        calls.append(call)
        return outcome
    }
}
